"""Figures of a model on held-out rows: ranking, recall at few false alarms, calibration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from service.scoring.labels import HEADS
from training.datasets import LABELS, Table

Floats = NDArray[np.float64]

_LEAST_POSITIVES = 8
_SOURCE_ROWS, _SOURCE_SHARE, _SOURCE_SLACK = 400, 0.004, 2.0
TAIL = [0.0, *np.logspace(-5, 0, 101).tolist()]


def ranking(y: Floats, scores: Floats) -> dict[str, float]:
    """AUC, average precision, and recall at 1 % and 0.1 % false positives."""
    return {
        "rows": len(y),
        "positive": int(y.sum()),
        "auc": float(roc_auc_score(y, scores)),
        "ap": float(average_precision_score(y, scores)),
        "recall_1pc": recall_at(y, scores, 0.01),
        "recall_01pc": recall_at(y, scores, 0.001),
    }


def recall_at(y: Floats, scores: Floats, share: float) -> float:
    """Recall at the lowest threshold that at most ``share`` of the negatives exceed."""
    good = np.sort(scores[y == 0])[::-1]
    limit = good[min(int(share * len(good)), len(good) - 1)]
    return float((scores[y == 1] > limit).mean())


def ece(y: Floats, probabilities: Floats, weight: Floats, bins: int = 15) -> float:
    """Expected calibration error over bins of equal width."""
    index = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = np.bincount(index, weight * (probabilities - y), bins)
    return float(np.abs(gaps).sum() / weight.sum())


def to_prior(y: Floats, weight: Floats, prior: float) -> Floats:
    """Weights scaled so that positives have the share that an ordinary site sees."""
    positive, negative = weight[y == 1].sum(), weight[y == 0].sum()
    factor = prior / (1 - prior) * negative / max(positive, 1e-12)
    scaled: Floats = np.where(y == 1, weight * factor, weight)
    return scaled


def by_language(y: Floats, weight: Floats, langs: NDArray[np.str_], prior: float) -> bool:
    """Weigh the rows of each language to the prior, all languages alike, in place.

    False where only one language has positives enough; then languages are not told apart.
    """
    known = ~np.isnan(y) & (weight > 0)
    parts = [known & (langs == lang) for lang in ("id", "en")]
    apart = all((y[part] == 1).sum() >= _LEAST_POSITIVES for part in parts)
    for part in parts if apart else [known]:
        if part.any():
            weight[part] = to_prior(y[part], weight[part], prior)
            weight[part] /= weight[part].sum()
    if apart:
        weight[known & ~parts[0] & ~parts[1]] = 0.0
    return apart


def by_source(
    table: Table, probabilities: Floats, least: int = 8, heads: tuple[str, ...] = HEADS
) -> dict[str, Any]:
    """Ranking per head and data set, wherever both answers occur often enough."""
    y, groups = table.y, table.groups
    report: dict[str, Any] = {}
    for head in heads:
        column = LABELS.index(head)
        known = ~np.isnan(y[:, column]) & ~weak(table, column)
        for number, name in enumerate(table.names):
            rows = (groups == number) & known
            labels = y[rows, column]
            if labels.sum() >= least <= (1 - labels).sum():
                report.setdefault(head, {})[name] = ranking(labels, probabilities[rows, column])
    return report


def weak(table: Table, column: int) -> NDArray[np.bool_]:
    """Rows that only count as 0 by assumption; their weight is below that of annotated heads."""
    weight = table.weight
    found: NDArray[np.bool_] = weight[:, column] < 0.6 * weight[:, : len(HEADS)].max(axis=1)
    return found


def calibration(table: Table, probabilities: Floats, priors: dict[str, float]) -> dict[str, float]:
    """ECE per head on annotated rows, weighted to the stated priors and languages alike."""
    report = {}
    y, weights = table.y, table.weight
    for column, head in enumerate(HEADS):
        known, weight = y[:, column], weights[:, column]
        if 0 < np.nansum(known) < np.isfinite(known).sum():
            by_language(known, weight, table.langs, priors[head])
            rows = np.isfinite(known) & (weight > 0)
            report[head] = ece(known[rows], probabilities[rows, column], weight[rows])
    return report


def good_curves(
    table: Table,
    probabilities: Floats,
    sources: set[str],
    usable: Mapping[str, NDArray[np.bool_]],
) -> tuple[dict[str, dict[str, list[float]]], dict[str, dict[str, int]]]:
    """For each head and language, the score that each share of good comments reaches."""
    curves: dict[str, dict[str, list[float]]] = {}
    counts: dict[str, dict[str, int]] = {}
    for column, head in enumerate(HEADS):
        for lang in ("id", "en"):
            rows = [
                index
                for index in np.flatnonzero(usable[head])
                if (row := table.rows[index]).source in sources
                and row.lang == lang
                and row.sure
                and _good(row.labels, column)
            ]
            if rows:
                scores = probabilities[rows, column]
                values = _tail(scores, table.groups[rows])
                curves.setdefault(head, {})[lang] = [round(float(v), 7) for v in values]
                counts.setdefault(head, {})[lang] = len(rows)
                curves[head] |= _by_source(scores, table.groups[rows], table.names)
    return curves, counts


def _by_source(
    scores: Floats, groups: NDArray[np.int64], names: list[str]
) -> dict[str, list[float]]:
    """Curves of single data sets where they have rows enough to tell; 0 where they have not.

    One data set alone may take up to twice the budget that all together keep.
    """
    found = {}
    for group in np.unique(groups):
        own = groups == group
        if own.sum() >= _SOURCE_ROWS:
            values = _tail(scores[own], groups[own])
            wider = np.interp(np.array(TAIL) * _SOURCE_SLACK, TAIL, values)
            known = np.array(TAIL) * _SOURCE_SLACK >= _SOURCE_SHARE
            found[names[group]] = [round(float(v), 7) for v in np.where(known, wider, 0.0)]
    return found


def _tail(scores: Floats, groups: NDArray[np.int64]) -> Floats:
    """The score that each share of comments exceeds; data sets count by the root of their size."""
    order = np.argsort(-scores, kind="stable")
    weight = (np.bincount(groups)[groups[order]] ** -0.5).cumsum()
    place = np.searchsorted(weight / weight[-1] + 1e-12, TAIL, side="right")
    found: Floats = scores[order][np.minimum(place, len(order) - 1)]
    return found


def _good(labels: tuple[float, ...], column: int) -> bool:
    """Known to lack what the head looks for, and not known to be bad otherwise."""
    spam, toxicity = labels[LABELS.index("spam")], labels[LABELS.index("toxicity")]
    known = labels[column] if HEADS[column] in ("spam", "gambling") else toxicity
    return known == 0 and spam != 1 and toxicity != 1
