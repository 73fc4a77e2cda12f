"""Shares that are estimated from few cases, and what is known of the machine's errors by them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Final

_Z: Final = 1.959964  # two-sided 95 %


@dataclass(frozen=True, slots=True)
class Rate:
    """A share estimated from `errors` among `checked`, with its 95 % Wilson interval.

    Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """

    errors: int
    checked: int

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound; (0, 1) where nothing was checked."""
        if not self.checked:
            return 0.0, 1.0
        share, n = self.errors / self.checked, self.checked
        middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        reach = _Z / (1 + _Z**2 / n) * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
        return max(0.0, middle - reach), min(1.0, middle + reach)


@dataclass(frozen=True, slots=True)
class LiveErrors:
    """What the spot checks say of the machine, for one language."""

    missed: Rate
    wrongly_rejected: Rate


def live_errors(counted: Iterable[tuple[str, str, str, int]]) -> dict[str, LiveErrors]:
    """By language, from spot checks: language, machine verdict, ruling, and how many."""
    counts: dict[str, Counter[tuple[str, str]]] = {}
    for language, machine, ruling, count in counted:
        counts.setdefault(language, Counter())[machine, ruling] = count
    return {
        language: LiveErrors(_rate(cells, "accept", "reject"), _rate(cells, "reject", "accept"))
        for language, cells in counts.items()
    }


def _rate(cells: Counter[tuple[str, str]], machine: str, error: str) -> Rate:
    checked = sum(count for (said, _), count in cells.items() if said == machine)
    return Rate(cells[machine, error], checked)
