"""/account: one's own time zone, password and sessions."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from service.desk.cards import Moderator
from service.errors import FieldError, Invalid, TooMany, Unauthenticated
from service.web.desk.desk_page import ZONE_COOKIE, blueprint, page, reader
from service.web.desk.desk_words import say
from service.web.desk.reader import ZONES, zone_named
from service.web.guards import COOKIE, Desk, keep_session

LEAST_PASSWORD: Final = 10
_YEAR: Final = 365 * 24 * 3600


def account_blueprint(desk: Desk) -> Blueprint:
    """The routes of one's own account."""
    door = blueprint("account", desk)

    def shown(moderator: Moderator, said: str = "", status: int = 200) -> Response:
        zone = reader().zone.key
        zones = ZONES if zone in ZONES else (*ZONES, zone)
        return page(
            "account.html", desk, moderator, status, said=said, zones=zones, zone=zone,
            least=LEAST_PASSWORD,
        )  # fmt: skip

    @door.get("/account")
    def show() -> Response:
        return shown(desk.moderator(request))

    @door.post("/account/zone")
    def keep_zone() -> BaseResponse:
        desk.moderator(request)
        zone = zone_named(request.form.get("zone", ""))
        if zone is None:
            raise Invalid([FieldError("zone", "time_zone")])
        response = redirect("/account", 303)
        response.set_cookie(
            ZONE_COOKIE, zone.key, max_age=_YEAR, path="/", httponly=True, samesite="Lax",
            secure=request.is_secure,
        )  # fmt: skip
        return response

    @door.post("/account/password")
    def change_password() -> Response:
        moderator = desk.moderator(request)
        old, new = request.form.get("old", "")[:1000], request.form.get("new", "")[:1000]
        if len(new) < LEAST_PASSWORD:
            raise Invalid([FieldError("new", "short_password")])
        try:
            desk.sign_ins.sign_in(moderator.name, old)
        except Unauthenticated:
            return shown(moderator, say("wrong_password", reader()), 401)
        except TooMany as error:
            return shown(moderator, say("too_many", reader(), seconds=error.retry_after), 429)
        desk.sign_ins.reset(moderator.name, new)
        session, moderator = desk.sign_ins.sign_in(moderator.name, new)
        response = shown(desk.sign_ins.by_session(session), say("password_changed", reader()))
        keep_session(response, request, COOKIE, session)
        return response

    @door.post("/account/sessions")
    def sign_out_everywhere() -> BaseResponse:
        moderator = desk.moderator(request)
        desk.sign_ins.end_sessions(moderator.name)
        return redirect("/login", 303)

    return door
