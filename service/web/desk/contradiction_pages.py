"""/contradictions: near copies that people ruled both ways, for a second look."""

from __future__ import annotations

from flask import Blueprint, Response, request

from service.desk.contradictions import NEWEST, Contradictions
from service.web.desk.desk_page import blueprint, page
from service.web.desk.forms import page_number
from service.web.guards import Desk


def contradiction_blueprint(contradictions: Contradictions, desk: Desk) -> Blueprint:
    """The route of what deserves a second look."""
    door = blueprint("contradictions", desk)

    @door.get("/contradictions")
    def list_them() -> Response:
        moderator = desk.moderator(request)
        found = contradictions.page(page_number(request.args.get("page", "")))
        return page("contradictions.html", desk, moderator, found=found, newest=NEWEST)

    return door
