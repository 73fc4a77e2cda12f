"""The shipped model as the prior: what labels add to its weights, and nothing else.

For each head the additions d minimise the weighted log loss of the labels, plus that of our own
written texts under the base's own probabilities (what it knew stays known: learning without
forgetting, Li and Hoiem 2016), plus ``penalty / 2 * |d|²``: the base is the mean of a Gaussian
prior. Only n-grams that occur in the labels move.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array, vstack
from scipy.special import expit
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from service.scoring.bags import Bags, Layout
from service.scoring.labels import HEADS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_RARITY_POWER: Final = 1.25
_FEWEST_GROUPS: Final = 2
_MAX_ITER: Final = 40
_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True)
class Ground:
    """What every fit of a retraining shares: the design matrix, and what the base says.

    Rows are the lessons, then the rehearsed texts. ``ids`` are the rows of the weight table that
    its columns stand for, ``factor`` what a unit of a column's weight is in the table.
    """

    X: csr_array
    base: Floats
    ids: Ints
    factor: NDArray[np.float32]
    lessons: int


@dataclass(frozen=True, slots=True)
class Additions:
    """Additions to the log-odds weights of some heads: ``weights`` of shape (columns, heads)."""

    heads: tuple[str, ...]
    weights: NDArray[np.float32]


def prepare(
    pipeline: Pipeline, texts: list[str], groups: Ints, rehearsed: list[str], spread: Any
) -> Ground:
    """Featurise lessons and rehearsed texts once for all fits; ``spread`` maps over batches."""
    heads = pipeline.named_steps["heads"]
    layout = Layout(heads.bits, heads.word_bits, heads.pair_bits, heads.word_weight)
    whole = [*texts, *rehearsed]
    batches = [whole[start : start + _BATCH] for start in range(0, len(whole), _BATCH)]
    parts = list(spread(featurise, pipeline, batches))
    counted = vstack([part for part, _ in parts], format="csr")
    base = np.vstack([part for _, part in parts])
    own, other = counted[: len(texts)], counted[len(texts) :]
    ids = _shared(own, groups)
    X = vstack([own[:, ids], other[:, ids]], format="csr")  # noqa: N806
    factor = _rarity(X, ids, layout)
    X.data *= factor[X.indices]
    square = np.square(X.data).sum(dtype=np.float64) / max(X.shape[0], 1)
    unit = np.float32(max(square, 1e-12) ** -0.5)
    X.data *= unit
    return Ground(X, base, ids, factor * unit, len(texts))


def featurise(pipeline: Pipeline, texts: list[str]) -> tuple[csr_array, Floats]:
    """Counts of n-grams of some texts, and what the base says of them in log-odds."""
    heads = pipeline.named_steps["heads"]
    bags = pipeline.named_steps["features"].transform(texts)
    layout = Layout(heads.bits, heads.word_bits, heads.pair_bits, heads.word_weight)
    return counts(layout, bags), heads.decision_function(bags)[:, : len(HEADS)]


def counts(layout: Layout, bags: Bags) -> csr_array:
    """N-grams as serving sums them: how often each row of the table, over the text's length."""
    parts = []
    for ids, sizes in layout.all(bags):
        ends = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        ones = np.ones(len(ids), np.float32)
        parts.append(csr_array((ones, ids.astype(np.int64), ends), (len(bags), layout.rows)))
    summed = csr_array(sum(parts[1:], parts[0]))
    summed.data *= np.repeat(layout.scale(bags), np.diff(summed.indptr))
    return summed


def _shared(own: csr_array, groups: Ints) -> Ints:
    """Rows of the table that occur in two groups of near copies or more: one text is no pattern."""
    coo = own.tocoo()
    pairs = np.unique(groups[coo.coords[0]] * np.int64(own.shape[1]) + coo.coords[1])
    ids, times = np.unique(pairs % own.shape[1], return_counts=True)
    return ids[times >= _FEWEST_GROUPS]


def _rarity(X: csr_array, ids: Ints, layout: Layout) -> NDArray[np.float32]:  # noqa: N803
    """As in fitting the base, with rarity counted in what is at hand."""
    rows = np.bincount(X.indices, minlength=X.shape[1])
    rarity = np.log((X.shape[0] + 1) / np.maximum(rows, 1)) ** _RARITY_POWER
    rarity[ids >= 1 << layout.bits] *= layout.word_weight
    return rarity.astype(np.float32)


def learn(
    ground: Ground,
    targets: Floats,
    weight: Floats,
    heads: tuple[str, ...],
    *,
    penalty: float,
    rehearsal: float,
    max_iter: int = _MAX_ITER,
) -> Additions:
    """Additions for some heads.

    Parameters
    ----------
    targets, weight : ndarray of shape (lessons, heads of the model)
        NaN or a weight of 0 leaves a lesson out.
    penalty : float
        Precision of the prior, in lessons: a lone text moves by about ``1 / penalty`` log-odds.
    rehearsal : float
        Weight of all rehearsed texts together, in lessons.
    """
    found = np.zeros((len(ground.ids), len(heads)), np.float32)
    precision = (penalty, rehearsal, max_iter)
    with threadpool_limits(1):  # vectors this short cost ten times as much on several threads
        for place, head in enumerate(heads):
            column = HEADS.index(head)
            own = np.nan_to_num(targets[:, column])
            worth = np.where(np.isnan(targets[:, column]), 0.0, weight[:, column])
            found[:, place] = _solve(ground, ground.base[:, column], own, worth, *precision)
    return Additions(heads, found)


def _solve(
    ground: Ground,
    base: Floats,
    y: Floats,
    weight: Floats,
    penalty: float,
    rehearsal: float,
    max_iter: int,
) -> Floats:
    X, turned, lessons = ground.X, ground.X.T.tocsr(), ground.lessons  # noqa: N806
    others = len(base) - lessons
    soft = np.concatenate((y, expit(base[lessons:])))
    worth = np.concatenate((weight, np.full(others, rehearsal / max(others, 1))))

    def loss(d: Floats) -> tuple[float, Floats]:
        logits = base + X @ d.astype(np.float32)
        gap = (worth * (expit(logits) - soft)).astype(np.float32)
        value = worth @ (np.logaddexp(0.0, logits) - soft * logits) + 0.5 * penalty * (d @ d)
        return float(value), turned @ gap + penalty * d

    start = np.zeros(X.shape[1])
    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": max_iter, "maxcor": 8, "ftol": 1e-6},
    )
    return np.asarray(found.x)


def narrowed(ground: Ground, lessons: Ints) -> Ground:
    """The ground of some of the lessons and all rehearsed texts."""
    rows = np.concatenate((lessons, np.arange(ground.lessons, len(ground.base))))
    return replace(ground, X=ground.X[rows], base=ground.base[rows], lessons=len(lessons))


def scores(ground: Ground, additions: Additions) -> Floats:
    """Log-odds of every row of the ground under the base and additions."""
    logits = ground.base.copy()
    columns = [HEADS.index(head) for head in additions.heads]
    logits[:, columns] += ground.X @ additions.weights
    return logits


def moved(pipeline: Pipeline, ground: Ground, additions: Additions) -> Pipeline:
    """A new pipeline: the base's weights plus the additions. The base is left as it is."""
    heads = copy.copy(pipeline.named_steps["heads"])
    heads.table_ = np.array(heads.table_)
    for place, head in enumerate(additions.heads):
        column = list(heads.labels).index(head)
        heads.table_[ground.ids, column] += ground.factor * additions.weights[:, place]
    return Pipeline([("features", pipeline.named_steps["features"]), ("heads", heads)])
