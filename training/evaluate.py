"""Figures of a model on held-out rows: ranking, recall at few false alarms, calibration."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from service.scoring.features import HEADS
from training.datasets import LABELS, Table

Floats = NDArray[np.float64]
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


def by_source(table: Table, probabilities: Floats, least: int = 8) -> dict[str, Any]:
    """Ranking per head and data set, wherever both answers occur often enough."""
    y, groups, strong = table.y, table.groups, table.weight
    report: dict[str, Any] = {}
    for column, head in enumerate(HEADS):
        for number, name in enumerate(table.names):
            rows = (groups == number) & ~np.isnan(y[:, column])
            labels = y[rows, column]
            if labels.sum() >= least and (1 - labels).sum() >= least:
                figures = ranking(labels, probabilities[rows, column])
                report.setdefault(head, {})[name] = figures
    del strong
    return report


def calibration(table: Table, probabilities: Floats, priors: dict[str, float]) -> dict[str, float]:
    """ECE per head on annotated rows, weighted to the stated priors."""
    report = {}
    y, weight = table.y, table.weight
    for column, head in enumerate(HEADS):
        rows = np.flatnonzero(~np.isnan(y[:, column]) & (weight[:, column] > 0))
        labels = y[rows, column]
        if 0 < labels.sum() < len(labels):
            weighted = to_prior(labels, weight[rows, column], priors[head])
            report[head] = ece(labels, probabilities[rows, column], weighted)
    return report


def good_scores(
    table: Table, probabilities: Floats, good_sets: set[str]
) -> tuple[dict[str, dict[str, list[float]]], dict[str, dict[str, int]]]:
    """For each head and language, the score that each share of good comments reaches."""
    curves: dict[str, dict[str, list[float]]] = {}
    counts: dict[str, dict[str, int]] = {}
    for column, head in enumerate(HEADS):
        for lang in ("id", "en"):
            rows = [
                index
                for index, row in enumerate(table.rows)
                if row.source in good_sets and row.lang == lang and _good(row.labels, column)
            ]
            if rows:
                values = np.quantile(probabilities[rows, column], 1 - np.array(TAIL))
                curves.setdefault(head, {})[lang] = [round(float(v), 7) for v in values]
                counts.setdefault(head, {})[lang] = len(rows)
    return curves, counts


def _good(labels: tuple[float, ...], column: int) -> bool:
    """Known to lack what the head looks for, and not known to be bad otherwise."""
    spam, toxicity = labels[LABELS.index("spam")], labels[LABELS.index("toxicity")]
    known = labels[column] if HEADS[column] in ("spam", "gambling") else toxicity
    return known == 0 and spam != 1 and toxicity != 1
