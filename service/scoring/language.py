"""Which language a text is in, and whether the model may be trusted on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.scoring.alphabet import Kind
from service.scoring.features import Bags

_LETTERS = [
    Kind.LOWER,
    Kind.UPPER,
    Kind.FANCY,
    Kind.LOOK_ALIKE,
    Kind.ACCENTED,
    Kind.TURNED,
    Kind.DIGIT,
    Kind.MASK,
]
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
    latin = bags.kinds[:, _LETTERS].sum(axis=1)
    alike = bags.kinds[:, Kind.LOOK_ALIKE]
    foreign = bags.kinds[:, Kind.FOREIGN] + np.where(alike > _ALIKE_SHARE * latin, alike, 0)
    strange = foreign > _FOREIGN_SHARE * np.maximum(latin + foreign, 1)
    silent = (latin < _MIN_LETTERS) & (bags.kinds[:, Kind.EMOJI] == 0)
    unknown = bags.unknown > unknown_limit
    rows = zip(probabilities.tolist(), (strange | silent).tolist(), unknown.tolist(), strict=True)
    return [_one(*row) for row in rows]


def _one(shares: list[float], unreadable: bool, unknown: bool) -> tuple[str, bool]:
    indonesian, english, other = shares
    if unreadable or (other > 0.5 and other > max(indonesian, english)):
        return "other", True
    low, high = sorted((indonesian, english))
    name = "mixed" if low > _MIXED * high else ("id" if indonesian > english else "en")
    return name, unknown
