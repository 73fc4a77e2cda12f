"""What words cannot say: pure functions from a submission and its context to named signals."""

from __future__ import annotations

from service.checks.language import language
from service.checks.traps import traps
from service.comments import Scores, Signal, Submission

__all__ = ["signals"]


def signals(submission: Submission, scores: Scores | None) -> tuple[Signal, ...]:
    """Every signal that a submission raises, in the order in which they are told."""
    return (*traps(submission), *language(scores))
