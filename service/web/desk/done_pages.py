"""/done: what a moderator decided, each with the button that takes it back."""

from __future__ import annotations

from flask import Blueprint, Response, request

from service.desk.doings import Doings
from service.web.desk.desk_page import blueprint, page
from service.web.desk.forms import page_number
from service.web.guards import Desk


def done_blueprint(doings: Doings, desk: Desk) -> Blueprint:
    """The route of what one did."""
    door = blueprint("done", desk)

    @door.get("/done")
    def list_them() -> Response:
        moderator = desk.moderator(request)
        found = doings.page(moderator.name, page_number(request.args.get("page", "")))
        return page("done.html", desk, moderator, found=found)

    return door
