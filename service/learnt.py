"""What a site's own rulings say of its thresholds: bounds between which they must lie.

A threshold is only ever moved to the nearer bound, so what the model's own held-out comments say
stays in force until the site's rulings contradict it; service/bounds.py draws the bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import inf
from typing import Any, Final, Self

Curve = Sequence[tuple[float, float | None]]

SHARES: Final = tuple(round(1e-4 * 3000 ** (step / 60), 6) for step in range(61))
"""The shares of good comments for which bounds are kept; others lie safely between two."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much a language's bounds rest on: rulings, and what they are worth."""

    rulings: int
    effective: float


@dataclass(frozen=True, slots=True)
class Learnt:
    """One version of a site's bounds, for one model; equal by name, so that it can be a key.

    ``curves``: by language and head, for each of `SHARES` the lowest and the highest score (None:
    any) that a threshold letting that share of good comments through may have.
    """

    site_id: str
    version: int
    model_version: str
    curves: Mapping[str, Mapping[str, Curve]] = field(default_factory=dict, compare=False)
    evidence: Mapping[str, Evidence] = field(default_factory=dict, compare=False)

    def bounds(self, language: str, head: str, share: float) -> tuple[float, float]:
        """Between which scores the threshold for a share must lie; (0, inf) where nothing is known.

        A share between two of `SHARES` gets the looser bound of each.
        """
        curve = self.curves.get(language, {}).get(head)
        if not curve or share <= 0.0:
            return 0.0, inf
        above = [low for known, (low, _) in zip(SHARES, curve, strict=True) if known >= share]
        below = [high for known, (_, high) in zip(SHARES, curve, strict=True) if known <= share]
        highest = below[-1] if below else None
        return (above[0] if above else 0.0), (inf if highest is None else highest)

    def moved(self, language: str, head: str, share: float, threshold: float) -> float:
        """A threshold, moved to the nearer bound where it lies outside."""
        low, high = self.bounds(language, head, share)
        return min(max(threshold, low), max(low, high))

    def to_json(self) -> dict[str, Any]:
        """What `from_json` makes the same bounds of."""
        return {"curves": self.curves, "evidence": {k: asdict(v) for k, v in self.evidence.items()}}

    @classmethod
    def from_json(
        cls, site_id: str, version: int, model_version: str, body: Mapping[str, Any]
    ) -> Self:
        """Bounds as they were stored."""
        curves = {
            language: {head: [(low, high) for low, high in curve] for head, curve in heads.items()}
            for language, heads in body["curves"].items()
        }
        evidence = {
            language: Evidence(worth["rulings"], worth["effective"])
            for language, worth in body["evidence"].items()
        }
        return cls(site_id, version, model_version, curves, evidence)
