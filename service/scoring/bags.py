"""Texts as bags of hashes, and where those hashes live in a table of weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from service.scoring.grams import NOWHERE, Grams, Ints

Floats = NDArray[np.float32]
Place = Callable[[NDArray[np.uint32]], NDArray[np.uint32]]
_SPREAD = np.uint32(0x9E3779B1)
_CHUNK = 2048


@dataclass(slots=True)
class Bags:
    """Texts as bags of hashes, one view per kind of n-gram.

    ``chars`` are of characters and, last, of the shape of the text; ``words`` of words. ``unknown``
    is the share of a text's words that training never saw, ``kinds`` counts its characters by
    :class:`~service.scoring.alphabet.Kind`.
    """

    chars: tuple[Grams, ...]
    words: tuple[Grams, ...]
    unknown: Floats
    kinds: Ints

    def __len__(self) -> int:
        return len(self.kinds)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where hashes live in a weight table: characters, then words, then what several words make.

    Words are apart because word vectors are folded into their rows: whatever shared a row with a
    word would be taken for one like it. A word counts ``word_weight`` times an n-gram of
    characters, which is folded into the table after fitting; only the length of the text, its
    n-grams weighed like that, is left to serving.
    """

    bits: int
    word_bits: int
    pair_bits: int
    word_weight: float

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return (1 << self.bits) + (1 << self.word_bits) + (1 << self.pair_bits)

    def chars(self, hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Rows of character n-grams, by Knuth's multiplicative method."""
        spread = hashes * _SPREAD
        spread >>= np.uint32(32 - self.bits)
        return spread

    def singles(self, hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Rows of words."""
        return (hashes >> np.uint32(32 - self.word_bits)) + np.uint32(1 << self.bits)

    def several(self, hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Rows of pairs and triples of words, and of what words look like."""
        start = (1 << self.bits) + (1 << self.word_bits)
        return (hashes >> np.uint32(32 - self.pair_bits)) + np.uint32(start)

    def _views(self, bags: Bags) -> list[tuple[Place, Grams]]:
        first, *others = bags.words
        views: list[tuple[Place, Grams]] = [(self.chars, view) for view in bags.chars]
        return [*views, (self.singles, first), *((self.several, view) for view in others)]

    def all(self, bags: Bags) -> list[tuple[NDArray[np.uint32], Ints]]:
        """Rows and counts per text of every view."""
        return [(place(view.hashes), view.counts) for place, view in self._views(bags)]

    def scale(self, bags: Bags) -> Floats:
        """One over the length of each text as a vector."""
        chars = np.sum([view.counts for view in bags.chars], axis=0)
        words = np.sum([view.counts for view in bags.words], axis=0)
        square = np.maximum(chars + self.word_weight**2 * words, 1.0)
        scale: Floats = (square**-0.5).astype(np.float32)
        return scale

    def matrix(self, bags: Bags) -> csr_array:
        """Counts of all n-grams as one scaled sparse matrix, for fitting."""
        views = self._views(bags)
        ends = [np.concatenate(([0], np.cumsum(view.counts))) for _, view in views]
        scale, blocks = self.scale(bags), []
        for low in range(0, len(bags), _CHUNK):
            high = min(low + _CHUNK, len(bags))
            parts = [
                _counts(place(view.hashes[e[low] : e[high]]), view.counts[low:high], self.rows)
                for (place, view), e in zip(views, ends, strict=True)
            ]
            block = sum(parts[1:], parts[0])
            block.data *= np.repeat(scale[low:high], np.diff(block.indptr))
            blocks.append(block)
        stacked: csr_array = vstack(blocks, format="csr")
        return stacked


def _counts(ids: NDArray[np.uint32], counts: Ints, width: int) -> csr_array:
    """Damped counts of rows of the table, one row per text."""
    ends = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    ones = np.ones(len(ids), np.float32)
    found = csr_array((ones, ids.astype(np.int32), ends), shape=(len(counts), width))
    found.sum_duplicates()
    found.data = (1.0 + np.log(found.data)).astype(np.float32)
    return found


def concatenate(bags: Sequence[Bags]) -> Bags:
    """All texts of several bags, in order."""
    return Bags(
        _stack([bag.chars for bag in bags]),
        _stack([bag.words for bag in bags]),
        np.concatenate([bag.unknown for bag in bags]),
        np.concatenate([bag.kinds for bag in bags]),
    )


def _stack(parts: Sequence[tuple[Grams, ...]]) -> tuple[Grams, ...]:
    return tuple(_one_after_another(same) for same in zip(*parts, strict=True))


def _one_after_another(views: Sequence[Grams]) -> Grams:
    hashes = np.concatenate([view.hashes for view in views])
    return Grams(hashes, np.concatenate([view.counts for view in views]), NOWHERE, NOWHERE)
