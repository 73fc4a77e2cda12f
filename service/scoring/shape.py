"""What a comment looks like, apart from its words: letters, tricks, links, loudness, length.

Roughly, and as hashes like any n-gram: exact counts as dense columns tell data sets apart better
than they tell spam.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.scoring.alphabet import Kind
from service.scoring.grams import NOWHERE, Grams, Ints

KINDS = len(Kind)
_GROUPS = 6
_LETTER, _TRICK, _DIGIT, _DOT, _SLASH = 1, 2, 3, 4, 5
_GROUP: Ints = np.zeros(KINDS, np.int64)
_GROUP[[Kind.LOWER, Kind.UPPER, Kind.ACCENTED]] = _LETTER
_GROUP[[Kind.FANCY, Kind.LOOK_ALIKE, Kind.TURNED, Kind.COMBINING, Kind.HIDDEN, Kind.BIDI]] = _TRICK
_GROUP[Kind.DIGIT] = _DIGIT
_GROUP[Kind.DOT] = _DOT
_GROUP[Kind.SLASH] = _SLASH
_PAIRS: Ints = np.array(
    [
        _LETTER * _GROUPS + _TRICK,
        _TRICK * _GROUPS + _LETTER,
        _LETTER * _GROUPS + _DIGIT,
        _DIGIT * _GROUPS + _LETTER,
        _DOT * _GROUPS + _LETTER,
        _SLASH * _GROUPS + _SLASH,
    ]
)
_COUNTED = KINDS + len(_PAIRS) + 1
_MOST = 1023
_BUCKETS = np.floor(np.log2(np.arange(_MOST + 1) + 1.0)).astype(np.int64)
_SPREAD = np.uint32(0x85EBCA6B)


def describe(kinds: NDArray[np.uint8], seams: Ints) -> tuple[Ints, Grams]:
    """Counts of kinds per text, and hashes of the rough counts and shares of what occurs."""
    texts = len(seams) - 1
    group = _GROUP[kinds]
    steps = group[:-1] * _GROUPS
    steps += group[1:]
    counts = np.empty((texts, _COUNTED), np.int64)
    if texts == 1:
        counts[0, :KINDS] = np.bincount(kinds[:-1], minlength=KINDS)
        counts[0, KINDS:-1] = np.bincount(steps, minlength=_GROUPS**2)[_PAIRS]
        counts[0, -1] = len(steps)
    else:
        row = np.repeat(np.arange(texts), np.diff(seams))
        counts[:, :KINDS] = _count(row * KINDS + kinds[:-1], texts, KINDS)
        counts[:, KINDS:-1] = _count(row * _GROUPS**2 + steps, texts, _GROUPS**2)[:, _PAIRS]
        counts[:, -1] = np.diff(seams)
    counts[:, Kind.SPACE] -= 1  # the seam
    return counts[:, :KINDS], _roughly(counts)


def _count(index: Ints, texts: int, width: int) -> Ints:
    return np.bincount(index, minlength=texts * width).reshape(texts, width)


def _roughly(counts: Ints) -> Grams:
    """One hash per kind that occurs for its count, to a power of two, and for its eighth."""
    texts, kinds = counts.nonzero()
    found = counts[texts, kinds]
    ids = kinds << 8
    ids |= _BUCKETS[np.minimum(found, _MOST)]
    eighths = found * 8
    eighths //= counts[texts, -1]
    eighths += (kinds << 8) + (_COUNTED << 8)
    hashes = np.concatenate((ids, eighths)).astype(np.uint32)
    hashes *= _SPREAD
    if len(counts) == 1:
        return Grams(hashes, None, NOWHERE, NOWHERE)
    order = np.concatenate((texts, texts)).argsort(kind="stable")
    sizes = 2 * np.bincount(texts, minlength=len(counts))
    return Grams(hashes[order], sizes, NOWHERE, NOWHERE)
