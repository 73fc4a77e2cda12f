"""From budgets (good comments per thousand) to thresholds per head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Curves = Mapping[str, Mapping[str, Sequence[float]]]

_REJECT_SHARES = {"spam": 0.5, "gambling": 0.5}
_REJECT_SHARES_WITH_TOXICITY = {"spam": 0.35, "gambling": 0.35, "toxicity": 0.2, "threat": 0.1}
_HOLD_SHARES = {
    "spam": 0.4,
    "gambling": 0.05,
    "toxicity": 0.45,
    "identity_attack": 0.05,
    "threat": 0.05,
}
LEAST_REJECT = 0.5
_NEVER = 1.0


@dataclass(frozen=True, slots=True)
class Threshold:
    """A score at or above ``hold`` (``reject``) triggers it; None never does."""

    hold: float | None
    reject: float | None


def thresholds(
    tail: Sequence[float],
    good: Curves,
    reject_per_mille: float,
    hold_per_mille: float,
    *,
    toxicity_rejects: bool = False,
    language: str = "",
) -> dict[str, Threshold]:
    """Split each budget over the gating heads, so that all of them together keep it.

    ``good`` maps head and language or data set to the scores that each share in ``tail`` of good
    comments reaches. The strictest of the language's own (``id``, ``id-…``) decides, of all where
    it has none; nothing less likely than not is rejected.
    """
    found = {}
    parts = shares(reject_per_mille, hold_per_mille, toxicity_rejects=toxicity_rejects)
    for head, (of_hold, of_reject) in parts.items():
        curves = _of_language(good.get(head, {}), language)
        hold, reject = _at(tail, curves, of_hold), _at(tail, curves, of_reject)
        reject = None if reject is None else max(reject, LEAST_REJECT)
        found[head] = Threshold(_lower(hold, reject), reject)
    return found


def shares(
    reject_per_mille: float, hold_per_mille: float, *, toxicity_rejects: bool = False
) -> dict[str, tuple[float, float]]:
    """The share of good comments that each head may hold and reject, out of both budgets."""
    rejects = _REJECT_SHARES_WITH_TOXICITY if toxicity_rejects else _REJECT_SHARES
    return {
        head: (hold_per_mille / 1000 * share, reject_per_mille / 1000 * rejects.get(head, 0.0))
        for head, share in _HOLD_SHARES.items()
    }


def _of_language(
    curves: Mapping[str, Sequence[float]], language: str
) -> Mapping[str, Sequence[float]]:
    own = {
        name: curve
        for name, curve in curves.items()
        if name == language or name.startswith(f"{language}-")
    }
    return own or curves


def _lower(hold: float | None, reject: float | None) -> float | None:
    return reject if hold is None or (reject is not None and reject < hold) else hold


def _at(tail: Sequence[float], curves: Mapping[str, Sequence[float]], share: float) -> float | None:
    """The lowest score that at most ``share`` of good comments reach, in every language."""
    if share <= 0.0 or not curves:
        return None
    if share >= 1.0:
        return 0.0
    score = max(float(np.interp(share, tail, curve)) for curve in curves.values())
    return float(np.nextafter(score, 2.0)) if score < _NEVER else None
