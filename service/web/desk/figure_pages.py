"""/dashboard: figures as charts drawn on the server, as tables, and as CSV."""

from __future__ import annotations

from flask import Blueprint, Response, request

from service.access import Access
from service.comments import VERDICTS
from service.desk.figures import Dashboard
from service.errors import Missing
from service.models.drift import Drift
from service.review import Review
from service.web.desk import charts
from service.web.desk.desk_page import blueprint, page, reader
from service.web.desk.sheets import sheet_response
from service.web.guards import Desk


def figure_blueprint(
    dashboard: Dashboard, review: Review, access: Access, drift: Drift, desk: Desk
) -> Blueprint:
    """The routes of the dashboard."""
    door = blueprint("figures", desk)

    def errors() -> charts.Errors:
        return [
            (site.name, language, found)
            for site in access.sites()
            for language, found in sorted(review.live_errors(site).items())
        ]

    @door.get("/dashboard")
    def show() -> Response:
        moderator = desk.moderator(request)
        figures, found = dashboard.figures(reader().zone), errors()
        return page(
            "dashboard.html", desk, moderator, figures=figures,
            bars=charts.bars(figures), top=charts.top_of(figures),
            rates=list(charts.rates(found)), top_rate=charts.top_of_rates(found),
            moved=drift.alarms(), verdicts=VERDICTS,
        )  # fmt: skip

    @door.get("/dashboard/<name>.csv")
    def table(name: str) -> Response:
        desk.moderator(request)
        sheet = charts.sheets(dashboard.figures(reader().zone), errors()).get(name)
        if sheet is None:
            raise Missing("no such figure")
        return sheet_response(f"saring-{name}", sheet.columns, sheet.rows)

    return door
