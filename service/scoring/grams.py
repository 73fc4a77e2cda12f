"""Texts as one long array of code points, and the hashes of its n-grams and words.

Everything here is NumPy over all texts at once; a single comment is the same code with one text.
N-grams are hashed as polynomials over code points mod 2^32, words mod 2^64: the hash of a word is
a difference of running sums, times the inverse of the power of its start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.scoring import addresses
from service.scoring.alphabet import SEAM, SIZE

Codes = NDArray[np.uint32]
Ints = NDArray[np.int64]

SURFACE_BASE, SQUEEZED_BASE = np.uint32(0x01000193), np.uint32(0x5BD1E995)
_LAST = np.uint32(SIZE - 1)
_WORD_BASE = 0x100000001B3
_WORD_SPREAD = 0x9E3779B97F4A7C15
_PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
_INVERSE = pow(_WORD_BASE, -1, 1 << 64)
_LOOK = np.uint64(0xD6E8FEB86659FD93)
_BRAND = np.uint64(0xA0761D6478BD642F)
_CLIP = np.array((1, 5, 2, 8), np.uint8)
"""Up to which counts of tricks, digits, capitals and letters words are told apart."""
_SPACE = np.uint32(32)
_TOP = np.uint64(40)
_SEAM = chr(SEAM)


@dataclass(slots=True)
class Stream:
    """Characters of all texts with a seam before, between and after them.

    ``seams`` holds the position of each seam; text k lies between seams k and k + 1.
    ``origin`` is the position in the joined text that each character came from.
    """

    codes: Codes
    seams: Ints
    origin: Ints | None = None

    def keep(self, mask: NDArray[np.bool_], codes: Codes) -> Stream:
        """The stream of the characters that the mask lets through; seams must be kept."""
        kept = mask.nonzero()[0]
        seams = kept.searchsorted(self.seams)
        return Stream(codes[kept], seams, kept if self.origin is None else self.origin[kept])

    def solid(self) -> NDArray[np.bool_]:
        """Which characters are no space."""
        found: NDArray[np.bool_] = self.codes != _SPACE
        return found

    def places(self) -> Ints:
        """Position in the joined text of every character."""
        return np.arange(len(self.codes)) if self.origin is None else self.origin


class Grams(NamedTuple):
    """Hashes of one view, text by text; ``sizes`` says how many each text has.

    ``sizes`` is None if there is only one text. ``first`` and ``last`` are positions in the
    stream: of a word, the space before it and its last character; of characters, both the start.
    """

    hashes: NDArray[np.uint32]
    sizes: Ints | None
    first: Ints
    last: Ints

    @property
    def counts(self) -> Ints:
        """How many hashes each text has."""
        return np.array((len(self.hashes),)) if self.sizes is None else self.sizes


NOWHERE: Ints = np.zeros(0, np.int64)
_EMPTY = Grams(np.zeros(0, np.uint32), None, NOWHERE, NOWHERE)


def join(texts: Sequence[str]) -> Stream:
    """Lay texts end to end; addresses become single characters."""
    plain = [addresses.tokens(text) for text in texts]
    joined = _SEAM.join(("", *plain, ""))
    raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    if len(plain) == 1:
        seams = np.array((0, len(raw) - 1))
    else:
        seams = np.zeros(len(plain) + 1, np.int64)
        np.cumsum([len(text) + 1 for text in plain], out=seams[1:])
    return Stream(np.minimum(raw, _LAST), seams)


def fuse_spaces(stream: Stream) -> tuple[Stream, NDArray[np.bool_]]:
    """The stream with each run of spaces as one, and which of its characters are no space."""
    solid = stream.solid()
    kept = solid.copy()
    kept[1:] |= solid[:-1]
    kept[stream.seams] = True
    if np.count_nonzero(kept) == len(kept):
        return stream, solid
    return stream.keep(kept, stream.codes), solid[kept]


def char_grams(
    stream: Stream, solid: NDArray[np.bool_] | None, sizes: Sequence[int], base: np.uint32
) -> list[Grams]:
    """N-grams for increasing sizes from 3 up with no space inside, though maybe at their ends.

    ``solid`` tells what is no space; None where only the seams of a single text are spaces.
    """
    codes, views = stream.codes, []
    hashes = codes[:-1] * base
    hashes += codes[1:]
    whole: NDArray[np.bool_] = np.ones(len(hashes), np.bool_)
    for size in range(3, max(sizes, default=2) + 1):
        hashes = hashes[:-1] * base
        hashes += codes[size - 1 :]
        if solid is not None:
            whole = whole[:-1] & solid[size - 2 : -1]
        if size in sizes and solid is None:
            starts = np.arange(len(hashes))
            views.append(Grams(hashes, None, starts, starts))
        elif size in sizes:
            starts = whole.nonzero()[0]
            views.append(_by_text(hashes[starts], starts, starts, stream))
    return views


def _by_text(hashes: NDArray[np.uint32], first: Ints, last: Ints, stream: Stream) -> Grams:
    """Grams with their counts; ``first`` is one before the first character for words."""
    if len(stream.seams) == 2:
        return Grams(hashes, None, first, last)
    return Grams(hashes, np.diff(first.searchsorted(stream.seams)), first, last)


@dataclass(slots=True)
class Words:
    """Where words are, what they hash to, and which text each belongs to (None: all to one)."""

    hashes: NDArray[np.uint64]
    first: Ints
    last: Ints
    traits: Codes
    same: NDArray[np.bool_] | None


def find_words(stream: Stream, solid: NDArray[np.bool_], traits: Codes) -> Words:
    """The words of a stream; ``traits`` counts tricks, digits, capitals and letters by character.

    ``first`` is the position before a word.
    """
    edges = (solid[1:] != solid[:-1]).nonzero()[0]
    first, last = edges[::2], edges[1::2]
    powers, inverses = _powers(len(stream.codes))
    sums = (stream.codes * powers).cumsum()
    counts = traits.cumsum(dtype=np.uint32)
    hashes = (sums[last] - sums[first]) * inverses[first]
    if len(stream.seams) == 2:
        return Words(hashes, first, last, counts[last] - counts[first], None)
    text = stream.seams.searchsorted(last)
    return Words(hashes, first, last, counts[last] - counts[first], text[1:] == text[:-1])


def word_grams(words: Words, stream: Stream, ends: NDArray[np.bool_]) -> tuple[Grams, ...]:
    """Views of words: each, pairs, looks, and pairs and triples around what looks like a brand.

    ``ends`` tells which words end in a digit.
    """
    hashes, first, last = words.hashes, words.first, words.last
    looks, brand = _looks(words, ends)
    views = [
        _by_text(_upper(hashes), first, last, stream),
        _pairs(hashes, words, stream, words.same),
        _by_text(_upper(looks * _LOOK), first, last, stream),
    ]
    near = brand[1:] | brand[:-1]
    if not np.count_nonzero(near):
        return (*views, _none(stream), _none(stream))
    masked = np.where(brand, _BRAND, hashes)
    kept = near if words.same is None else near & words.same
    views.append(_pairs(masked * _LOOK, words, stream, kept))
    views.append(_triples(masked, brand, words, stream))
    return tuple(views)


def _looks(words: Words, ends: NDArray[np.bool_]) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """A number for what a word looks like, and whether it looks like a brand: slot88, ѕlоt."""
    counts = np.minimum(words.traits.view(np.uint8).reshape(-1, 4), _CLIP)
    tricks, digits, _, letters = counts.T
    brand = (letters > 1) & ends
    brand &= digits < _CLIP[1]
    brand |= tricks > 0
    looks = counts.view(np.uint32)[:, 0] + (ends.astype(np.uint64) << _TOP)
    return looks, brand


def _pairs(
    hashes: NDArray[np.uint64], words: Words, stream: Stream, kept: NDArray[np.bool_] | None
) -> Grams:
    pairs = hashes[:-1] * _PAIR
    pairs += hashes[1:]
    first, last = words.first[:-1], words.last[1:]
    if kept is None:
        return _by_text(_upper(pairs), first, last, stream)
    return _by_text(_upper(pairs[kept]), first[kept], last[kept], stream)


def _triples(
    masked: NDArray[np.uint64], brand: NDArray[np.bool_], words: Words, stream: Stream
) -> Grams:
    if len(masked) < 3:
        return _none(stream)
    kept = brand[2:] | brand[1:-1] | brand[:-2]
    if words.same is not None:
        kept &= words.same[1:] & words.same[:-1]
    triples = ((masked[:-2] * _PAIR + masked[1:-1]) * _PAIR + masked[2:])[kept] * _LOOK
    return _by_text(_upper(triples), words.first[:-2][kept], words.last[2:][kept], stream)


def _none(stream: Stream) -> Grams:
    texts = len(stream.seams) - 1
    return _EMPTY if texts == 1 else _EMPTY._replace(sizes=np.zeros(texts, np.int64))


def _upper(hashes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """The better half of the bits, without a copy; little-endian like all of this."""
    return hashes.view(np.uint32)[1::2]


_MEMORY: list[tuple[NDArray[np.uint64], NDArray[np.uint64]]] = []


def _powers(length: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Powers of the base and spread inverses mod 2^64, kept for the longest stream so far."""
    if not _MEMORY or len(_MEMORY[-1][0]) < length:
        size = 1 << max(17, length.bit_length())
        inverses = _series(_INVERSE, size) * np.uint64(_WORD_SPREAD)
        _MEMORY[:] = [(_series(_WORD_BASE, size), inverses)]
    powers, inverses = _MEMORY[-1]
    return powers[:length], inverses


def _series(base: int, size: int) -> NDArray[np.uint64]:
    factors = np.full(size, np.uint64(base))
    factors[0] = 1
    series: NDArray[np.uint64] = np.cumprod(factors, dtype=np.uint64)
    return series
