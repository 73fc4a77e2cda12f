"""Rules over HTTP: read them, try others on the past, and see how well the machine does."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from service.access import Access
from service.rates import LiveErrors, Rate
from service.review import Review
from service.rulebook import Preview, Rulebook
from service.thresholds import InForce, InForceByLanguage, Thresholds
from service.web.answers import round_score
from service.web.fields import PreviewIn
from service.web.guards import site_of
from service.web.parsing import body_as


def blueprint(
    rulebook: Rulebook, thresholds: Thresholds, review: Review, access: Access
) -> Blueprint:
    """The routes under /v1/policy."""
    door = Blueprint("policy", __name__, url_prefix="/v1/policy")

    @door.get("")
    def show() -> Response:
        rules = site_of(request, access).rules
        return jsonify({"version": rules.version, **rules.settings()})

    @door.get("/thresholds")
    def in_force() -> Response:
        return jsonify(thresholds_out(thresholds.in_force(site_of(request, access))))

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


def thresholds_out(found: InForceByLanguage) -> dict[str, Any]:
    """Thresholds by language and head, and what they rest on."""
    return {
        language: {
            "rulings": evidence.rulings if evidence else 0,
            "effective_size": evidence.effective if evidence else 0.0,
            "heads": {head: _head_out(pair) for head, pair in heads.items()},
        }
        for language, (evidence, heads) in found.items()
    }


def _head_out(pair: InForce) -> dict[str, Any]:
    return {
        "hold": round_score(pair.hold),
        "reject": round_score(pair.reject),
        "model_hold": round_score(pair.model_hold),
        "model_reject": round_score(pair.model_reject),
        "source": pair.source,
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
