# ruff: noqa: N803 - scikit-learn calls it X
"""From raw text to probabilities: the estimators of the pipeline and how they are put together.

The import path of these classes is part of the artefact's format: they do not move, and a change
of behaviour is a new parameter and a retrain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, hstack, vstack
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from service.scoring import logistic, shape
from service.scoring.alphabet import Kind, build_tables
from service.scoring.grams import Codes, Grams, Ints, Stream, char_grams, join, word_grams

Floats = NDArray[np.float32]
HEADS: tuple[str, ...] = (
    "spam",
    "gambling",
    "toxicity",
    "severe_toxicity",
    "identity_attack",
    "insult",
    "profanity",
    "threat",
    "sexually_explicit",
)
LANGUAGES: tuple[str, ...] = ("id", "en", "other")
KNOWN_BITS = 20
_SPACE = np.uint32(32)
_CHUNK = 2048
_RARITY_UNIT = np.float32(0.2)


@dataclass(frozen=True, slots=True)
class Bags:
    """Texts as bags of hashed n-grams (one view per n-gram size) and a dense row of shape.

    ``scale`` multiplies the summed weights of a text's n-grams, ``unknown`` is the share of its
    words that training never saw, ``kinds`` counts its characters by :class:`Kind`.
    """

    views: tuple[Grams, ...]
    shape: Floats
    scale: Floats
    unknown: Floats
    kinds: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.scale)

    @staticmethod
    def ids(view: Grams, bits: int) -> NDArray[np.uint32]:
        """Rows of a weight table of ``2 ** bits`` rows."""
        return view.hashes >> np.uint32(32 - bits)

    def matrix(self, bits: int) -> csr_array:
        """Counts of all n-grams as one scaled sparse matrix, for fitting."""
        ends = [np.concatenate(([0], np.cumsum(view.counts))) for view in self.views]
        blocks = []
        for low in range(0, len(self), _CHUNK):
            high = min(low + _CHUNK, len(self))
            parts = [
                _counts(view.hashes[end[low] : end[high]], view.counts[low:high], bits)
                for view, end in zip(self.views, ends, strict=True)
            ]
            block = sum(parts[1:], parts[0])
            block.data *= np.repeat(self.scale[low:high], np.diff(block.indptr))
            blocks.append(block)
        stacked: csr_array = vstack(blocks, format="csr")
        return stacked


def _counts(hashes: NDArray[np.uint32], counts: Ints, bits: int) -> csr_array:
    """Counts of hashed n-grams, one row per text."""
    ends = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    ids = (hashes >> np.uint32(32 - bits)).astype(np.int32)
    ones = np.ones(len(ids), np.float32)
    found = csr_array((ones, ids, ends), shape=(len(counts), 1 << bits))
    found.sum_duplicates()
    return found


@dataclass(frozen=True, slots=True)
class Reading:
    """Texts after folding: as they read, and squeezed to bare letters; with original kinds."""

    raw: Stream
    kinds: NDArray[np.uint8]
    surface: Stream
    surface_kinds: NDArray[np.uint8]
    squeezed: Stream


class CommentFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Hash raw comments into bags of n-grams of what they say once tricks are undone.

    Parameters
    ----------
    char_sizes : tuple of int
        Sizes of character n-grams of the folded text.
    squeezed_sizes : tuple of int
        Sizes of character n-grams of the text reduced to letters, digits read as letters and
        doubled letters as one.
    words : bool
        Whether single words and pairs of words are hashed too.

    Attributes
    ----------
    fold_, squeeze_, kinds_ : ndarray
        Tables from code point to folded character, squeezed character and kind.
    word_ : ndarray of bool
        Which kinds make up words.
    known_ : ndarray of bool
        Hashes of the words that training saw at least twice.
    """

    def __init__(
        self,
        char_sizes: tuple[int, ...] = (2, 3, 4, 5),
        squeezed_sizes: tuple[int, ...] = (4, 5),
        words: bool = True,
    ) -> None:
        self.char_sizes = char_sizes
        self.squeezed_sizes = squeezed_sizes
        self.words = words

    def fit(self, X: Sequence[str], y: object = None) -> Self:  # noqa: ARG002
        """Build the tables and remember the words of the training texts."""
        self.fold_, self.squeeze_, self.kinds_ = build_tables()
        self.word_ = np.isin(np.arange(len(Kind)), _WORD_KINDS)
        seen = np.zeros(1 << KNOWN_BITS, np.int64)
        for chunk in _chunks(X):
            reading = self._read(chunk)
            singles, _ = word_grams(reading.surface, self.word_[reading.surface_kinds])
            np.add.at(seen, singles.hashes >> np.uint32(32 - KNOWN_BITS), 1)
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
        check_is_fitted(self)
        if len(X) <= _CHUNK:
            return self._bags(self._read(X))
        return _concatenate([self._bags(self._read(chunk)) for chunk in _chunks(X)])

    def _read(self, texts: Sequence[str]) -> Reading:
        raw = join(texts)
        kinds, codes = self.kinds_[raw.codes], self.fold_[raw.codes]
        codes[raw.seams] = _SPACE
        kept = codes != 0
        kept[2:] &= (codes[2:] != codes[1:-1]) | (codes[2:] != codes[:-2])
        kept[raw.seams] = True
        surface = raw.keep(kept, codes)
        bare = self.squeeze_[raw.codes]
        return Reading(raw, kinds, surface, kinds[kept], _squeeze(raw, bare))

    def _bags(self, reading: Reading) -> Bags:
        views = char_grams(reading.surface, self.char_sizes, 0)
        views += char_grams(reading.squeezed, self.squeezed_sizes, 0x5EED)
        singles, pairs = word_grams(reading.surface, self.word_[reading.surface_kinds])
        if self.words:
            views += [singles, pairs]
        kinds, looks = shape.describe(reading.kinds, reading.raw.seams)
        total = sum(view.counts for view in views)
        scale = 1.0 / np.sqrt(np.maximum(total, 1))
        return Bags(tuple(views), looks, scale.astype(np.float32), self._unknown(singles), kinds)

    def locate(self, text: str) -> tuple[Bags, list[tuple[Ints, Ints]]]:
        """The bag of one text, and where each n-gram of each view lies in the joined text."""
        reading = self._read([text])
        bags = self._bags(reading)
        ranges = _char_ranges(reading.surface, self.char_sizes)
        ranges += _char_ranges(reading.squeezed, self.squeezed_sizes)
        places = reading.surface.places()
        for view in bags.views[len(ranges) :]:
            ranges.append((places[view.starts], places[view.ends - 1] + 1))
        return bags, ranges

    def _unknown(self, singles: Grams) -> Floats:
        known = self.known_[singles.hashes >> np.uint32(32 - KNOWN_BITS)]
        if len(singles.counts) == 1:
            return np.array([1.0 - known.mean() if len(known) else 1.0], np.float32)
        sums = np.concatenate(([0], np.cumsum(known)))
        ends = np.cumsum(singles.counts)
        found = sums[ends] - sums[ends - singles.counts]
        unknown: Floats = (1.0 - found / np.maximum(singles.counts, 1)).astype(np.float32)
        return unknown


_WORD_KINDS = (
    Kind.LOWER,
    Kind.UPPER,
    Kind.DIGIT,
    Kind.FANCY,
    Kind.LOOK_ALIKE,
    Kind.ACCENTED,
    Kind.TURNED,
    Kind.FOREIGN,
    Kind.MASK,
)


def _char_ranges(stream: Stream, sizes: Sequence[int]) -> list[tuple[Ints, Ints]]:
    places = stream.places()
    spans = ((np.arange(max(len(places) - size + 1, 0)), size) for size in sizes)
    return [(places[starts], places[starts + size - 1] + 1) for starts, size in spans]


def _chunks(texts: Sequence[str]) -> Iterable[Sequence[str]]:
    return (texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK))


def _concatenate(bags: Sequence[Bags]) -> Bags:
    views = (
        Grams(np.concatenate([v.hashes for v in same]), np.concatenate([v.counts for v in same]))
        for same in zip(*(bag.views for bag in bags), strict=True)
    )
    return Bags(
        tuple(views),
        np.concatenate([bag.shape for bag in bags]),
        np.concatenate([bag.scale for bag in bags]),
        np.concatenate([bag.unknown for bag in bags]),
        np.concatenate([bag.kinds for bag in bags]),
    )


def _squeeze(raw: Stream, bare: Codes) -> Stream:
    bare[raw.seams] = _SPACE
    letters = raw.keep(bare != 0, bare)
    codes = letters.codes
    kept = np.ones(len(codes), np.bool_)
    kept[1:] = codes[1:] != codes[:-1]
    kept[letters.seams] = True
    return letters.keep(kept, codes)


class MultiHeadLogistic(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Independent logistic heads whose weights lie side by side in one hashed table.

    Parameters
    ----------
    labels : tuple of str
        Names of the columns of ``y``.
    bits : int
        The table has ``2 ** bits`` rows.
    penalty : float
        Strength of the squared penalty, relative to the mean log loss.
    group_penalty : float
        The same for the intercepts that each data set gets while fitting.
    min_rows : int
        N-grams of fewer rows than this get no weight.
    max_iter : int
        Iterations of L-BFGS per head.

    Attributes
    ----------
    table_ : ndarray of shape (2 ** bits, n_labels)
        Weights of hashed n-grams, calibration folded in.
    shape_ : ndarray of shape (n_shape_features, n_labels)
        Weights of the shape features.
    intercept_ : ndarray of shape (n_labels,)
    """

    def __init__(
        self,
        labels: tuple[str, ...] = HEADS + LANGUAGES,
        bits: int = 19,
        penalty: float = 1e-5,
        group_penalty: float = 1e-4,
        min_rows: int = 2,
        max_iter: int = 60,
    ) -> None:
        self.labels = labels
        self.bits = bits
        self.penalty = penalty
        self.group_penalty = group_penalty
        self.min_rows = min_rows
        self.max_iter = max_iter

    def fit(
        self,
        X: Bags,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Fit every head on the rows where its label is not NaN.

        Parameters
        ----------
        X : Bags
        y : array of shape (n_samples, n_labels)
            1, 0, or NaN for "not annotated".
        sample_weight : array of shape (n_samples, n_labels), optional
        groups : array of int of shape (n_samples,), optional
            The data set of each row.
        """
        targets = np.asarray(y, np.float64)
        weight = np.ones_like(targets) if sample_weight is None else np.asarray(sample_weight)
        group = np.zeros(len(targets), np.int64) if groups is None else np.asarray(groups)
        grams = X.matrix(self.bits)
        rows = np.bincount(grams.indices, minlength=1 << self.bits)
        used = np.flatnonzero(rows >= self.min_rows)
        rarity = np.log(len(targets) / rows[used]).astype(np.float32) * _RARITY_UNIT
        design = _beside(grams[:, used], rarity, X.shape)
        del grams
        self.classes_ = np.array(self.labels)
        self.table_ = np.zeros((1 << self.bits, len(self.labels)), np.float32)
        self.shape_ = np.zeros((X.shape.shape[1], len(self.labels)), np.float32)
        self.intercept_ = np.zeros(len(self.labels))
        for head in range(len(self.labels)):
            known = self.labels[head] not in LANGUAGES
            own = group if known else np.zeros_like(group)
            self._fit_head(head, design, targets[:, head], weight[:, head], own, used)
        self.table_[used] *= rarity[:, None]
        return self

    def _fit_head(
        self,
        head: int,
        design: csr_array,
        y: NDArray[np.float64],
        weight: NDArray[np.float64],
        group: Ints,
        used: Ints,
    ) -> None:
        rows = np.flatnonzero(~np.isnan(y) & (weight > 0))
        if len(np.unique(y[rows])) < 2:
            self.intercept_[head] = -6.0 if not len(rows) or y[rows[0]] == 0 else 6.0
            return
        problem = logistic.Problem(design[rows], y[rows], weight[rows], group[rows])
        weights, self.intercept_[head] = logistic.solve(
            problem, self.penalty, self.group_penalty, self.max_iter
        )
        self.table_[used, head] = weights[: len(used)]
        self.shape_[:, head] = weights[len(used) :]

    def calibrate(self, X: Bags, y: ArrayLike, sample_weight: ArrayLike) -> Self:
        """Fold a slope and an offset per head into the weights, learnt on held-out rows."""
        targets, weight = np.asarray(y), np.asarray(sample_weight)
        logits = self.decision_function(X)
        for head in range(len(self.labels)):
            rows = np.flatnonzero(~np.isnan(targets[:, head]) & (weight[:, head] > 0))
            if len(np.unique(targets[rows, head])) < 2:
                continue
            slope, offset = logistic.calibrate(
                logits[rows, head], targets[rows, head], weight[rows, head]
            )
            self.table_[:, head] *= slope
            self.shape_[:, head] *= slope
            self.intercept_[head] = self.intercept_[head] * slope + offset
        return self

    def decision_function(self, X: Bags) -> NDArray[np.float64]:
        """Log-odds of every head, of shape (n_samples, n_labels)."""
        check_is_fitted(self)
        summed = self._sum_one(X) if len(X) == 1 else self._sum_many(X)
        logits: NDArray[np.float64] = self.intercept_ + X.shape @ self.shape_
        logits += summed * X.scale[:, None]
        return logits

    def _sum_one(self, X: Bags) -> Floats:
        ids = np.concatenate([view.hashes for view in X.views]) >> np.uint32(32 - self.bits)
        summed: Floats = self.table_.take(ids, axis=0).sum(axis=0, keepdims=True)
        return summed

    def _sum_many(self, X: Bags) -> Floats:
        summed = np.zeros((len(X), len(self.labels)), np.float32)
        for view in X.views:
            ids = X.ids(view, self.bits).astype(np.int32)
            ends = np.concatenate(([0], np.cumsum(view.counts))).astype(np.int32)
            bag = csr_array((np.ones(len(ids), np.float32), ids, ends), (len(X), 1 << self.bits))
            summed += np.asarray(bag @ self.table_)
        return summed

    def predict_proba(self, X: Bags) -> NDArray[np.float64]:
        """Calibrated probability of every head; heads are independent and do not sum to one."""
        probabilities: NDArray[np.float64] = expit(self.decision_function(X))
        return probabilities

    def predict(self, X: Bags) -> NDArray[np.int64]:
        """1 where a head is more likely than not."""
        return (self.decision_function(X) >= 0.0).astype(np.int64)


def _beside(grams: csr_array, rarity: Floats, looks: Floats) -> csr_array:
    """The n-grams weighted by rarity with the dense columns appended."""
    grams.data *= rarity[grams.indices]
    joined: csr_array = hstack((grams, csr_array(looks)), format="csr", dtype=np.float32)
    return joined


def build_pipeline(params: Mapping[str, Any] | None = None) -> Pipeline:
    """The whole model, raw text in, probabilities out.

    Parameters
    ----------
    params : mapping, optional
        Parameters as ``Pipeline.set_params`` takes them, e.g. ``{"heads__bits": 18}``.
    """
    pipeline = Pipeline([("features", CommentFeatures()), ("heads", MultiHeadLogistic())])
    return pipeline.set_params(**(params or {}))
