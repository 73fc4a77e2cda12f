"""/settings/people and /settings/sites: who may come in, with what; shown once where secret."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from service.access import ROLES, Access
from service.comments import without_controls
from service.desk.cards import Moderator
from service.desk.queue import Queue
from service.desk.signins import SignIns
from service.errors import FieldError, Invalid
from service.review import Review
from service.web.desk.desk_page import blueprint, page, reader
from service.web.desk.desk_words import say
from service.web.guards import Desk

_LONGEST_NAME: Final = 100
Secrets = Sequence[tuple[str, str]]


def people_blueprint(
    access: Access, sign_ins: SignIns, queue: Queue, review: Review, desk: Desk
) -> Blueprint:
    """The routes of moderators, commenters with a standing, and sites."""
    door = blueprint("people", desk)

    def people(admin: Moderator, shown: Secrets = ()) -> Response:
        return page(
            "people.html", desk, admin, people=access.moderators(), roles=ROLES, secrets=shown,
            standings=queue.standings(),
        )  # fmt: skip

    def sites(admin: Moderator, shown: Secrets = ()) -> Response:
        return page("sites.html", desk, admin, sites=access.sites(), secrets=shown)

    @door.get("/settings/people")
    def show_people() -> Response:
        return people(desk.admin(request))

    @door.get("/settings/sites")
    def show_sites() -> Response:
        return sites(desk.admin(request))

    @door.post("/settings/moderators")
    def change_moderators() -> BaseResponse:
        admin = desk.admin(request)
        act, name = request.form.get("act", ""), _name(request.form)
        if act in ("disable", "revoke"):
            _shut_out(admin, act, name)
            return redirect("/settings/people", 303)
        if act == "token":
            token = sign_ins.new_token(name)
            return people(admin, [(f"{name}: {say('token', reader())}", token)])
        password = secrets.token_urlsafe(12)
        if act == "add":
            access.add_moderator(name, _role(request.form), password)
        elif act == "reset":
            sign_ins.reset(name, password)
        else:
            raise Invalid([FieldError("act", "choice")])
        return people(admin, [(f"{name}: {say('password', reader())}", password)])

    @door.post("/settings/standings")
    def lift() -> BaseResponse:
        desk.admin(request)
        review.lift_standing(without_controls(request.form.get("handle", ""))[:32])
        return redirect("/settings/people", 303)

    @door.post("/settings/sites")
    def change_sites() -> Response:
        admin = desk.admin(request)
        act, name = request.form.get("act", ""), _name(request.form)
        if act not in ("add", "rotate"):
            raise Invalid([FieldError("act", "choice")])
        keys = access.add_site(name) if act == "add" else access.rotate_keys(name)
        told = ("key", keys.key), ("short_key", keys.short_key), ("coral_secret", keys.coral_secret)
        return sites(admin, [(f"{name}: {say(word, reader())}", value) for word, value in told])

    def _shut_out(admin: Moderator, act: str, name: str) -> None:
        if act == "revoke":
            sign_ins.revoke_tokens(name)
        elif name == admin.name:
            raise Invalid([FieldError("name", "choice")])
        else:
            sign_ins.disable(name)

    return door


def _name(form: Mapping[str, Any]) -> str:
    name = str(form.get("name", "")).strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Invalid([FieldError("name", "required")])
    return name


def _role(form: Mapping[str, Any]) -> str:
    if form.get("role") not in ROLES:
        raise Invalid([FieldError("role", "choice")])
    return str(form["role"])
