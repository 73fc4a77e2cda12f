"""Tricks that change the order or the neighbours of characters, undone before anything is hashed.

Folding handles what is wrong with single characters; here are words turned upside down, words
stored backwards behind direction marks, and pictures put between letters. Few comments have any
of it, so everything starts with one cheap look at the kinds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.scoring.alphabet import SEAM, Kind
from service.scoring.grams import Codes, Ints, Stream

Kinds = NDArray[np.uint8]
_OVERRIDE, _POP = 0x202E, 0x202C
_LEAST_TURNED = 2
_TURN = dict(zip("nupdbqmw", "undpqbwm", strict=True))


def put_in_order(raw: Stream, kinds: Kinds) -> tuple[Stream, Kinds, Ints | None]:
    """The stream with backward runs and upside-down words in reading order.

    Also where each character was, or None if nothing moved.
    """
    if kinds.max() < Kind.TURNED:
        return raw, kinds, None
    order, codes = np.arange(len(kinds)), raw.codes.copy()
    for start, end in _backward(raw.codes):
        order[start:end] = order[start:end][::-1].copy()
    codes, kinds = codes[order], kinds[order]
    for start, end in _upside_down(kinds, raw.seams):
        turned = [_TURN.get(chr(code), chr(code)) for code in codes[start:end][::-1]]
        codes[start:end] = [ord(char) for char in turned]
        order[start:end] = order[start:end][::-1].copy()
        kinds[start:end] = kinds[start:end][::-1].copy()
    return Stream(codes, raw.seams), kinds, order


def _backward(codes: Codes) -> list[tuple[int, int]]:
    """Runs between a right-to-left override and what ends it."""
    ends = (codes == _OVERRIDE) | (codes == _POP) | (codes == ord("\n")) | (codes == SEAM)
    marks = ends.nonzero()[0]
    found: list[tuple[int, int]] = []
    start: int | None = None
    for mark in marks.tolist():
        if start is not None:
            found.append((start, mark))
        start = mark + 1 if codes[mark] == _OVERRIDE else None
    return found


def _upside_down(kinds: Kinds, seams: Ints) -> list[tuple[int, int]]:
    """Words with turned letters, in texts that have several: one alone is no trick."""
    turned = (kinds == Kind.TURNED).nonzero()[0]
    text = seams.searchsorted(turned)
    turned = turned[np.bincount(text)[text] >= _LEAST_TURNED]
    if not len(turned):
        return []
    breaks = ((kinds == Kind.SPACE) | (kinds == Kind.NEWLINE)).nonzero()[0]
    words = np.unique(breaks.searchsorted(turned))
    return [(int(breaks[w - 1]) + 1, int(breaks[w])) for w in words if 0 < w < len(breaks)]


def drop_pictures(codes: Codes, kinds: Kinds) -> None:
    """Blot out, in place, pictures with a letter on either side: g🍀acor."""
    if kinds.max() < Kind.EMOJI:
        return
    shown = (codes != 0).nonzero()[0]
    picture = kinds[shown] == Kind.EMOJI
    solid = codes[shown] != ord(" ")
    inside = picture[1:-1] & solid[:-2] & solid[2:]
    codes[shown[1:-1][inside]] = 0
