# ruff: noqa: N803 - scikit-learn calls it X
"""The linear heads: fitted one by one on n-grams weighed by rarity, served from one table.

The import path of the class is part of the artefact's format, as in features.py.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin

from service.scoring import logistic
from service.scoring.bags import Bags, Layout
from service.scoring.fitted import check_fitted, plain_arrays
from service.scoring.grams import Ints
from service.scoring.labels import HEADS, LANGUAGES
from service.scoring.vectors import word_vectors

Floats = NDArray[np.float32]
_LEAST, _MOST = 4, 60_000
_SAMPLE = 20
_MOST_ROWS = 0.5
_ALONE = ("spam", "gambling", *LANGUAGES)
"""Heads that word vectors do not help: a brand is not like its neighbours."""


class MultiHeadLogistic(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Independent logistic heads whose weights lie side by side in one hashed table.

    Parameters
    ----------
    labels : tuple of str
        Names of the columns of ``y``.
    bits : int
        Character n-grams share ``2 ** bits`` rows of the table.
    word_bits : int
        Words share ``2 ** word_bits`` rows after those.
    pair_bits : int
        What is made of several words, and their looks, share ``2 ** pair_bits`` rows after those.
    word_weight : float
        How much more a word counts than an n-gram of characters.
    rarity_power : float
        N-grams count like the logarithm of their rarity to this power.
    penalty : float
        Strength of the squared penalty, relative to the mean log loss.
    group_penalty : float
        The same for the intercepts that each data set gets while fitting.
    min_rows : int
        N-grams of fewer rows than this get no weight.
    max_iter : int
        Iterations of L-BFGS per head.
    penalties : mapping of str to float, optional
        Penalties of single heads, in place of ``penalty``.
    vectors : int
        Length of word vectors that words share weights by while fitting; 0 for none.
    vector_scale : float
        Their length; the longer, the more words share.
    random_state : int
        Seed of the decomposition that finds the vectors.

    Attributes
    ----------
    table_ : ndarray of shape (rows, n_labels)
        Weights of hashed n-grams, calibration folded in.
    intercept_ : ndarray of shape (n_labels,)
    """

    def __init__(
        self,
        labels: tuple[str, ...] = HEADS + LANGUAGES,
        bits: int = 18,
        word_bits: int = 18,
        pair_bits: int = 18,
        word_weight: float = 2.5,
        rarity_power: float = 1.25,
        penalty: float = 2e-6,
        group_penalty: float = 1e-4,
        min_rows: int = 2,
        max_iter: int = 25,
        penalties: Mapping[str, float] | None = None,
        vectors: int = 0,
        vector_scale: float = 0.3,
        random_state: int = 0,
    ) -> None:
        self.labels = labels
        self.bits = bits
        self.word_bits = word_bits
        self.pair_bits = pair_bits
        self.word_weight = word_weight
        self.rarity_power = rarity_power
        self.penalty = penalty
        self.group_penalty = group_penalty
        self.min_rows = min_rows
        self.max_iter = max_iter
        self.penalties = penalties
        self.vectors = vectors
        self.vector_scale = vector_scale
        self.random_state = random_state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(plain_arrays(state))

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
        layout = self._layout()
        design = layout.matrix(X)
        rows = np.bincount(design.indices, minlength=layout.rows)
        order = np.argsort(-rows, kind="stable")  # frequent ones share cache lines
        rarity = _rarity(rows[order], len(targets), self.rarity_power)
        rarity[order >= 1 << self.bits] *= self.word_weight
        rarity[rows[order] < self.min_rows] = 0.0
        _reorder(design, order)
        rarity /= _unit(design, rarity)
        design.data *= rarity[design.indices]
        related = self._relate(X, layout, order, design)
        self.classes_ = np.array(self.labels)
        self.table_ = np.zeros((layout.rows, len(self.labels)), np.float32)
        self.intercept_ = np.zeros(len(self.labels))
        for head, label in enumerate(self.labels):
            own = np.zeros_like(group) if label in LANGUAGES else group
            vectors = None if label.partition("~")[0] in _ALONE else related
            weights = self._fit_head(head, design, vectors, targets[:, head], weight[:, head], own)
            self.table_[order, head] = weights
        self.table_[order] *= rarity[:, None]
        return self

    def _relate(self, X: Bags, layout: Layout, order: Ints, design: csr_array) -> Floats | None:
        """Vectors of words by column of the design; None where there are none.

        Centred over the texts, and scaled so that a text's vector is ``vector_scale`` long.
        """
        if not self.vectors:
            return None
        hashes, counts = X.words[0].hashes.astype(np.int64), X.words[0].counts
        known, vectors = word_vectors(
            hashes, counts, self.vectors, _LEAST, _MOST, self.random_state
        )
        column = np.empty(layout.rows, np.int64)
        column[order] = np.arange(layout.rows)
        found = np.zeros((layout.rows, self.vectors), np.float32)
        row = layout.singles(known.astype(np.uint32))
        found[column[row[::-1]]] = vectors[::-1]  # of words in one row the commonest counts
        sample = design[::_SAMPLE] @ found
        sample -= sample.mean(axis=0)
        length = np.sqrt(np.square(sample).sum(axis=1).mean())
        found *= np.float32(self.vector_scale / max(float(length), 1e-6))
        return found

    def _fit_head(
        self,
        head: int,
        design: csr_array,
        vectors: Floats | None,
        y: NDArray[np.float64],
        weight: NDArray[np.float64],
        group: Ints,
    ) -> NDArray[np.float64]:
        rows = np.flatnonzero(~np.isnan(y) & (weight > 0))
        if len(np.unique(y[rows])) < 2:
            self.intercept_[head] = -6.0 if not len(rows) or y[rows[0]] == 0 else 6.0
            return np.zeros(design.shape[1])
        grams = design if len(rows) > _MOST_ROWS * len(y) else design[rows]
        if grams is design:  # weightless rows cost less than a copy of the matrix
            weight = np.where(np.isnan(y), 0.0, weight)
            rows, y = np.arange(len(y)), np.nan_to_num(y)
        dense = np.zeros((len(rows), 0), np.float32) if vectors is None else grams @ vectors
        middle = dense.mean(axis=0)
        dense -= middle
        problem = logistic.Problem(grams, dense, y[rows], weight[rows], group[rows])
        penalty = self._penalty(self.labels[head])
        weights, self.intercept_[head] = logistic.solve(
            problem, penalty, self.group_penalty, self.max_iter
        )
        own, shared = weights[: grams.shape[1]], weights[grams.shape[1] :]
        self.intercept_[head] -= float(middle @ shared)
        return own if vectors is None else own + vectors @ shared

    def _penalty(self, label: str) -> float:
        return (self.penalties or {}).get(label.partition("~")[0], self.penalty)

    def keep(self, labels: tuple[str, ...]) -> Self:
        """Drop the heads of all other labels; scratch heads of a training run end here."""
        columns = [self.labels.index(label) for label in labels]
        self.table_ = np.ascontiguousarray(self.table_[:, columns])
        self.intercept_ = self.intercept_[columns]
        self.labels, self.classes_ = labels, np.array(labels)
        return self

    def calibrate(
        self, X: Bags, y: ArrayLike, sample_weight: ArrayLike, beside: Mapping[str, str]
    ) -> Self:
        """Fold what makes held-out rows calibrated into the weights: a slope and an offset.

        ``beside`` names for some heads a language whose log-odds are added with a slope of their
        own, so that a head which only ever compared comments of one data set with each other can
        be as sure in one language as in another. All is linear and stays one table.
        """
        targets, weight = np.asarray(y), np.asarray(sample_weight)
        logits = self.decision_function(X)
        for head, label in enumerate(self.labels):
            rows = np.flatnonzero(~np.isnan(targets[:, head]) & (weight[:, head] > 0))
            if len(np.unique(targets[rows, head])) == 2:
                columns = [head]
                if label in beside:
                    columns.append(self.labels.index(beside[label]))
                slopes, offset = logistic.calibrate(
                    logits[rows][:, columns], targets[rows, head], weight[rows, head]
                )
                self._combine(head, columns, slopes, offset)
        return self

    def _combine(
        self, head: int, columns: list[int], slopes: NDArray[np.float64], offset: float
    ) -> None:
        self.table_[:, head] = self.table_[:, columns] @ slopes.astype(np.float32)
        self.intercept_[head] = self.intercept_[columns] @ slopes + offset

    def decision_function(self, X: Bags) -> NDArray[np.float64]:
        """Log-odds of every head, of shape (n_samples, n_labels)."""
        check_fitted(self, "intercept_")
        summed = self._sum_one(X) if len(X) == 1 else self._sum_many(X)
        logits: NDArray[np.float64] = self.intercept_ + summed
        return logits

    def _layout(self) -> Layout:
        return Layout(self.bits, self.word_bits, self.pair_bits, self.word_weight)

    def _sum_one(self, X: Bags) -> Floats:
        layout = self._layout()
        chars = layout.chars(np.concatenate([view.hashes for view in X.chars]))
        singles = layout.singles(X.words[0].hashes)
        several = layout.several(np.concatenate([view.hashes for view in X.words[1:]]))
        ids = np.concatenate((chars, singles, several))
        words = len(singles) + len(several)
        square = max(len(chars) + self.word_weight**2 * words, 1.0)
        weights = np.full((1, len(ids)), 1.0 / math.sqrt(square), np.float32)
        summed: Floats = weights @ self.table_.take(ids, axis=0)
        return summed

    def _sum_many(self, X: Bags) -> Floats:
        layout = self._layout()
        summed = np.zeros((len(X), len(self.labels)), np.float32)
        for ids, counts in layout.all(X):
            ends = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
            ones = np.ones(len(ids), np.float32)
            bag = csr_array((ones, ids.astype(np.int32), ends), (len(X), layout.rows))
            summed += np.asarray(bag @ self.table_)
        summed *= layout.scale(X)[:, None]
        return summed

    def contributions(self, X: Bags, columns: Sequence[int]) -> list[list[NDArray[np.float64]]]:
        """For each of some heads what each n-gram of one text adds to its log-odds, by view.

        A row of the table is fetched once for all of them.
        """
        layout = self._layout()
        scale = float(layout.scale(X)[0])
        rows = [self.table_.take(ids, axis=0) for ids, _ in layout.all(X)]
        return [[view[:, one].astype(np.float64) * scale for view in rows] for one in columns]

    def predict_proba(self, X: Bags) -> NDArray[np.float64]:
        """Calibrated probability of every head; heads are independent and do not sum to one."""
        probabilities: NDArray[np.float64] = expit(self.decision_function(X))
        return probabilities

    def predict(self, X: Bags) -> NDArray[np.int64]:
        """1 where a head is more likely than not."""
        return (self.decision_function(X) >= 0.0).astype(np.int64)


def _rarity(rows: Ints, total: int, power: float) -> Floats:
    """Weights by rarity (inverse document frequency)."""
    return (np.log(total / np.maximum(rows, 1)) ** power).astype(np.float32)


def _reorder(design: csr_array, order: Ints) -> None:
    """Move columns in place: the first of ``order`` becomes column 0."""
    column = np.empty(len(order), design.indices.dtype)
    column[order] = np.arange(len(order), dtype=column.dtype)
    design.indices = column[design.indices]
    design.has_sorted_indices = False


def _unit(design: csr_array, rarity: Floats) -> np.float32:
    """Root mean square length of the rows once weighted by rarity."""
    some = design[::_SAMPLE]
    squares = np.square(some.data * rarity[some.indices])
    return np.float32(np.sqrt(squares.sum(dtype=np.float64) / some.shape[0]))
