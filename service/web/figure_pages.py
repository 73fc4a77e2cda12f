"""/dashboard: figures as charts drawn on the server, as tables, and as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Blueprint, Response, request

from service.access import Access
from service.drift import Drift
from service.figures import Dashboard, Figures
from service.review import Review
from service.web.desk_page import blueprint, page
from service.web.guards import Desk

_VERDICTS = ("accept", "hold", "reject")


def figure_blueprint(
    dashboard: Dashboard, review: Review, access: Access, drift: Drift, desk: Desk
) -> Blueprint:
    """The routes of the dashboard."""
    door = blueprint("figures", desk)

    @door.get("/dashboard")
    def show() -> Response:
        moderator = desk.moderator(request)
        figures = dashboard.figures()
        errors = [
            (site.name, language, found)
            for site in access.sites()
            for language, found in sorted(review.live_errors(site).items())
        ]
        return page(
            "dashboard.html", desk, moderator,
            figures=figures, bars=bars(figures), top=_top(figures), errors=errors,
            moved=drift.alarms(),
        )  # fmt: skip

    @door.get("/dashboard.csv")
    def table() -> Response:
        desk.moderator(request)
        written = io.StringIO()
        writer = csv.writer(written)
        writer.writerow(("day", *_VERDICTS))
        for day, counts in dashboard.figures().days:
            writer.writerow((day.isoformat(), *(counts[verdict] for verdict in _VERDICTS)))
        response = Response(written.getvalue(), mimetype="text/csv")
        response.headers["Content-Disposition"] = 'attachment; filename="saring.csv"'
        return response

    return door


def bars(figures: Figures) -> list[dict[str, Any]]:
    """Stacked bars: for each day its pieces as (verdict, bottom, height) in shares of the top."""
    top = _top(figures)
    drawn = []
    for day, counts in figures.days:
        pieces, bottom = [], 0.0
        for verdict in _VERDICTS:
            height = counts[verdict] / top
            pieces.append((verdict, bottom, height))
            bottom += height
        drawn.append({"day": day, "counts": counts, "pieces": pieces})
    return drawn


def _top(figures: Figures) -> int:
    """A round number at or above the highest bar."""
    highest = max((sum(counts.values()) for _, counts in figures.days), default=0)
    step = 10 ** max(0, len(str(highest)) - 1)
    return int(max(4, -(-highest // step) * step))
