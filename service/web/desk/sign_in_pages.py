"""/login, /logout, and the language that pages are read in."""

from __future__ import annotations

import secrets
from typing import Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from service.comments import without_controls
from service.errors import TooMany, Unauthenticated
from service.web import wording
from service.web.desk import desk_page
from service.web.desk.desk_page import back, blueprint, page
from service.web.desk.desk_words import say
from service.web.desk.paths import place_named
from service.web.guards import COOKIE, Desk, keep_session

_VISITOR: Final = "saring_visitor"
_YEAR: Final = 365 * 24 * 3600


def sign_in_blueprint(desk: Desk) -> Blueprint:
    """The routes of the desk's door."""
    door = blueprint("sign_in", desk)

    @door.get("/login")
    def ask() -> BaseResponse:
        return _form(desk, request.args.get("next", ""))

    @door.post("/login")
    def sign_in() -> BaseResponse:
        desk.forms.check(request, _visit(request.cookies.get(_VISITOR, "")))
        name, wanted = without_controls(request.form.get("name", "")), request.form.get("next", "")
        who = desk_page.reader()
        try:
            session, _ = desk.sign_ins.sign_in(name[:100], request.form.get("password", "")[:1000])
        except Unauthenticated:
            return _form(desk, wanted, say("wrong_password", who), 401)
        except TooMany as error:
            said = say("too_many", who, seconds=error.retry_after)
            response = _form(desk, wanted, said, 429)
            response.headers["Retry-After"] = str(error.retry_after)
            return response
        desk.sign_ins.sign_out(request.cookies.get(COOKIE, ""))  # whoever's it was: it is left here
        response = redirect(place_named(wanted, "/queue"), 303)
        keep_session(response, request, COOKIE, session)  # type: ignore[arg-type]
        return response

    @door.post("/logout")
    def sign_out() -> BaseResponse:
        desk.moderator(request)
        desk.sign_ins.sign_out(request.cookies.get(COOKIE, ""))
        response = redirect("/login", 303)
        response.delete_cookie(COOKIE, path="/")
        return response

    @door.post("/language")
    def choose_reader() -> BaseResponse:
        response = back("/login")
        chosen = request.form.get("language", "")
        if chosen in wording.LANGUAGES:
            response.set_cookie(
                desk_page.LANGUAGE_COOKIE, chosen, max_age=_YEAR, path="/", httponly=True,
                samesite="Lax", secure=request.is_secure,
            )  # fmt: skip
        return response

    return door


def _form(desk: Desk, wanted: str, problem: str = "", status: int = 200) -> BaseResponse:
    """The form; it repeats nothing that was typed, for a name may be somebody's address."""
    visitor = request.cookies.get(_VISITOR) or secrets.token_urlsafe(16)
    there = place_named(wanted, "/queue")
    shown = {"visit": desk.forms.word(_visit(visitor)), "next": there, "problem": problem}
    response = page("login.html", desk, None, status, **shown)
    keep_session(response, request, _VISITOR, visitor)
    return response


def _visit(visitor: str) -> str:
    """What a visitor's word is bound to: never what a session's is, whatever the cookie says."""
    return visitor and f"visit {visitor}"
