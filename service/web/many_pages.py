"""/scores and /bulk: many comments at once, with a sample and the effect seen first."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, Response, request

from service.access import Access
from service.comments import new_id
from service.queue import Queue
from service.web.asked import asked_for
from service.web.desk_page import blueprint, page, reader
from service.web.guards import Desk

_SAMPLE = 10
_DOTS_A_COLUMN = 24
_COLUMNS = 100


def many_blueprint(queue: Queue, access: Access, desk: Desk) -> Blueprint:
    """The routes of decisions over many."""
    door = blueprint("many", desk)

    @door.get("/bulk")
    def bulk() -> Response:
        return _page("bulk.html")

    @door.get("/scores")
    def scores() -> Response:
        asked = asked_for({**request.args, "tab": "held"}, reader().zone)
        bounds = ("least", "most")
        whole = {name: value for name, value in asked.given.items() if name not in bounds}
        dots = queue.spread(asked_for(whole, reader().zone).filters)
        return _page("scores.html", dots=dots_of(dots), dotted=len(dots), whole=whole)

    def _page(template: str, **more: Any) -> Response:
        moderator = desk.moderator(request)
        asked = asked_for({**request.args, "tab": "held"}, reader().zone)
        count = queue.matching(asked.filters) if asked.is_narrowed else 0
        sample = queue.page(asked.filters, "oldest", "", _SAMPLE) if count else None
        return page(
            template, desk, moderator,
            asked=asked, count=count, sample=sample, sites=access.sites(), batch=new_id(), **more,
        )  # fmt: skip

    return door


def dots_of(scored: list[tuple[str, float]]) -> list[tuple[float, int]]:
    """Places of dots: (score, height), stacked by the hundredth; a full column grows no more."""
    heights: Counter[int] = Counter()
    placed = []
    for _, score in scored:
        column = min(int(score * _COLUMNS), _COLUMNS - 1)
        if heights[column] < _DOTS_A_COLUMN:
            placed.append((column / _COLUMNS, heights[column]))
        heights[column] += 1
    return placed
