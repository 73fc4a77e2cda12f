"""Leave-one-source-out: scratch heads that never saw some data sets, fitted in the same run.

A scratch head is called ``toxicity~1``: the head, and the number of the fold that it leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.config import Config
from training.datasets import LABELS, Table
from training.serving import Reading

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fold:
    """One head and the data sets that its scratch copy does not see."""

    head: str
    number: int
    sources: tuple[str, ...]

    @property
    def label(self) -> str:
        """Name of the scratch head."""
        return f"{self.head}~{self.number}"

    def holds(self, table: Table) -> NDArray[np.bool_]:
        """The rows that are left out."""
        numbers = [table.names.index(name) for name in self.sources if name in table.names]
        return np.isin(table.groups, numbers)


def folds(config: Config) -> tuple[Fold, ...]:
    """All folds of the configuration."""
    return tuple(
        Fold(head, number, tuple(sources))
        for head, parts in config.folds.items()
        for number, sources in enumerate(parts)
    )


def with_scratch(table: Table, parts: tuple[Fold, ...]) -> tuple[Floats, Floats]:
    """Labels and weights with a column per fold after the real ones; left-out rows are NaN."""
    y, weight = table.y, table.weight
    columns = [LABELS.index(fold.head) for fold in parts]
    hidden = [
        np.where(fold.holds(table), np.nan, y[:, c]) for fold, c in zip(parts, columns, strict=True)
    ]
    return np.column_stack((y, *hidden)), np.column_stack((weight, weight[:, columns]))


def unseen(table: Table, parts: tuple[Fold, ...], reading: Reading) -> Reading:
    """Scores by the real heads, replaced by the scratch head's where that left the row out."""
    found = reading.scores[:, : len(LABELS)].copy()
    for offset, fold in enumerate(parts):
        rows = fold.holds(table)
        found[rows, LABELS.index(fold.head)] = reading.scores[rows, len(LABELS) + offset]
    return replace(reading, scores=found)
