"""From rulings to bounds of thresholds: a censored sample, weighed, with intervals.

What was held is ruled on nearly always, what was accepted or rejected only where a spot check drew
it, one in a hundred. So each ruling stands for as many comments as had the same chance (Horvitz
and Thompson 1952: the inverse of that chance), and the sample counts for as many independent ones
as Kish's effective size (1965), in Wilson's interval (1927); Korn and Graubard (1998) put the two
together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.learnt import SHARES, Evidence, Learnt

Floats = NDArray[np.float64]

Z: Final = 2.5758  # two-sided 99 %: it is looked at every day
LEAST_EFFECTIVE: Final = 200.0
"""Below this effective number of good comments in a language nothing is said of it."""
LEAST_ABOVE: Final = 10
"""So many rulings at or above a score must prove that it catches too many good comments."""


@dataclass(frozen=True, slots=True)
class Good:
    """A comment that a person accepted: its scores, and for how many comments it stands."""

    scores: Mapping[str, float]
    weight: float


def learn(
    site_id: str,
    version: int,
    model_version: str,
    good: Mapping[str, Sequence[Good]],
    heads: Iterable[str],
) -> Learnt:
    """Bounds for some heads from good comments by language; a language with too few is left out."""
    curves, evidence = {}, {}
    for language, sample in good.items():
        weights = np.array([comment.weight for comment in sample])
        effective = effective_size(weights)
        if effective < LEAST_EFFECTIVE:
            continue
        curves[language] = {
            head: curve(np.array([comment.scores[head] for comment in sample]), weights)
            for head in heads
        }
        evidence[language] = Evidence(len(sample), round(effective, 1))
    return Learnt(site_id, version, model_version, curves, evidence)


def curve(scores: Floats, weights: Floats) -> list[tuple[float, float | None]]:
    """For each of `SHARES` the lowest and highest threshold that a sample does not contradict."""
    order = np.argsort(-scores, kind="stable")
    scores, weights = scores[order], weights[order]
    last = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))  # equal scores go together
    reached = np.cumsum(weights)[last] / weights.sum()
    low, high = wilson(reached, effective_size(weights))
    low[last + 1 < LEAST_ABOVE] = 0.0
    nothing = wilson(np.zeros(1), effective_size(weights))[1][0]
    return [_between(scores[last], low, high, nothing, share) for share in SHARES]


def wilson(share: Floats, size: float) -> tuple[Floats, Floats]:
    """Lower and upper bounds of shares seen among `size` independent comments."""
    middle = (share + Z**2 / (2 * size)) / (1 + Z**2 / size)
    spread = np.sqrt(share * (1 - share) / size + Z**2 / (4 * size**2))
    reach = Z / (1 + Z**2 / size) * spread
    return middle - reach, middle + reach


def effective_size(weights: Floats) -> float:
    """As how many equally weighted comments a weighted sample counts (Kish 1965)."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


def _between(
    scores: Floats, low: Floats, high: Floats, nothing: float, share: float
) -> tuple[float, float | None]:
    """`scores` fall; at each, the share of good comments that reach it lies in low..high."""
    too_many = np.flatnonzero(low > share)
    lowest = _up(scores[too_many[0]]) if len(too_many) else 0.0
    if nothing > share:  # even a score that no good comment reached is not proven high enough
        return lowest, None
    enough = np.flatnonzero(high <= share)
    highest = float(scores[enough[-1]]) if len(enough) else _up(scores[0])
    return lowest, round(max(lowest, highest), 9)


def _up(score: float) -> float:
    """The next score above, as scores are kept."""
    return round(float(score) + 1e-9, 9)
