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
_SPACE = int(Kind.SPACE)
_COUNTED = KINDS + len(_PAIRS) + 1
_MOST = 1023
_BUCKETS = np.floor(np.log2(np.arange(_MOST + 1) + 1.0)).astype(np.int64)
_SPREAD = np.uint32(0x85EBCA6B)


def describe(kinds: NDArray[np.uint8], seams: Ints) -> tuple[Ints, Grams]:
    """Counts of kinds per text, and hashes of the rough counts and shares of what occurs."""
    group = _GROUP[kinds]
    steps = group[:-1] * _GROUPS
    steps += group[1:]
    if len(seams) == 2:
        return _describe_one(kinds, steps)
    texts = len(seams) - 1
    counts = np.empty((texts, _COUNTED), np.int64)
    row = np.repeat(np.arange(texts), np.diff(seams))
    counts[:, :KINDS] = _count(row * KINDS + kinds[:-1], texts, KINDS)
    counts[:, KINDS:-1] = _count(row * _GROUPS**2 + steps, texts, _GROUPS**2)[:, _PAIRS]
    counts[:, -1] = np.diff(seams)
    counts[:, Kind.SPACE] -= 1  # the seam
    text, kind = counts.nonzero()
    hashes = _roughly(kind, counts[text, kind], counts[text, -1])
    order = np.concatenate((text, text)).argsort(kind="stable")
    sizes = 2 * np.bincount(text, minlength=texts)
    return counts[:, :KINDS], Grams(hashes[order], sizes, NOWHERE, NOWHERE)


def _describe_one(kinds: NDArray[np.uint8], steps: Ints) -> tuple[Ints, Grams]:
    """The same for a single text, in fewer steps."""
    counts = np.empty(_COUNTED, np.int64)
    counts[:KINDS] = np.bincount(kinds[:-1], minlength=KINDS)
    counts[KINDS:-1] = np.bincount(steps, minlength=_GROUPS**2)[_PAIRS]
    counts[-1] = len(steps)
    counts[_SPACE] -= 1  # the seam
    kind = counts.nonzero()[0]
    hashes = _roughly(kind, counts[kind], counts[-1])
    return counts[None, :KINDS], Grams(hashes, None, NOWHERE, NOWHERE)


def _count(index: Ints, texts: int, width: int) -> Ints:
    return np.bincount(index, minlength=texts * width).reshape(texts, width)


def _roughly(kinds: Ints, counts: Ints, lengths: Ints | np.int64) -> NDArray[np.uint32]:
    """One hash per kind that occurs for its count, to a power of two, and for its eighth."""
    ids = kinds << 8
    eighths = counts * 8
    eighths //= lengths
    eighths += ids
    eighths += _COUNTED << 8
    ids |= _BUCKETS[np.minimum(counts, _MOST)]
    hashes = np.concatenate((ids, eighths)).astype(np.uint32)
    hashes *= _SPREAD
    return hashes
