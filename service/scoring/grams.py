"""Texts as one long array of code points, and the hashes of its n-grams and words.

Everything here is NumPy over all texts at once; a single comment is the same code with one text.
Hashes are polynomials over code points (mod 2^32 for n-grams, 2^64 for words), spread by Knuth's
multiplicative method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from service.scoring import addresses
from service.scoring.alphabet import SIZE

Codes = NDArray[np.uint32]
Ints = NDArray[np.int64]

_SEAM = "\n"
_BASE = np.uint32(0x01000193)
_SPREAD = np.uint32(0x9E3779B1)
_WORD_BASE = 0x100000001B3
_WORD_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
_INVERSE = pow(_WORD_BASE, -1, 1 << 64)


def _nowhere() -> Ints:
    return np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Stream:
    """Characters of all texts with a seam before, between and after them.

    ``seams`` holds the position of each seam; text k lies between seams k and k + 1.
    ``origin`` is the position in the joined text that a character came from.
    """

    codes: Codes
    seams: Ints
    origin: Ints | None = None

    def keep(self, mask: NDArray[np.bool_], codes: Codes) -> Stream:
        """The stream of the characters that the mask lets through; seams must be kept."""
        kept = np.flatnonzero(mask)
        seams = np.searchsorted(kept, self.seams)
        return Stream(codes[kept], seams, kept if self.origin is None else self.origin[kept])

    def places(self) -> Ints:
        """Position in the joined text of every character."""
        return np.arange(len(self.codes)) if self.origin is None else self.origin


@dataclass(frozen=True, slots=True)
class Grams:
    """Hashes of one view, text by text: text k owns the next ``counts[k]`` of them.

    ``starts`` and ``ends`` are positions in the stream they were taken from.
    """

    hashes: NDArray[np.uint32]
    counts: Ints
    starts: Ints = field(default_factory=_nowhere)
    ends: Ints = field(default_factory=_nowhere)


def join(texts: Sequence[str]) -> Stream:
    """Lay texts end to end; addresses become single characters."""
    plain = [_without_addresses(text) for text in texts]
    joined = _SEAM.join(["", *plain, ""])
    raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    seams = np.zeros(len(plain) + 1, np.int64)
    np.cumsum([len(text) + 1 for text in plain], out=seams[1:])
    return Stream(np.minimum(raw, np.uint32(SIZE - 1)), seams)


def _without_addresses(text: str) -> str:
    found = addresses.pieces(text)
    return addresses.replace(text, found) if found else text


def char_grams(stream: Stream, sizes: Sequence[int], salt: int) -> list[Grams]:
    """All n-grams within each text (its seams included) for increasing sizes."""
    codes, seams, views = stream.codes, stream.seams, []
    lengths = np.diff(seams) + 1
    hashes = codes + np.uint32(salt)
    for size in range(2, max(sizes) + 1):
        hashes = hashes[:-1] * _BASE
        hashes += codes[size - 1 :]
        if size in sizes:
            views.append(_within(hashes * _SPREAD, seams, lengths, size))
    return views


def _within(hashes: NDArray[np.uint32], seams: Ints, lengths: Ints, size: int) -> Grams:
    """Leave out windows that reach past the end of their text."""
    counts = np.maximum(lengths - size + 1, 0)
    if len(seams) == 2:
        return Grams(hashes, counts)
    starts = positions(Grams(hashes, counts), seams)
    return Grams(hashes[starts], counts)


def positions(grams: Grams, seams: Ints) -> Ints:
    """Where each n-gram of a view starts in its stream."""
    firsts = np.repeat(seams[:-1] - (np.cumsum(grams.counts) - grams.counts), grams.counts)
    starts: Ints = firsts + np.arange(len(firsts))
    return starts


def word_grams(stream: Stream, is_word: NDArray[np.bool_]) -> tuple[Grams, Grams]:
    """Hashes of single words and of neighbouring pairs; ``is_word`` marks their characters."""
    edges = np.flatnonzero(is_word[1:] != is_word[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    hashes = _word_hashes(stream.codes, starts, ends)
    singles = _by_text(hashes, starts, ends, stream.seams, np.int64(0))
    pairs = hashes[:-1] * _PAIR + hashes[1:]
    first, last = starts[:-1], ends[1:]
    if len(stream.seams) > 2:
        same = np.searchsorted(stream.seams, first) == np.searchsorted(stream.seams, last - 1)
        pairs, first, last = pairs[same], first[same], last[same]
    return singles, _by_text(pairs, first, last, stream.seams, np.int64(1))


def _word_hashes(codes: Codes, starts: Ints, ends: Ints) -> NDArray[np.uint64]:
    powers, inverses = _powers(len(codes))
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(codes * powers, out=sums[1:])
    hashes: NDArray[np.uint64] = (sums[ends] - sums[starts]) * inverses[starts]
    return hashes


def _by_text(
    hashes: NDArray[np.uint64], starts: Ints, ends: Ints, seams: Ints, salt: np.int64
) -> Grams:
    short = ((hashes + salt.astype(np.uint64)) * _WORD_SPREAD >> np.uint64(32)).astype(np.uint32)
    counts = np.diff(np.searchsorted(starts, seams)) if len(seams) > 2 else np.array([len(short)])
    return Grams(short, counts, starts, ends)


_MEMORY: list[tuple[NDArray[np.uint64], NDArray[np.uint64]]] = []


def _powers(length: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Powers of the base and of its inverse mod 2^64, kept for the longest stream so far."""
    if not _MEMORY or len(_MEMORY[-1][0]) < length:
        size = 1 << max(17, length.bit_length())
        _MEMORY[:] = [(_series(_WORD_BASE, size), _series(_INVERSE, size))]
    powers, inverses = _MEMORY[-1]
    return powers[:length], inverses


def _series(base: int, size: int) -> NDArray[np.uint64]:
    factors = np.full(size, np.uint64(base))
    factors[0] = 1
    series: NDArray[np.uint64] = np.cumprod(factors, dtype=np.uint64)
    return series
