"""/contradictions: near copies that people ruled both ways, for a second look."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request

from service.contradictions import NEWEST, Contradictions
from service.web.desk_page import blueprint, page
from service.web.guards import Desk

_MOST_DIGITS: Final = 4


def contradiction_blueprint(contradictions: Contradictions, desk: Desk) -> Blueprint:
    """The route of what deserves a second look."""
    door = blueprint("contradictions", desk)

    @door.get("/contradictions")
    def list_them() -> Response:
        moderator = desk.moderator(request)
        found = contradictions.page(_number(request.args.get("page", "")))
        return page("contradictions.html", desk, moderator, found=found, newest=NEWEST)

    return door


def _number(given: str) -> int:
    """A page's number; the first where what is given is none."""
    return int(given) if given.isdecimal() and len(given) <= _MOST_DIGITS else 1
