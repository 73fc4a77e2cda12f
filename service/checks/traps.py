"""Traps for machines: the hidden field filled in, the form sent too fast, the test strings."""

from __future__ import annotations

from typing import Final

from service.comments import Match, Signal, Submission

FASTEST_HUMAN_MS: Final = 1000

_TEST_REASONS: Final = {"hold": "SUSPECT_WORD", "reject": "BANNED_WORD"}


def traps(submission: Submission) -> list[Signal]:
    """HONEYPOT, TOO_FAST, and a word reason for the published test strings."""
    raised = []
    if submission.honeypot_filled:
        raised.append(Signal("HONEYPOT", 1.0))
    took = submission.submitted_after_ms
    if took is not None and took < FASTEST_HUMAN_MS:
        raised.append(Signal("TOO_FAST", round(1 - took / FASTEST_HUMAN_MS, 3)))
    reason = _TEST_REASONS.get(submission.test_verdict or "")
    if reason:
        raised.append(Signal(reason, 1.0, matches=(Match(0, len(submission.content), 1.0),)))
    return raised
