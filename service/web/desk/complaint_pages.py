"""/complaints: the record of a month, to be read, printed and kept as CSV."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from service.access import Access
from service.complaints import Complaints
from service.errors import FieldError, Invalid
from service.web.desk.complaint_record import COLUMNS, Line, rows
from service.web.desk.desk_page import blueprint, page, reader
from service.web.desk.sheets import sheet_response
from service.web.guards import Desk


def complaint_blueprint(complaints: Complaints, access: Access, desk: Desk) -> Blueprint:
    """The routes of the record."""
    door = blueprint("complaints", desk)

    def asked() -> tuple[datetime, str, list[Line]]:
        month = _month(request.args.get("month", ""), desk.now().astimezone(reader().zone))
        name = request.args.get("site", "")
        sites = [access.named_site(name)] if name else access.sites()
        found = [
            Line(site.name, complaint)
            for site in sites
            for complaint in complaints.month(site, month.year, month.month)
        ]
        return month, name, sorted(found, key=lambda line: line.complaint.created_at)

    @door.get("/complaints")
    def record() -> Response:
        moderator = desk.moderator(request)
        month, name, lines = asked()
        return page(
            "complaints.html", desk, moderator, lines=lines, asked_month=month, site=name,
            sites=access.sites(), **_sums(lines, desk.now()),
        )  # fmt: skip

    @door.get("/complaints.csv")
    def sheet() -> Response:
        desk.moderator(request)
        month, _, lines = asked()
        return sheet_response(f"saring-{month:%Y-%m}", COLUMNS, rows(lines, reader().language))

    return door


def _month(given: str, today: datetime) -> datetime:
    if not given:
        return today
    try:
        month = datetime.strptime(given, "%Y-%m").replace(tzinfo=today.tzinfo)
        if not 1970 <= month.year < 9999:
            raise ValueError
        return month
    except ValueError:
        raise Invalid([FieldError("month", "month")]) from None


def _sums(lines: list[Line], now: datetime) -> dict[str, Any]:
    complaints = [line.complaint for line in lines]
    waiting = [one for one in complaints if one.resolved_at is None]
    return {
        "in_time": sum(one.in_time is True for one in complaints),
        "late": sum(one.in_time is False for one in complaints),
        "waiting": len(waiting),
        "overdue": sum(one.due_at < now for one in waiting),
    }
