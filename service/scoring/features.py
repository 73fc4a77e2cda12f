# ruff: noqa: N803 - scikit-learn calls it X
"""From raw text to probabilities: the pipeline and its first step.

The import path of the estimators is part of the artefact's format: they do not move, and a change
of behaviour is a new parameter and a retrain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline

from service.scoring import shape
from service.scoring.alphabet import build_tables, build_traits
from service.scoring.bags import Bags, concatenate
from service.scoring.fitted import check_fitted, plain_arrays
from service.scoring.grams import (
    SQUEEZED_BASE,
    SURFACE_BASE,
    Codes,
    Grams,
    Ints,
    Stream,
    char_grams,
    find_words,
    fuse_spaces,
    join,
    word_grams,
)
from service.scoring.heads import MultiHeadLogistic
from service.scoring.labels import HEADS, LANGUAGES
from service.scoring.tricks import drop_pictures, put_in_order

__all__ = ["HEADS", "LANGUAGES", "CommentFeatures", "MultiHeadLogistic", "build_pipeline"]

Floats = NDArray[np.float32]
KNOWN_BITS = 19
_DIGIT = np.uint32(0xFF00)
_CHUNK = 2048


@dataclass(slots=True)
class Reading:
    """Texts after folding: as they read, and squeezed to bare letters; with original kinds."""

    raw: Stream
    kinds: NDArray[np.uint8]
    surface: Stream
    solid: NDArray[np.bool_]
    squeezed: Stream
    order: Ints | None


class CommentFeatures(TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):  # type: ignore[call-arg,misc]
    """Hash raw comments into bags of n-grams of what they say once tricks are undone.

    Parameters
    ----------
    char_sizes : tuple of int
        Sizes of character n-grams of the folded text.
    squeezed_sizes : tuple of int
        Sizes of character n-grams of the text reduced to letters, digits read as letters and
        doubled letters as one.

    Attributes
    ----------
    fold_, squeeze_, kinds_ : ndarray
        Tables from code point to folded character, squeezed character and kind.
    traits_ : ndarray
        What each code point adds to the looks of its word.
    known_ : ndarray of bool
        Hashes of the words that training saw at least twice.
    """

    def __init__(
        self,
        char_sizes: tuple[int, ...] = (3, 4, 5),
        squeezed_sizes: tuple[int, ...] = (5,),
    ) -> None:
        self.char_sizes = char_sizes
        self.squeezed_sizes = squeezed_sizes

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(plain_arrays(state))

    def fit(self, X: Sequence[str], y: object = None) -> Self:  # noqa: ARG002
        """Build the tables and remember the words of the training texts."""
        _refuse_one_string(X)
        self.fold_, self.squeeze_, self.kinds_ = build_tables()
        self.traits_ = build_traits(self.fold_, self.kinds_)
        seen = np.zeros(1 << KNOWN_BITS, np.int64)
        for chunk in _chunks(X):
            reading = self._read(chunk)
            words = find_words(reading.surface, reading.solid, reading.surface.codes)
            np.add.at(seen, words.hashes >> np.uint64(64 - KNOWN_BITS), 1)
        self.known_ = seen > 1
        return self

    def transform(self, X: Sequence[str]) -> Bags:
        """Turn texts into bags.

        Parameters
        ----------
        X : sequence of str
            Raw comments; any string is allowed.

        Returns
        -------
        Bags
        """
        check_fitted(self, "known_")
        _refuse_one_string(X)
        if len(X) <= _CHUNK:
            return self._bags(self._read(X))
        return concatenate([self._bags(self._read(chunk)) for chunk in _chunks(X)])

    def _read(self, texts: Sequence[str]) -> Reading:
        joined = join(texts)
        raw, kinds, order = put_in_order(joined, self.kinds_[joined.codes])
        codes, bare = self.fold_[raw.codes], self.squeeze_[raw.codes]
        drop_pictures(codes, kinds)
        kept = codes != 0
        everything = np.count_nonzero(kept) == len(kept)
        whole = Stream(codes, raw.seams) if everything else raw.keep(kept, codes)
        surface, solid = fuse_spaces(whole)
        return Reading(raw, kinds, surface, solid, _squeeze(raw, bare), order)

    def _bags(self, reading: Reading) -> Bags:
        surface, raw = reading.surface, reading.raw
        traits = self.traits_[raw.codes if surface.origin is None else raw.codes[surface.origin]]
        words = find_words(surface, reading.solid, traits)
        ends = (traits[words.last] & _DIGIT) > 0
        views = word_grams(words, surface, ends)
        kinds, looks = shape.describe(reading.kinds, raw.seams)
        chars = char_grams(surface, reading.solid, self.char_sizes, SURFACE_BASE)
        squeezed = reading.squeezed
        solid = None if len(squeezed.seams) == 2 else squeezed.solid()
        chars += char_grams(squeezed, solid, self.squeezed_sizes, SQUEEZED_BASE)
        return Bags((*chars, looks), views, self._unknown(views[0]), kinds)

    def locate(self, text: str) -> tuple[Bags, list[tuple[Ints, Ints]]]:
        """The bag of one text, and where each n-gram of each view lies in the joined text.

        The last view of characters is about the text as a whole.
        """
        reading = self._read([text])
        bags = self._bags(reading)
        views = [(reading.surface, size) for size in self.char_sizes]
        views += [(reading.squeezed, size) for size in self.squeezed_sizes]
        ranges = []
        for (stream, size), view in zip(views, bags.chars, strict=False):
            origin = stream.places()
            ranges.append((origin[view.first], origin[view.first + size - 1] + 1))
        places = reading.surface.places()
        ranges += [(places[view.first + 1], places[view.last] + 1) for view in bags.words]
        if reading.order is not None:
            ranges = [_moved(reading.order, *found) for found in ranges]
        return bags, ranges

    def _unknown(self, singles: Grams) -> Floats:
        known = self.known_[singles.hashes >> np.uint32(32 - KNOWN_BITS)]
        if singles.sizes is None:
            return np.array([1.0 - np.count_nonzero(known) / max(len(known), 1)], np.float32)
        sums = np.concatenate(([0], np.cumsum(known)))
        ends = np.cumsum(singles.counts)
        found = sums[ends] - sums[ends - singles.counts]
        unknown: Floats = (1.0 - found / np.maximum(singles.counts, 1)).astype(np.float32)
        return unknown


def _refuse_one_string(texts: Sequence[str]) -> None:
    """As scikit-learn's vectorisers do: each letter of it would pass for a text."""
    if isinstance(texts, (str, bytes)):
        raise ValueError("a sequence of texts is expected, not one string")


def _moved(order: Ints, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Ranges as they were before words were turned round: as wide, from the middle."""
    middle = order[(starts + ends - 1) // 2]
    return middle, middle + 1


def _chunks(texts: Sequence[str]) -> Iterable[Sequence[str]]:
    return (texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK))


def _squeeze(raw: Stream, bare: Codes) -> Stream:
    """Bare letters only, and no letter twice in a row."""
    letters = raw.keep(bare != 0, bare)
    codes = letters.codes
    kept = np.empty(len(codes), np.bool_)
    np.not_equal(codes[1:], codes[:-1], out=kept[1:])
    kept[letters.seams] = True
    return letters.keep(kept, codes)


def build_pipeline(params: Mapping[str, Any] | None = None) -> Pipeline:
    """The whole model, raw text in, probabilities out.

    Parameters
    ----------
    params : mapping, optional
        Parameters as ``Pipeline.set_params`` takes them, e.g. ``{"heads__bits": 18}``.
    """
    pipeline = Pipeline([("features", CommentFeatures()), ("heads", MultiHeadLogistic())])
    return pipeline.set_params(**(params or {}))
