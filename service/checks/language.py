"""A text that the model cannot read is for a person, not for a guess."""

from __future__ import annotations

from service.comments import Scores, Signal


def language(scores: Scores | None) -> list[Signal]:
    """LANGUAGE_UNSURE for a foreign, unreadable or too short text; NOT_SCORED without scores."""
    if scores is None:
        return [Signal("NOT_SCORED", 1.0)]
    return [Signal("LANGUAGE_UNSURE", 1.0)] if scores.unsure else []
