"""Tricks that change the order or the neighbours of characters, undone before anything is hashed.

Folding handles what is wrong with single characters; here are words turned upside down, words
stored backwards behind direction marks, and pictures put between letters. Few comments have any
of it, so everything starts with one cheap look at the kinds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.scoring.alphabet import SEAM, SIZE, Kind
from service.scoring.grams import Codes, Ints, Stream

Kinds = NDArray[np.uint8]
_OVERRIDE, _POP = 0x202E, 0x202C
_SPACE, _NEWLINE = int(Kind.SPACE), int(Kind.NEWLINE)  # NumPy is slow to compare with an enum
_EMOJI, _TURNED = int(Kind.EMOJI), int(Kind.TURNED)
_LEAST_TURNED = 2
_TURN: Codes = np.arange(SIZE, dtype=np.uint32)
_TURN[[ord(c) for c in "nupdbqmw"]] = [ord(c) for c in "undpqbwm"]


def put_in_order(raw: Stream, kinds: Kinds) -> tuple[Stream, Kinds, Ints | None]:
    """The stream with backward runs and upside-down words in reading order.

    Also where each character was, or None if nothing moved.
    """
    if kinds.max() < _TURNED:
        return raw, kinds, None
    order = np.arange(len(kinds))
    _turn_round(order, *_backward(raw.codes))
    codes, kinds = raw.codes[order], kinds[order]
    turned = np.arange(len(kinds))
    inside = _turn_round(turned, *_upside_down(kinds, raw.seams))
    codes[inside] = _TURN[codes[inside]]
    return Stream(codes[turned], raw.seams), kinds[turned], order[turned]


def _turn_round(order: Ints, starts: Ints, ends: Ints) -> Ints:
    """Reverse, in place, the order within disjoint runs; returns the places in them."""
    sizes = ends - starts
    first = np.repeat(starts, sizes)
    inside: Ints = first + np.arange(len(first)) - np.repeat(sizes.cumsum() - sizes, sizes)
    order[inside] = order[np.repeat(ends - 1, sizes) - (inside - first)]
    return inside


def _backward(codes: Codes) -> tuple[Ints, Ints]:
    """Starts and ends of the runs between a right-to-left override and what ends it."""
    ends = (codes == _OVERRIDE) | (codes == _POP) | (codes == ord("\n")) | (codes == SEAM)
    marks = ends.nonzero()[0]
    opening = codes[marks[:-1]] == _OVERRIDE
    return marks[:-1][opening] + 1, marks[1:][opening]


def _upside_down(kinds: Kinds, seams: Ints) -> tuple[Ints, Ints]:
    """Starts and ends of words with turned letters, in texts that have several: one is no trick."""
    turned = (kinds == _TURNED).nonzero()[0]
    text = seams.searchsorted(turned)
    turned = turned[np.bincount(text)[text] >= _LEAST_TURNED]
    breaks = ((kinds == _SPACE) | (kinds == _NEWLINE)).nonzero()[0]
    words = np.unique(breaks.searchsorted(turned))
    words = words[(words > 0) & (words < len(breaks))]
    return breaks[words - 1] + 1, breaks[words]


def drop_pictures(codes: Codes, kinds: Kinds) -> None:
    """Blot out, in place, pictures with a letter on either side: g🍀acor."""
    if kinds.max() < _EMOJI:
        return
    shown = (codes != 0).nonzero()[0]
    picture = kinds[shown] == _EMOJI
    solid = codes[shown] != ord(" ")
    inside = picture[1:-1] & solid[:-2] & solid[2:]
    codes[shown[1:-1][inside]] = 0
