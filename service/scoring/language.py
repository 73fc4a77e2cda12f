"""Which language a text is in, and whether the model may be trusted on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.scoring.alphabet import Kind
from service.scoring.bags import Bags

_LETTERS = (Kind.LOWER, Kind.UPPER, Kind.FANCY, Kind.ACCENTED, Kind.TURNED, Kind.DIGIT, Kind.MASK)
_FOREIGN_SHARE = 0.3
_ALIKE_SHARE = 0.8
_MIXED = 0.25
_MIN_LETTERS = 2


def read(
    probabilities: NDArray[np.float64], bags: Bags, unknown_limit: float
) -> list[tuple[str, bool]]:
    """Language (``id``, ``en``, ``mixed``, ``other``) and doubt for each text.

    Doubt: next to no letters, a script or language the model does not read, or more unknown words
    than ``unknown_limit``.
    """
    rows = zip(probabilities.tolist(), bags.kinds.tolist(), bags.unknown.tolist(), strict=True)
    found = []
    for shares, kinds, unknown in rows:
        name = _name(*shares) if _readable(kinds) else "other"
        found.append((name, name == "other" or unknown > unknown_limit))
    return found


def _readable(kinds: list[int]) -> bool:
    """Enough letters to say anything, and most of them Latin."""
    latin = sum([kinds[kind] for kind in _LETTERS])
    alike, foreign = kinds[Kind.LOOK_ALIKE], kinds[Kind.FOREIGN]
    if alike > _ALIKE_SHARE * latin:
        foreign += alike
    else:
        latin += alike
    if foreign > _FOREIGN_SHARE * (latin + foreign):
        return False
    return latin >= _MIN_LETTERS or kinds[Kind.EMOJI] > 0


def _name(indonesian: float, english: float, other: float) -> str:
    if other > 0.5 and other > max(indonesian, english):
        return "other"
    low, high = sorted((indonesian, english))
    return "mixed" if low > _MIXED * high else ("id" if indonesian > english else "en")
