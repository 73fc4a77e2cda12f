"""/settings: a site's rules with their effect seen first; for admins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from service.access import Access
from service.comments import Site
from service.desk.cards import Moderator
from service.desk.figures import Dashboard
from service.errors import Conflict, FieldError, Invalid
from service.rulebook import Preview, Rulebook
from service.web.desk.desk_page import blueprint, page, reader
from service.web.desk.desk_words import say
from service.web.desk.paths import place
from service.web.desk.rule_form import changes, groups, typed
from service.web.guards import Desk

_PREVIEW_DAYS: Final = 7
_SHADOW_DAYS: Final = 7
_DIGITS: Final = 10


def settings_blueprint(
    access: Access, rulebook: Rulebook, dashboard: Dashboard, desk: Desk, retention_days: int
) -> Blueprint:
    """The routes of the rules; `retention_days` is what the operator set for all sites."""
    door = blueprint("settings", desk)

    def shown(admin: Moderator, told: str = "", tried: Mapping[str, Any] | None = None) -> Response:
        sites = access.sites()
        wanted = request.values.get("site") or (sites[0].name if sites else "")
        chosen = next((site for site in sites if site.name == wanted), None)
        if chosen is None:
            return page("settings.html", desk, admin, sites=sites, chosen=None, told=told)
        rules = chosen.rules.changed(tried) if tried else chosen.rules
        return page(
            "settings.html", desk, admin, sites=sites, chosen=chosen, told=told,
            groups=list(groups(rules, reader())), past=rulebook.past(chosen),
            shadow=_shadow(chosen), shadow_did=dashboard.shadow(chosen.id, _SHADOW_DAYS),
            retention_days=retention_days,
        )  # fmt: skip

    @door.get("/settings")
    def show() -> Response:
        saved = request.args.get("saved", "")
        admin = desk.admin(request)
        is_version = saved.isdecimal() and len(saved) < _DIGITS
        told = say("saved_rules", reader(), version=int(saved)) if is_version else ""
        return shown(admin, told)

    @door.post("/settings/rules")
    def change_rules() -> BaseResponse:
        admin = desk.admin(request)
        site = access.named_site(request.form.get("site", ""))
        if request.form.get("version", str(site.rules.version)) != str(site.rules.version):
            raise Conflict("someone else changed these rules meanwhile; look again")
        found = changes(request.form, site.rules)
        if request.form.get("act") == "try":
            return shown(admin, _said(_tried(site, found)), found)
        version = _change(site, admin.name, request.form.get("act", ""), found)
        args = {"site": site.name, "saved": str(version)}
        return redirect(place("/settings", {"site": args["site"]}, saved=args["saved"]), 303)

    @door.post("/settings/preview")
    def preview() -> Response:
        desk.admin(request)
        site = access.named_site(request.form.get("site", ""))
        return jsonify({"told": _said(_tried(site, changes(request.form, site.rules)))})

    def _tried(site: Site, found: Mapping[str, Any]) -> Preview:
        days = _PREVIEW_DAYS if rulebook.is_short(site, _PREVIEW_DAYS) else 1
        return rulebook.preview(site, found, days)

    def _change(site: Site, admin: str, act: str, found: Mapping[str, Any]) -> int:
        acts: dict[str, Mapping[str, Any]] = {
            "save": found,
            "shadow": {"shadow": found},
            "end_shadow": {"shadow": {}},
            "adopt": {**site.rules.shadow, "shadow": {}},
        }
        if act not in acts:
            raise Invalid([FieldError("act", "choice")])
        return rulebook.change(site.name, admin, acts[act]).version

    return door


def _shadow(site: Site) -> list[tuple[str, str, str]]:
    """Each rule that the shadow changes: its name, the value in force, the shadow's."""
    who, rules = reader(), site.rules
    return [
        (name, typed(getattr(rules, name), who), typed(value, who))
        for name, value in rules.shadow.items()
    ]


def _said(found: Preview) -> str:
    return say(
        "preview", reader(), comments=found.comments, days=found.days,
        held=round(found.held_a_day), minutes=round(found.minutes_a_day), missed=found.missed,
        wrong=found.wrong,
    )  # fmt: skip
