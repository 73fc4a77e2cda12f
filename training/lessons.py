"""Labels as lessons: what each ruling says to which head, and how much it weighs.

An accept speaks against every gating head. A reject speaks for the head that its labels name or,
without one, for the likelier of spam and toxicity at half its weight; off topic and other say
nothing about a text. The finer heads follow a reject only where the model already saw them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from service.labels import Label
from service.scoring.labels import HEADS
from training.config import Refused

Floats = NDArray[np.float64]
GATING: Final = ("spam", "gambling", "toxicity", "identity_attack", "threat")
_FINER: Final = {"gambling": "spam", "identity_attack": "toxicity", "threat": "toxicity"}
_NAMED: Final = {"spam": "spam", "toxic": "toxicity"}
_SEEN: Final = 0.5
_GUESSED: Final = 0.5
REPORT_WEIGHT: Final = 0.3
IMPORT_WEIGHT: Final = 0.7


@dataclass(frozen=True, slots=True)
class Lessons:
    """Rows with the text that teaches, targets and weights of shape (rows, heads).

    A target is 1, 0 or NaN where the ruling says nothing to that head.
    """

    rows: tuple[Label, ...]
    targets: Floats
    weight: Floats

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def texts(self) -> list[str]:
        """What is learnt from: the text without what it quotes."""
        return [row.teaches for row in self.rows]

    @property
    def bad(self) -> NDArray[np.bool_]:
        """Which rows people rejected."""
        return np.array([row.verdict == "reject" for row in self.rows], np.bool_)

    def where(self, keep: Sequence[bool] | NDArray[np.bool_]) -> Self:
        """The rows that are kept."""
        index = np.flatnonzero(np.asarray(keep))
        rows = tuple(self.rows[i] for i in index)
        return replace(self, rows=rows, targets=self.targets[index], weight=self.weight[index])

    def weighed(self, factor: Floats) -> Self:
        """The same rows, each weight times a factor of its row."""
        return replace(self, weight=self.weight * factor[:, None])

    def numbers(self, name: str) -> NDArray[np.int64]:
        """A column of the labels as numbers from 0, equal values alike."""
        values = [str(getattr(row, name)) for row in self.rows]
        return np.unique(values, return_inverse=True)[1].astype(np.int64)

    def ages(self, now: datetime) -> Floats:
        """Days since each ruling."""
        moments = [datetime.fromisoformat(row.ruled_at) for row in self.rows]
        return np.array([max((now - m).total_seconds(), 0.0) / 86_400 for m in moments])


def read(path: Path) -> list[Label]:
    """Labels of a file that ``saring export-labels`` wrote."""
    try:
        with path.open(encoding="utf-8") as file:
            return [_label(json.loads(line)) for line in file if line.strip()]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Refused(f"{path} is no export of labels: {error}") from error


def _label(record: dict[str, Any]) -> Label:
    lists = {name: tuple(record[name]) for name in ("labels", "codes")}
    return Label(**{**record, **lists})


def lessons(rows: Iterable[Label], scores: Floats) -> Lessons:
    """Lessons from labels; ``scores`` of shape (rows, heads) are what the base says of each."""
    kept = tuple(rows)
    targets = np.full((len(kept), len(HEADS)), np.nan)
    weight = np.zeros_like(targets)
    for number, row in enumerate(kept):
        said, sure = _said(row, scores[number])
        for head, value in said.items():
            targets[number, HEADS.index(head)] = value
            weight[number, HEADS.index(head)] = sure * _worth(row)
    return Lessons(kept, targets, weight)


def _worth(row: Label) -> float:
    return {"report": REPORT_WEIGHT, "import": IMPORT_WEIGHT}.get(row.source, 1.0)


def _said(row: Label, scores: Floats) -> tuple[dict[str, float], float]:
    """Targets by head, and how sure it is that the ruling means them."""
    if row.verdict == "accept":
        return dict.fromkeys(GATING, 0.0), 1.0
    if row.verdict != "reject":
        return {}, 0.0
    named = [_NAMED[label] for label in row.labels if label in _NAMED]
    if row.labels and not named:
        return {}, 0.0
    sure = 1.0 if named else _GUESSED
    said = dict.fromkeys(named or [_likelier(scores)], 1.0)
    for finer, head in _FINER.items():
        if head in said and scores[HEADS.index(finer)] >= _SEEN:
            said[finer] = 1.0
    return said, sure


def _likelier(scores: Floats) -> str:
    return max(("spam", "toxicity"), key=lambda head: scores[HEADS.index(head)])
