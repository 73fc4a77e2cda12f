"""What a comment looks like, apart from its words: letters, tricks, links, loudness, length."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.scoring.alphabet import Kind
from service.scoring.grams import Ints

KINDS = len(Kind)
_GROUPS = 6
_LETTER, _TRICK, _DIGIT, _DOT, _SLASH = 1, 2, 3, 4, 5
_GROUP = np.zeros(KINDS, np.int64)
_GROUP[[Kind.LOWER, Kind.UPPER, Kind.ACCENTED]] = _LETTER
_GROUP[[Kind.FANCY, Kind.LOOK_ALIKE, Kind.TURNED, Kind.COMBINING, Kind.HIDDEN, Kind.BIDI]] = _TRICK
_GROUP[Kind.DIGIT] = _DIGIT
_GROUP[Kind.DOT] = _DOT
_GROUP[Kind.SLASH] = _SLASH
_TRICKS = [Kind.FANCY, Kind.LOOK_ALIKE, Kind.TURNED, Kind.COMBINING, Kind.HIDDEN, Kind.BIDI]

_FIRST: Ints = np.zeros(1, np.int64)

NAMES: tuple[str, ...] = (
    *(f"log_{kind.name.lower()}" for kind in Kind),
    *(f"share_{kind.name.lower()}" for kind in Kind),
    "log_letter_trick",
    "log_letter_digit",
    "log_dot_letter",
    "log_double_slash",
    "log_length",
    "share_tricks",
)


def describe(
    kinds: NDArray[np.uint8], seams: Ints
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Counts of kinds, and the row of shape features (roughly within 0..1), per text."""
    texts = len(seams) - 1
    row = np.repeat(np.arange(texts), np.diff(seams)) if texts > 1 else _FIRST
    counts = _count(row * KINDS + kinds[:-1], texts, KINDS)
    counts[:, Kind.NEWLINE] -= 1  # the seam
    group = _GROUP[kinds]
    steps = _count(row * _GROUPS**2 + (group[:-1] * _GROUPS + group[1:]), texts, _GROUPS**2)
    length = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(length, 1.0)
    pairs = np.stack(
        (
            _either(steps, _LETTER, _TRICK),
            _either(steps, _LETTER, _DIGIT),
            steps[:, _DOT * _GROUPS + _LETTER],
            steps[:, _SLASH * _GROUPS + _SLASH],
            length[:, 0],
        ),
        axis=1,
    )
    tricks = shares[:, _TRICKS].sum(axis=1, keepdims=True)
    logs = np.log1p(np.hstack((counts, pairs)))
    logs *= 0.25
    looks = np.hstack((logs[:, :KINDS], shares, logs[:, KINDS:], tricks)).astype(np.float32)
    return counts, looks


def _count(index: Ints, texts: int, width: int) -> NDArray[np.float64]:
    return np.bincount(index, minlength=texts * width).reshape(texts, width).astype(np.float64)


def _either(steps: NDArray[np.float64], a: int, b: int) -> NDArray[np.float64]:
    total: NDArray[np.float64] = steps[:, a * _GROUPS + b] + steps[:, b * _GROUPS + a]
    return total
