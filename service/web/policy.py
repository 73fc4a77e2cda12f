"""Rules over HTTP: read them, try others on the past, and see how well the machine does."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from service.access import Access
from service.review import LiveErrors, Rate, Review
from service.rulebook import Preview, Rulebook
from service.web.fields import PreviewIn
from service.web.guards import site_of
from service.web.parsing import body_as


def blueprint(rulebook: Rulebook, review: Review, access: Access) -> Blueprint:
    """The routes under /v1/policy."""
    door = Blueprint("policy", __name__, url_prefix="/v1/policy")

    @door.get("")
    def show() -> Response:
        return jsonify(asdict(site_of(request, access).rules))

    @door.post("/preview")
    def preview() -> Response:
        site = site_of(request, access)
        asked = body_as(PreviewIn, request)
        return jsonify(preview_out(rulebook.preview(site, asked.changes, asked.days)))

    @door.get("/errors")
    def errors() -> Response:
        found = review.live_errors(site_of(request, access))
        return jsonify({language: _errors_out(rates) for language, rates in found.items()})

    return door


def preview_out(preview: Preview) -> dict[str, Any]:
    """A preview, field by named field."""
    return {
        "comments": preview.comments,
        "days": preview.days,
        "held_a_day": round(preview.held_a_day, 1),
        "minutes_a_day": round(preview.minutes_a_day, 1),
        "changes": [
            {"from": before, "to": after, "comments": count}
            for (before, after), count in sorted(preview.changes.items())
        ],
        "missed_spam": preview.missed,
        "wrongly_rejected": preview.wrong,
    }


def _errors_out(errors: LiveErrors) -> dict[str, Any]:
    return {
        "missed": _rate_out(errors.missed),
        "wrongly_rejected": _rate_out(errors.wrongly_rejected),
    }


def _rate_out(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval
    share = rate.errors / rate.checked if rate.checked else None
    return {
        "errors": rate.errors,
        "checked": rate.checked,
        "share": share,
        "interval": [round(low, 5), round(high, 5)],
    }
