"""What the report shows besides figures: scored rows of unseen data sets, set by set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from service.scoring import addresses
from training import datasets, evaluate
from training.config import Config
from training.datasets import LABELS, Table
from training.folds import folds

Floats = NDArray[np.float64]
_MASKS = {addresses.EMAIL: "[email]", addresses.IP: "[ip]", addresses.HANDLE: "@user"}
_WORST = 6
_LEAST = 8
_SHOWN = 240


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of one data set that one head was never trained on, with its scores."""

    head: str
    name: str
    lang: str
    y: Floats
    scores: Floats
    texts: tuple[str, ...]

    def worst(self) -> list[tuple[float, float, str]]:
        """The most confident errors both ways: label, score, masked text."""
        order = np.argsort(np.where(self.y == 1, self.scores, 1 - self.scores))[:_WORST]
        return [(self.y[i], float(self.scores[i]), masked(self.texts[i])) for i in order]


def collect(
    pipeline: Pipeline, table: Table, unseen: Floats, config: Config, folder: Path
) -> list[Slice]:
    """Slices of left-out training sets and of the sets that are never trained on."""
    found = []
    for fold in folds(config):
        column = LABELS.index(fold.head)
        strong = ~np.isnan(table.y[:, column]) & ~evaluate.weak(table, column)
        strong &= np.array([row.sure for row in table.rows])
        for name in fold.sources:
            if name in table.names:
                rows = strong & (table.groups == table.names.index(name))
                found += _slice(fold.head, name, table.where(rows), unseen[rows])
    for path in sorted(folder.glob("*.csv.gz")):
        held = datasets.read_eval(path)
        scores = pipeline.predict_proba(held.texts)
        for head in ("spam", "toxicity"):
            known = ~np.isnan(held.y[:, LABELS.index(head)])
            found += _slice(head, held.names[0], held.where(known), scores[known])
    return found


def _slice(head: str, name: str, table: Table, scores: Floats) -> list[Slice]:
    column = LABELS.index(head)
    y = table.y[:, column]
    if not _LEAST <= y.sum() < len(y):
        return []
    return [Slice(head, name, table.rows[0].lang, y, scores[:, column], tuple(table.texts))]


def masked(text: str) -> str:
    """The text, shortened, with addresses and handles masked and line breaks as spaces."""
    plain = addresses.replace(text, addresses.pieces(text))
    for token, mask in _MASKS.items():
        plain = plain.replace(token, mask)
    plain = " ".join(plain.split())
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "…"
