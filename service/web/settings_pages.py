"""/settings: rules with their effect seen first, moderators, sites; for admins."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from service.access import ROLES, Access
from service.cards import Moderator
from service.comments import Site
from service.errors import FieldError, Invalid
from service.queue import as_stored
from service.rulebook import Rulebook
from service.signins import SignIns
from service.web.desk_page import blueprint, page, reader
from service.web.desk_words import say
from service.web.guards import Desk

_BUDGETS: Final = ("reject_per_mille", "hold_per_mille")
_LISTS: Final = ("banned_words", "suspect_words", "allowed_words")
_PREVIEW_DAYS: Final = 7
_LONGEST_NAME: Final = 100


def settings_blueprint(
    access: Access, sign_ins: SignIns, rulebook: Rulebook, desk: Desk
) -> Blueprint:
    """The routes of the settings."""
    door = blueprint("settings", desk)

    def shown(admin: Moderator, **more: Any) -> Response:
        sites = access.sites()
        wanted = request.values.get("site") or (sites[0].name if sites else "")
        chosen = next((site for site in sites if site.name == wanted), None)
        values: dict[str, Any] = {"told": "", "secrets": (), **more}
        values.setdefault("rules", _shown_rules(chosen))
        return page(
            "settings.html", desk, admin, sites=sites, chosen=chosen, roles=ROLES,
            people=access.moderators(), **values,
        )  # fmt: skip

    @door.get("/settings")
    def show() -> Response:
        return shown(desk.admin(request))

    @door.post("/settings/rules")
    def change_rules() -> Response:
        admin = desk.admin(request)
        site = access.named_site(request.form.get("site", ""))
        changes = _changes(request.form)
        if request.form.get("act") == "save":
            rules = rulebook.change(site.name, admin.name, changes)
            return shown(admin, told=say("saved_rules", reader(), version=rules.version))
        found = rulebook.preview(site, changes, _PREVIEW_DAYS)
        who = reader()
        told = say(
            "preview", who, days=found.days, comments=found.comments,
            held=round(found.held_a_day), minutes=round(found.minutes_a_day),
            missed=found.missed, wrong=found.wrong,
        )  # fmt: skip
        return shown(admin, told=told, rules=_as_typed(changes))

    @door.post("/settings/moderators")
    def change_moderators() -> BaseResponse:
        admin = desk.admin(request)
        act, name = request.form.get("act", ""), _name(request.form)
        password = secrets.token_urlsafe(12)
        if act == "add":
            role = request.form.get("role", "")
            if role not in ROLES:
                raise Invalid([FieldError("role", "choice")])
            access.add_moderator(name, role, password)
        elif act == "reset":
            sign_ins.reset(name, password)
        elif act == "disable" and name != admin.name:
            sign_ins.disable(name)
            return shown(admin)
        else:
            raise Invalid([FieldError("act", "choice")])
        return shown(admin, secrets=((f"{name}: {say('password', reader())}", password),))

    @door.post("/settings/sites")
    def change_sites() -> Response:
        admin = desk.admin(request)
        act, name = request.form.get("act", ""), _name(request.form)
        if act not in ("add", "rotate"):
            raise Invalid([FieldError("act", "choice")])
        keys = access.add_site(name) if act == "add" else access.rotate_keys(name)
        told = ("key", keys.key), ("short_key", keys.short_key), ("coral_secret", keys.coral_secret)
        named = [(f"{name}: {say(label, reader())}", secret) for label, secret in told]
        return shown(admin, secrets=named)

    return door


def _name(form: Mapping[str, str]) -> str:
    name = form.get("name", "").strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Invalid([FieldError("name", "required")])
    if as_stored(name) != name:
        raise Invalid([FieldError("name", "address")])
    return name


def _changes(form: Mapping[str, str]) -> dict[str, Any]:
    """Budgets as numbers, lists by line; what is no number is told by name."""
    changes: dict[str, Any] = {}
    bad = []
    for budget in _BUDGETS:
        try:
            changes[budget] = float(form.get(budget, "").replace(",", "."))
        except ValueError:
            bad.append(FieldError(budget, "budget"))
    if bad:
        raise Invalid(bad)
    for name in _LISTS:
        lines = form.get(name, "").splitlines()
        changes[name] = [line.strip() for line in lines if line.strip()]
        if any(as_stored(word) != word for word in changes[name]):
            raise Invalid([FieldError(name, "address")])
    return changes


def _shown_rules(site: Site | None) -> dict[str, Any]:
    if site is None:
        return {}
    return _as_typed({name: getattr(site.rules, name) for name in (*_BUDGETS, *_LISTS)})


def _as_typed(changes: Mapping[str, Any]) -> dict[str, Any]:
    lists = {name: "\n".join(changes[name]) for name in _LISTS}
    return {**{name: changes[name] for name in _BUDGETS}, **lists}
