"""From a base and labels to a challenger: weigh, choose how far to move, learn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from service.labels import Label
from service.scoring.labels import HEADS
from training import influence, prior
from training.datasets import WRITTEN
from training.influence import Influence
from training.lessons import GATING, Lessons, lessons
from training.prior import Additions, Ground

Floats = NDArray[np.float64]
PENALTIES: Final = (0.3, 0.1, 0.03, 0.01)
REHEARSAL: Final = 500.0
FEWEST: Final = 8
"""Different texts of either kind that a head needs before it learns anything."""
_FOLDS: Final = 3
_REFERENCE: Final = 0.05
_MOST_TRIED: Final = 2_000
_TRIED: Final = 20
_REHEARSED: Final = 4_000

Map = Callable[[Callable[[Any, Any], Any], Any, Sequence[Any]], Iterator[Any]]
"""Map a function of something shared over items, in order: here, or on a cluster."""


def here(work: Callable[[Any, Any], Any], shared: object, items: Sequence[Any]) -> Iterator[Any]:
    """The map without a cluster."""
    return (work(shared, item) for item in items)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to learn."""

    half_life_days: float = 0.0
    penalties: tuple[float, ...] = PENALTIES
    rehearsal: float = REHEARSAL


@dataclass(frozen=True, slots=True)
class Classroom:
    """Lessons on their ground, ready for any number of fits; ``good`` rehearsed texts are told."""

    pipeline: Pipeline
    lessons: Lessons
    ground: Ground
    good: NDArray[np.bool_]
    ages: Floats
    plan: Plan

    @property
    def base(self) -> Floats:
        """Log-odds of the base for each lesson."""
        return self.ground.base[: self.ground.lessons]

    def good_before_and_after(self, additions: Additions) -> tuple[Floats, Floats]:
        """Log-odds of the good ones among the rehearsed texts, without additions and with them."""
        after = prior.scores(self.ground, additions)
        before, now = (part[self.ground.lessons :][self.good] for part in (self.ground.base, after))
        return before, now


@dataclass(frozen=True, slots=True)
class Taught:
    """What was learnt.

    ``losses``: by penalty, the mean log loss of rulings left out. ``silent`` says of each head that
    learnt nothing why.
    """

    additions: Additions
    influence: Influence
    penalty: float
    losses: dict[float, float]
    silent: dict[str, str]


def enter(
    pipeline: Pipeline, rows: Sequence[Label], now: datetime, plan: Plan, spread: Map = here
) -> Classroom:
    """Featurise labels and rehearsed texts once."""
    texts = [row.teaches for row in rows]
    groups = np.array([row.group for row in rows], np.int64)
    ours, good = rehearsed()
    ground = prior.prepare(pipeline, texts, groups, ours, spread)
    found = lessons(rows, 1.0 / (1.0 + np.exp(-ground.base[: ground.lessons])))
    return Classroom(pipeline, found, ground, good, found.ages(now), plan)


def rehearsed() -> tuple[list[str], NDArray[np.bool_]]:
    """Texts that we wrote ourselves, a fixed choice of them, and which of them are good."""
    rows = [
        json.loads(line)
        for path in sorted(WRITTEN.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    rows.sort(key=lambda row: hashlib.sha256(row["text"].encode()).digest())
    chosen = rows[:_REHEARSED]
    bad = [any(row.get(head) == 1 for head in GATING) for row in chosen]
    return [str(row["text"]) for row in chosen], ~np.array(bad, np.bool_)


def teach(room: Classroom, rows: NDArray[np.bool_], spread: Map = here) -> Taught:
    """Learn from some of the lessons in a room."""
    found, heads, silent = listen(room, rows)
    if not heads:
        nothing = Additions((), np.zeros((len(room.ground.ids), 0), np.float32))
        return Taught(nothing, found, 0.0, {}, silent)
    penalty, losses = _choose(room, rows, found.factor, _main(heads), spread)
    additions = _learn(room, rows, found.factor, heads, penalty)
    return Taught(additions, found, penalty, losses, silent)


def listen(
    room: Classroom, rows: NDArray[np.bool_]
) -> tuple[Influence, tuple[str, ...], dict[str, str]]:
    """How far some of the lessons count, the heads that learn, and why the others do not."""
    part = room.lessons.where(rows)
    found = influence.weigh(part, room.ages[rows], room.plan.half_life_days)
    heads, silent = _willing(part, found.factor)

    def others(factor: Floats) -> Floats:
        additions = _learn(room, rows, factor, _main(heads), _REFERENCE)
        return prior.scores(room.ground, additions)[: room.ground.lessons][rows]

    if heads:
        influence.distrust(found, part, room.base[rows], others)
        influence.cap_moderators(found, part)
    return found, heads, silent


def _main(heads: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(head for head in heads if head in ("spam", "toxicity"))


def _willing(part: Lessons, factor: Floats) -> tuple[tuple[str, ...], dict[str, str]]:
    """Heads with enough different texts of either kind, and why the others have not."""
    heads, silent = [], {}
    groups = part.numbers("group") if len(part) else np.zeros(0, np.int64)
    for head in GATING:
        target = part.targets[:, HEADS.index(head)]
        bad, good = (len(np.unique(groups[(target == v) & (factor > 0)])) for v in (1, 0))
        if min(bad, good) >= FEWEST:
            heads.append(head)
        else:
            silent[head] = f"{bad} different bad and {good} good texts; {FEWEST} of each are needed"
    return tuple(heads), silent


def _learn(
    room: Classroom,
    rows: NDArray[np.bool_],
    factor: Floats,
    heads: tuple[str, ...],
    penalty: float,
) -> Additions:
    weight = np.zeros_like(room.lessons.weight)
    weight[rows] = room.lessons.weight[rows] * factor[:, None]
    return prior.learn(
        room.ground,
        room.lessons.targets,
        weight,
        heads,
        penalty=penalty,
        rehearsal=room.plan.rehearsal,
    )


def _choose(
    room: Classroom,
    rows: NDArray[np.bool_],
    factor: Floats,
    heads: tuple[str, ...],
    spread: Map,
) -> tuple[float, dict[float, float]]:
    """The penalty with the least loss on lessons left out, group by group."""
    if len(room.plan.penalties) == 1:
        return room.plan.penalties[0], {}
    index = np.flatnonzero(rows)[-_MOST_TRIED:]
    weight = np.zeros_like(room.lessons.weight)
    weight[rows] = room.lessons.weight[rows] * factor[:, None]
    fold = np.full(len(room.lessons), -1)
    fold[index] = room.lessons.numbers("group")[index] % _FOLDS
    trials = [(penalty, n) for penalty in room.plan.penalties for n in range(_FOLDS)]
    ground = prior.narrowed(room.ground, index)
    told = (room.lessons.targets[index], weight[index], fold[index])
    shared = (ground, *told, heads, room.plan.rehearsal)
    losses: dict[float, float] = dict.fromkeys(room.plan.penalties, 0.0)
    for (penalty, _), loss in zip(trials, spread(_try, shared, trials), strict=True):
        losses[penalty] += loss
    columns = [HEADS.index(head) for head in heads]
    total = float(told[1][:, columns][~np.isnan(told[0][:, columns])].sum())
    losses = {penalty: loss / max(total, 1e-9) for penalty, loss in losses.items()}
    return min(losses, key=lambda penalty: (losses[penalty], -penalty)), losses


def _try(shared: tuple[Any, ...], trial: tuple[float, int]) -> float:
    """Weighted log loss on the lessons of one fold, learnt from the others."""
    ground, targets, weight, fold, heads, rehearsal = shared
    penalty, number = trial
    out = fold == number
    learning = np.where(out[:, None], 0.0, weight)
    additions = prior.learn(ground, targets, learning, heads, penalty=penalty, rehearsal=rehearsal)
    logits = prior.scores(ground, additions)[: ground.lessons]
    total = 0.0
    for head in heads:
        column = HEADS.index(head)
        rows = np.flatnonzero(out & ~np.isnan(targets[:, column]))
        signs = 2.0 * targets[rows, column] - 1.0
        total += float(weight[rows, column] @ np.logaddexp(0.0, -signs * logits[rows, column]))
    return total
