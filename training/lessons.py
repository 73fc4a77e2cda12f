"""Labels as lessons: what each ruling says to which head, and how much it weighs.

An accept speaks against every gating head. A reject speaks for the head that its labels name or,
without one, for the likelier of spam and toxicity at half its weight; off topic and other say
nothing about a text. The finer heads follow a reject only where the model already saw them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self, get_args, get_type_hints

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
_FIELDS: Final = frozenset(field.name for field in fields(Label))
_VERDICTS: Final = get_args(get_type_hints(Label)["verdict"])
_KINDS: Final[dict[type, tuple[str, ...]]] = {
    str: (
        "id",
        "content",
        "teaches",
        "verdict",
        "source",
        "moderator",
        "ruled_at",
        "site",
        "language",
    ),
    int: ("author", "group", "agreed", "disagreed"),
    list: ("labels", "codes"),
    dict: ("scores",),
}
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
    """Labels of a file that ``saring export-labels`` wrote; `Refused` names the first bad line."""
    try:
        with path.open("rb") as file:
            return [
                _label(line, f"{path}, line {n}") for n, line in enumerate(file, 1) if line.strip()
            ]
    except OSError as error:
        raise Refused(f"{path} is no export of labels: {error.strerror}") from error


def _label(line: bytes, place: str) -> Label:
    """A line as a label; what is wrong is told without quoting the comment."""
    try:
        record = json.loads(line)
    except ValueError as error:
        raise Refused(f"{place} is no export of labels: it is no JSON") from error
    wrong = _wrong(record)
    if wrong:
        raise Refused(f"{place} is no export of labels: {wrong}")
    lists = {name: tuple(record[name]) for name in ("labels", "codes")}
    return Label(**{**record, **lists})


def _wrong(record: Any) -> str:
    """Why a line is no label; empty where it is one."""
    if not isinstance(record, dict):
        return "it is no JSON object"
    for name in sorted(_FIELDS ^ record.keys()):
        return f"{name} is {'missing' if name in _FIELDS else 'unknown'}"
    for kind, names in _KINDS.items():
        for name in names:
            if not isinstance(record[name], kind):
                return f"{name} is not of type {kind.__name__}"
    if not all(isinstance(item, str) for name in ("labels", "codes") for item in record[name]):
        return "labels and codes are lists of words"
    if record["verdict"] not in _VERDICTS:
        return f"verdict is none of {', '.join(_VERDICTS)}"
    return "" if _is_moment(record["ruled_at"]) else "ruled_at is no moment with a time zone"


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


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
