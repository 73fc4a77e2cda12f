"""Which language a text is in, and whether the model may be trusted on it."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from service.scoring.alphabet import Kind

if TYPE_CHECKING:
    from service.scoring.bags import Bags

_LETTERS = (Kind.LOWER, Kind.UPPER, Kind.FANCY, Kind.ACCENTED, Kind.TURNED, Kind.DIGIT, Kind.MASK)
_FOREIGN_SHARE = 0.3
_ALIKE_SHARE = 0.8
_MIXED = 0.25
_MIN_LETTERS = 2
_LEAST_WORDS = 4
_UNKNOWN, _TINY = 4.0, 1e-9
_FOREIGN = -1.5
"""Above it are 1 % of ordinary Indonesian comments and 0.2 % of English ones."""


def read(
    probabilities: NDArray[np.float64], bags: Bags, unknown_limit: float
) -> list[tuple[str, bool]]:
    """Language (``id``, ``en``, ``mixed``, ``other``) and doubt for each text.

    Doubt: next to no letters, a script or language the model does not read, or more unknown words
    than ``unknown_limit``.
    """
    rows = zip(
        probabilities.tolist(),
        bags.kinds.tolist(),
        bags.unknown.tolist(),
        bags.words[0].counts.tolist(),
        strict=True,
    )
    found = []
    for shares, kinds, unknown, words in rows:
        indonesian, english, other = shares
        distance = foreignness(indonesian, english, other, unknown)
        foreign = words >= _LEAST_WORDS and distance > _FOREIGN
        name = "other" if foreign or not _readable(kinds) else _name(*shares)
        found.append((name, name == "other" or unknown > unknown_limit))
    return found


def foreignness(indonesian: float, english: float, other: float, unknown: float) -> float:
    """How far a text is from what the model was trained on, in log-odds.

    By how much it is likelier to be in another language than in the likelier of the two, plus its
    share of unknown words. The heads were trained on few texts in other languages and seldom say
    "other" by themselves, but they are less sure of either language (area under the ROC curve .98
    on comments in twelve languages in Latin letters against ordinary ones of four words or more).
    """
    return _log_odds(other) - _log_odds(max(indonesian, english)) + _UNKNOWN * unknown


def _log_odds(probability: float) -> float:
    return log((probability + _TINY) / (1.0 - probability + _TINY))


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
