"""Data sets as a new site: scored by heads that never saw them, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from service.scoring import addresses
from training import datasets, evaluate, serving
from training.config import Config
from training.datasets import LABELS, Table
from training.folds import folds
from training.serving import Reading

Floats = NDArray[np.float64]
_MASKS = {addresses.EMAIL: "[email]", addresses.IP: "[ip]", addresses.HANDLE: "@user"}
_WORST = 6
_LEAST = 8
_SHOWN = 240
TEMPLATES = "en-identity-templates"


@dataclass(frozen=True, slots=True)
class Part:
    """One data set and how its rows are read; ``heads`` are those that never saw it."""

    name: str
    heads: tuple[str, ...]
    table: Table
    reading: Reading
    trained_on: bool

    @property
    def natural(self) -> bool:
        """Whether people wrote it, rather than a template."""
        return self.name != TEMPLATES


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of one data set that one head was never trained on, with its labels and scores."""

    head: str
    name: str
    lang: str
    y: Floats
    scores: Floats
    reading: Reading
    texts: tuple[str, ...]
    natural: bool = True

    def worst(self) -> list[tuple[float, float, str]]:
        """The most confident errors both ways: label, score, masked text."""
        order = np.argsort(np.where(self.y == 1, self.scores, 1 - self.scores))[:_WORST]
        return [(self.y[i], float(self.scores[i]), masked(self.texts[i])) for i in order]


def collect(
    pipeline: Pipeline, table: Table, unseen: Reading, config: Config, folder: Path
) -> list[Part]:
    """The data sets of training that some fold leaves out, then those never trained on.

    Parameters
    ----------
    unseen : Reading
        Of all rows of ``table``, by scratch heads where those left the row out.
    folder : Path
        Data sets that are never trained on; it need not exist.
    """
    return [*_left_out(table, unseen, config), *_never_seen(pipeline, config, folder)]


def _left_out(table: Table, unseen: Reading, config: Config) -> Iterator[Part]:
    heads: dict[str, tuple[str, ...]] = {}
    for fold in folds(config):
        for name in fold.sources:
            heads[name] = (*heads.get(name, ()), fold.head)
    for name, known in heads.items():
        if name in table.names:
            rows = table.groups == table.names.index(name)
            yield Part(name, known, table.where(rows), unseen.where(rows), trained_on=True)


def _never_seen(pipeline: Pipeline, config: Config, folder: Path) -> Iterator[Part]:
    for held in tables(folder):
        reading = serving.read(pipeline, held.texts, config.unknown_limit)
        yield Part(held.names[0], ("spam", "toxicity"), held, reading, trained_on=False)


def tables(folder: Path) -> Iterator[Table]:
    """The data sets that are never trained on, one by one."""
    for path in sorted(folder.glob("*.csv.gz")):
        yield datasets.read_eval(path)


def slices(parts: list[Part]) -> list[Slice]:
    """Each part head by head, where it has labels of both kinds."""
    found = (_slice(part, head) for part in parts for head in part.heads)
    return [one for one in found if one is not None]


def _slice(part: Part, head: str) -> Slice | None:
    table, column = part.table, LABELS.index(head)
    known = ~np.isnan(table.y[:, column]) & np.array([row.sure for row in table.rows], np.bool_)
    if part.trained_on:
        known &= ~evaluate.weak(table, column)
    kept, reading = table.where(known), part.reading.where(known)
    y = kept.y[:, column]
    if not _LEAST <= y.sum() < len(y):
        return None
    lang = kept.rows[0].lang
    scores = reading.scores[:, column]
    return Slice(head, part.name, lang, y, scores, reading, tuple(kept.texts), part.natural)


def together(slices: list[Slice], head: str, lang: str) -> Slice | None:
    """All slices of a head and language that people wrote, as one."""
    parts = [part for part in slices if (part.head, part.lang) == (head, lang) and part.natural]
    if not parts:
        return None
    reading = Reading(
        np.concatenate([part.reading.scores for part in parts]),
        np.concatenate([part.reading.languages for part in parts]),
        np.concatenate([part.reading.unsure for part in parts]),
    )
    return replace(
        parts[0],
        name=lang,
        y=np.concatenate([part.y for part in parts]),
        scores=np.concatenate([part.scores for part in parts]),
        reading=reading,
        texts=tuple(text for part in parts for text in part.texts),
    )


def masked(text: str) -> str:
    """The text, shortened, with addresses and handles masked and line breaks as spaces."""
    plain = addresses.replace(text, addresses.pieces(text))
    for token, mask in _MASKS.items():
        plain = plain.replace(token, mask)
    plain = " ".join(plain.split())
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "…"
