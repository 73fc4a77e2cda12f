"""/models: which model judges, what a candidate would do, and whether the site has moved."""

from __future__ import annotations

from datetime import date, datetime

from flask import Blueprint, Response, request

from service.comments import VERDICTS
from service.models import promotion
from service.models.drift import Drift
from service.models.installed import Models
from service.models.shadow import Shadow
from service.web.desk.desk_page import blueprint, page
from service.web.guards import Desk

_PAST_SHOWN = 20


def model_blueprint(models: Models, shadow: Shadow, drift: Drift, desk: Desk) -> Blueprint:
    """The page about models; it changes nothing."""
    door = blueprint("models", desk)

    @door.get("/models")
    def show() -> Response:
        moderator = desk.moderator(request)
        return page(
            "models.html", desk, moderator,
            in_force=promotion.in_force(models),
            past=promotion.past(models)[: -_PAST_SHOWN - 1 : -1],
            comparison=shadow.compare(), weeks=drift.weeks(), verdicts=VERDICTS,
            moment=datetime.fromisoformat, day_of=date.fromisoformat,
        )  # fmt: skip

    return door
