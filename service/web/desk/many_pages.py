"""/scores and /bulk: many comments at once, with a sample and the effect seen first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, Response, request

from service.access import Access
from service.comments import new_id
from service.desk.cards import BULK_TABS, Moderator
from service.desk.queue import Queue
from service.web.desk.asked import Asked, asked_for
from service.web.desk.desk_page import blueprint, page, reader
from service.web.guards import Desk

_SAMPLE: Final = 10
_DOTS_A_COLUMN: Final = 24
_LOOKED_BACK: Final = timedelta(days=30)
_VERDICTS: Final[Mapping[str, tuple[str, ...]]] = {
    "held": ("accept", "reject"), "accepted": ("reject",), "rejected": ("accept",),
}  # fmt: skip


def many_blueprint(queue: Queue, access: Access, desk: Desk) -> Blueprint:
    """The routes of decisions over many."""
    door = blueprint("many", desk)

    @door.get("/bulk")
    def bulk() -> Response:
        moderator, tab = desk.moderator(request), request.args.get("tab", "")
        tab = tab if tab in BULK_TABS else "held"
        return _page("bulk.html", moderator, tab, tabs=BULK_TABS)

    @door.get("/scores")
    def scores() -> Response:
        moderator = desk.moderator(request)
        asked = asked_for({**request.args, "tab": "held"}, reader().zone)
        bounds = ("least", "most")
        whole = {name: value for name, value in asked.given.items() if name not in bounds}
        dots = queue.heights(asked_for(whole, reader().zone).filters, _DOTS_A_COLUMN)
        return _page("scores.html", moderator, "held", dots=dots, whole=whole)

    def _page(template: str, moderator: Moderator, tab: str, **more: Any) -> Response:
        asked = _asked(tab)
        is_chosen = any(request.args.get(name) for name in asked.given if name != "tab")
        count, by_people = queue.matching(asked.filters) if is_chosen else (0, 0)
        return page(
            template, desk, moderator,
            asked=asked, count=count, by_people=by_people, is_chosen=is_chosen,
            sample=queue.sample(asked.filters, _SAMPLE) if count else (), verdicts=_VERDICTS[tab],
            sites=access.sites(), batch=new_id(), **more,
        )  # fmt: skip

    def _asked(tab: str) -> Asked:
        """What is asked for; of what was decided, that of the last days unless told otherwise."""
        given, zone = {**request.args, "tab": tab}, reader().zone
        if tab != "held" and not given.get("since"):
            given["since"] = (desk.now() - _LOOKED_BACK).astimezone(zone).date().isoformat()
        return asked_for(given, zone)

    return door
