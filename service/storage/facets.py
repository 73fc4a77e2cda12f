"""What stored comments are found and sorted by, worked out once, when one is stored."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

from service.comments import Decision, Signal

MOST_MARGIN: Final = 1.0
_JUDGED: Final = ("gambling", "spam", "toxicity", "identity_attack", "threat")
"""The heads that hold or reject; the others only describe."""


def facets(decision: Decision) -> dict[str, Any]:
    """Columns of a comment: language, highest score, margin, and the codes that speak against it.

    The margin is the distance from the nearest threshold, so the smallest ones teach the model
    most. What was never scored teaches it most of all.
    """
    return {
        "language": decision.language,
        "score": max((decision.scores.get(head, 0.0) for head in _JUDGED), default=0.0),
        "margin": _margin(decision),
        "codes": codes(decision.reasons),
    }


def codes(reasons: tuple[Signal, ...]) -> str:
    """Reason codes between bars, so that one of them is found by its name with bars around it."""
    names = dict.fromkeys(signal.code for signal in reasons if signal.weight > 0)
    return f"|{'|'.join(names)}|" if names else ""


def _margin(decision: Decision) -> float:
    if not decision.scores:
        return 0.0
    gaps = [
        abs(decision.scores[head] - limit)
        for head, limits in decision.limits.items()
        for limit in (limits.hold, limits.reject)
        if limit is not None and head in decision.scores
    ]
    return min(gaps, default=MOST_MARGIN)


def permalink_key(permalink: str) -> int:
    """A number for an article's address, which is too long for an index; 0 for none."""
    if not permalink:
        return 0
    digest = blake2b(permalink.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest) >> 1) or 1
