"""How many comments look to a model, as counts: of scores, languages and unknown words.

Counts are small, add up, and hold nothing that anybody wrote, so they can be kept for years and
compared: a week with another week, or with training time.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, Self

from service.scoring.labels import HEADS

READINGS: Final = ("id", "en", "mixed", "other")
# Even steps in log-odds, finer where most comments are; and steps of the share of unknown words.
_SCORE_EDGES: Final = (0.003, 0.01, 0.03, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97, 0.99)
_UNKNOWN_EDGES: Final = (0.01, 0.1, 0.2, 0.3, 0.4, 0.55, 0.7)
_SMOOTHING: Final = 0.5


class Assessed(Protocol):
    """What is counted of one comment: `service.scoring.scorer.Assessment`."""

    @property
    def scores(self) -> Mapping[str, float]:
        """Probability by head."""

    @property
    def language(self) -> str:
        """One of `READINGS`."""

    @property
    def unknown(self) -> float:
        """The share of words that training never saw."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Counts over some comments: by measure, how many fell into each of its bins.

    The measures are the heads, ``language`` (bins as in `READINGS`) and ``unknown``.
    """

    rows: int
    counts: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, assessed: Iterable[Assessed]) -> Self:
        """Count some assessments."""
        found = list(assessed)
        counts = {name: [0] * bins for name, bins in _bins().items()}
        for one in found:
            counts["language"][READINGS.index(one.language)] += 1
            counts["unknown"][bisect_right(_UNKNOWN_EDGES, one.unknown)] += 1
            for head, score in one.scores.items():
                counts[head][bisect_right(_SCORE_EDGES, score)] += 1
        return cls(len(found), counts)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self | None:
        """Counts as `to_json` gave them; None where they were made with other bins."""
        counts = body.get("counts", {})
        if {name: len(found) for name, found in counts.items()} != _bins():
            return None
        return cls(int(body["rows"]), counts)

    def to_json(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"rows": self.rows, "counts": {k: list(v) for k, v in self.counts.items()}}

    def moved(self, reference: Looks) -> dict[str, float]:
        """The population stability index of each measure against a reference.

        0 is no difference; by custom 0.1 is worth a look and 0.25 a shift. Few comments move by
        chance alone: compare with `chance`.
        """
        return {name: _psi(self.counts[name], reference.counts[name]) for name in self.counts}

    def chance(self, reference: Looks) -> dict[str, float]:
        """The index that two samples of these sizes reach by chance in one of a hundred cases.

        The index over the harmonic size is about chi-squared with one degree of freedom less than
        bins in use; its 99 % point by Wilson and Hilferty (1931).
        """
        both = 1 / max(self.rows, 1) + 1 / max(reference.rows, 1)
        found = {}
        for name, mine in self.counts.items():
            pairs = zip(mine, reference.counts[name], strict=True)
            free = max(sum(bool(a or b) for a, b in pairs) - 1, 1)
            root = 1 - 2 / (9 * free) + 2.326 * math.sqrt(2 / (9 * free))
            found[name] = both * free * root**3
        return found


def _bins() -> dict[str, int]:
    bins = dict.fromkeys(HEADS, len(_SCORE_EDGES) + 1)
    return {**bins, "language": len(READINGS), "unknown": len(_UNKNOWN_EDGES) + 1}


def _psi(mine: Sequence[int], theirs: Sequence[int]) -> float:
    """Sum of (p - q) ln(p / q) over bins, with half a comment added to each bin in use."""
    pairs = [(a, b) for a, b in zip(mine, theirs, strict=True) if a or b]
    total = [sum(side) + _SMOOTHING * len(pairs) for side in zip(*pairs, strict=True)]
    index = 0.0
    for a, b in pairs:
        p, q = (a + _SMOOTHING) / total[0], (b + _SMOOTHING) / total[1]
        index += (p - q) * math.log(p / q)
    return index
