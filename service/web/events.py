"""Events for sites that poll, and readers' complaints that raise some."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Request, Response, jsonify, request

from service.access import Access
from service.comments import Complaint
from service.complaints import Complaints
from service.errors import FieldError, Invalid
from service.newsreel import Newsreel
from service.web.fields import ComplaintIn
from service.web.guards import site_of
from service.web.parsing import body_as

MOST: Final = 1_000
_USUAL: Final = 100
_LARGEST: Final = 2**63 - 1


def blueprint(newsreel: Newsreel, complaints: Complaints, access: Access) -> Blueprint:
    """The routes /v1/events and /v1/complaints."""
    door = Blueprint("events", __name__, url_prefix="/v1")

    @door.get("/events")
    def events() -> Response:
        site = site_of(request, access)
        after = _number(request, "after", 0, _LARGEST, 0)
        page = newsreel.page(site, after, _number(request, "limit", 1, MOST, _USUAL))
        return jsonify(
            {"events": page.events, "next": page.next, "more": page.more, "gap": page.gap}
        )

    @door.post("/complaints")
    def complain() -> tuple[Response, int]:
        site = site_of(request, access)
        given = body_as(ComplaintIn, request, form=True)
        complaint = complaints.file(
            site, given.reason, given.detail or "", str(given.comment_id or ""), given.permalink
        )
        return jsonify(complaint_out(complaint)), 201

    return door


def complaint_out(complaint: Complaint) -> dict[str, Any]:
    """The answer to a complaint: its number and the time by which a person will have ruled."""
    return {
        "id": complaint.id,
        "comment_id": complaint.comment_id,
        "reason": complaint.reason,
        "created_at": complaint.created_at.isoformat(),
        "due_at": complaint.due_at.isoformat(),
    }


def _number(asked: Request, name: str, least: int, most: int, usual: int) -> int:
    """A whole number from the query; anything else is `Invalid`."""
    given = asked.args.get(name)
    if given is None:
        return usual
    if not (given.isascii() and given.isdigit() and len(given) < 20):
        raise Invalid([FieldError(name, "number", most)])
    if not least <= int(given) <= most:
        raise Invalid([FieldError(name, "number", most)])
    return int(given)
