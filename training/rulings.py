"""Rulings as rows of a new base: a newsroom's export of labels as one more data set.

What a ruling says and weighs, and who is listened to, is what ``training.retrain`` makes of it; an
unnamed reject is read with the shipped model there and here. New is only the split.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from service.labels import Label
from service.scoring import artefact
from service.scoring.labels import HEADS, LANGUAGES
from training import datasets, influence, lessons, teach
from training.challenge import spot_checks
from training.config import Config, Dataset, Refused
from training.datasets import NAN, Row
from training.teach import Classroom, Plan

NAME: Final = "site-rulings"
SHIPPED: Final = Path(__file__).resolve().parent.parent / "models"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rulings:
    """The data set for the card, its rows, how many rulings there were, and the heads it speaks to.

    ``silent`` says of each other head why it learns nothing from rulings.
    """

    dataset: Dataset
    rows: tuple[Row, ...]
    read: int
    heads: tuple[str, ...]
    silent: dict[str, str]

    def beside(self, config: Config) -> Config:
        """The configuration with the rulings as its last data set."""
        return replace(config, datasets=(*config.datasets, self.dataset))

    def summary(self) -> str:
        """How much was learnt from, in a line for each thing to tell."""
        learnt = f"{NAME}: {len(self.rows)} of {self.read} rulings ({', '.join(self.heads)})"
        return "\n".join([learnt, *(f"  {head}: {why}" for head, why in self.silent.items())])


def read(path: Path, config: Config, now: datetime) -> Rulings:
    """Rows of a file of ``saring export-labels``; :class:`Refused` where it teaches nothing."""
    labels = lessons.read(path)
    pipeline, metadata = artefact.load(SHIPPED)
    room = teach.enter(pipeline, labels, now, Plan())
    learning = ~spot_checks(labels)
    found, heads, silent = teach.listen(room, learning)
    if not heads:
        why = "; ".join(f"{head}: {reason}" for head, reason in silent.items())
        raise Refused(f"{path} teaches nothing: {why}")
    factor = np.ones(len(labels))
    factor[learning] = found.factor
    factor[influence.contradictory(room.lessons)] = 0.0
    rows = tuple(_rows(room, factor, heads, config.max_characters))
    return Rulings(_dataset(path, metadata.version), rows, len(labels), heads, silent)


def _dataset(path: Path, base: str) -> Dataset:
    """Its harmless rows set no thresholds: they are mostly those that the machine doubted."""
    return Dataset(
        name=NAME,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        licence="own",
        commercial=True,
        origin=f"this newsroom's own rulings, read with {base}; not to be published",
        weight=1.0,
        weak=(),
        good=False,
    )


def _rows(
    room: Classroom, factor: Floats, heads: tuple[str, ...], max_characters: int
) -> list[Row]:
    spoken = np.isin(HEADS, heads)
    targets = np.where(spoken, room.lessons.targets, NAN)
    weights = np.where(np.isnan(targets), 0.0, room.lessons.weight * factor[:, None])
    families, splits = split(room.lessons.rows)
    return [
        Row(
            label.teaches[:max_characters],
            NAME,
            families[number],
            splits[number],
            label.language,
            (*targets[number].tolist(), *[NAN] * len(LANGUAGES)),
            (*weights[number].tolist(), *[1.0] * len(LANGUAGES)),
        )
        for number, label in enumerate(room.lessons.rows)
        if weights[number].any()
    ]


def split(labels: Sequence[Label]) -> tuple[list[str], list[str]]:
    """Family and split of each ruling: near copies of a site and equal texts of any share both.

    A family is drawn by its first ruling; one that holds a spot check is for measuring.
    """
    numbers = _families(labels)
    first: dict[int, str] = {}
    for number, label in zip(numbers, labels, strict=True):
        first.setdefault(number, f"{NAME}/{label.id}")
    checked = {numbers[place] for place in np.flatnonzero(spot_checks(labels))}
    families = [first[number] for number in numbers]
    drawn = [
        "test" if number in checked else datasets.drawn(family)
        for number, family in zip(numbers, families, strict=True)
    ]
    return families, drawn


def _families(labels: Sequence[Label]) -> list[int]:
    groups = np.unique([label.group for label in labels], return_inverse=True)[1]
    keys = [datasets.key(label.teaches) for label in labels]
    texts = np.unique(keys, return_inverse=True)[1] + len(labels)
    size = 2 * len(labels)
    pairs = coo_array((np.ones(len(labels)), (groups, texts)), shape=(size, size))
    return [int(n) for n in connected_components(pairs, directed=False)[1][groups]]
