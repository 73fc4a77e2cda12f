"""The challenger: taught on everything, after a rehearsal on older rulings was held against newer.

What may be judged on must not have been learnt from: the newest fifth of the rulings, only those
made after the champion learnt, and the latest spot checks, which no fit ever sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from service.labels import Label
from service.scoring.artefact import Metadata
from training import curves, gate, gold, influence, prior, teach
from training.curves import Good
from training.gate import Outcome, Slice
from training.serving import ACCEPT, REJECT, Floats, gates, read, verdicts
from training.teach import Classroom, Map, Taught

Bools = NDArray[np.bool_]
HELD_OUT: Final = 0.2
MOST_CHECKS: Final = 300
SHORT, LONG = 40, 200


@dataclass(frozen=True, slots=True)
class Judged:
    """Verdicts by scores alone under the default budgets, and probabilities by label."""

    verdicts: NDArray[np.int64]
    scores: Floats

    def wrong(self, bad: Bools) -> Bools:
        """Which are errors: bad ones accepted, good ones held or rejected."""
        return np.asarray(np.where(bad, self.verdicts == ACCEPT, self.verdicts != ACCEPT))


@dataclass(frozen=True, slots=True)
class Model:
    """What judges: a pipeline with the curves that its thresholds follow from."""

    name: str
    pipeline: Pipeline
    good: Any
    unknown_limit: float
    learnt_until: str = ""

    @classmethod
    def of(cls, pipeline: Pipeline, metadata: Metadata) -> Model:
        """A loaded model; one that was retrained knows until when it has seen rulings."""
        until = metadata.metrics.get("retraining", {}).get("labels", {}).get("until", "")
        return cls(metadata.version, pipeline, metadata.good, metadata.unknown_limit, until)

    def judge(self, texts: Sequence[str]) -> Judged:
        """What it would make of texts."""
        reading = read(self.pipeline, texts, self.unknown_limit)
        return Judged(verdicts(reading, gates(self.good)), reading.scores)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The rulings that were held out, and what champion and rehearsed model made of them."""

    rows: tuple[Label, ...]
    champion: Judged
    challenger: Judged
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Challenge:
    """The challenger with everything that was found of it."""

    model: Model
    taught: Taught
    rehearsal: Rehearsal
    outcome: Outcome
    counted: dict[str, int]


def challenge(
    room: Classroom, base: Model, champion: Model, name: str, spread: Map = teach.here
) -> Challenge:
    """Rehearse on the past, teach on everything, and put the result before the gate.

    Where gold rows would suffer, smaller steps away from the base are tried before it is refused.
    """
    found = _attempt(room, base, champion, name, spread)
    disorder = gate.orderly(found.taught.losses)
    smaller = sorted(p for p in room.plan.penalties if p > found.taught.penalty)
    for penalty in smaller if found.taught.additions.heads else ():
        if not any(refusal.startswith("gold") for refusal in found.outcome.refusals):
            break
        plan = replace(room.plan, penalties=(penalty,))
        found = _attempt(replace(room, plan=plan), base, champion, name, spread)
    return replace(found, outcome=gate.together([disorder, found.outcome]))


def _attempt(room: Classroom, base: Model, champion: Model, name: str, spread: Map) -> Challenge:
    kept = ~spot_checks(room.lessons.rows)
    held = held_out(room, champion.learnt_until)
    practised = teach.teach(room, kept & ~held, spread)
    rehearsed = _model(room, base, practised, name)
    held &= ~_outvoted(room.lessons.rows, held, practised.influence.distrusted)
    rows = tuple(room.lessons.rows[i] for i in np.flatnonzero(held))
    rehearsal = _rehearse(rows, champion, rehearsed)
    taught = teach.teach(room, kept, spread)
    model = _model(room, base, taught, name)
    site, counted = curves.of_site(rows, rehearsal.challenger.scores)
    model.good.update({head: {**model.good[head], **site[head]} for head in model.good})
    outcomes = [on_gold(other, model) for other in _different(champion, base)]
    outcome = gate.together([*outcomes, rehearsal.outcome])
    return Challenge(model, taught, rehearsal, outcome, counted)


def _different(champion: Model, base: Model) -> list[Model]:
    return [champion] if champion.name == base.name else [champion, base]


def _model(room: Classroom, base: Model, taught: Taught, name: str) -> Model:
    pipeline = prior.moved(room.pipeline, room.ground, taught.additions)
    good: Good = curves.raised(base.good, *room.good_before_and_after(taught.additions))
    return Model(name, pipeline, good, base.unknown_limit)


def spot_checks(rows: Sequence[Label]) -> Bools:
    """The latest spot checks: picked by chance, so they are for looking, not for learning."""
    checks = [number for number, row in enumerate(rows) if row.sampled]
    latest = sorted(checks, key=lambda number: rows[number].ruled_at)[-MOST_CHECKS:]
    found = np.zeros(len(rows), np.bool_)
    found[latest] = True
    return found


def held_out(room: Classroom, learnt_until: str) -> Bools:
    """The newest rulings and the spot checks, without texts that the older ones repeat."""
    rows = room.lessons.rows
    times = np.array([row.ruled_at for row in rows], np.str_)  # none are strings too
    border = np.sort(times)[int(len(rows) * (1 - HELD_OUT))] if len(rows) else ""
    checks = spot_checks(rows)
    found = ((times >= border) & (times > learnt_until)) | checks
    ruled = np.array([row.verdict != "hold" for row in rows], np.bool_)
    found &= ruled & ~influence.contradictory(room.lessons)
    groups = room.lessons.numbers("group") if len(rows) else np.zeros(0, np.int64)
    return np.asarray(found & ~np.isin(groups, groups[~found]))


def _rehearse(rows: tuple[Label, ...], champion: Model, challenger: Model) -> Rehearsal:
    texts = [row.content for row in rows]
    before, after = champion.judge(texts), challenger.judge(texts)
    bad = np.array([row.verdict == "reject" for row in rows], np.bool_)
    outcome = gate.examine(before.wrong(bad), after.wrong(bad), of_site(rows, bad))
    return Rehearsal(rows, before, after, outcome)


def of_site(rows: Sequence[Label], bad: Bools) -> list[Slice]:
    """Slices of the site's own rulings with rows enough."""
    lengths = np.array([len(row.content) for row in rows])
    masks: dict[str, Bools] = {
        "rulings: good comments": ~bad,
        "rulings: bad comments": bad,
        "rulings: spot checks": _mask(rows, lambda row: row.sampled),
        "rulings: short": lengths < SHORT,
        "rulings: long": lengths >= LONG,
        "rulings: first-time authors": _mask(rows, lambda row: row.first_time),
    }
    for name in sorted({row.language for row in rows}):
        masks[f"rulings: language {name}"] = _mask(rows, lambda row, n=name: row.language == n)
    for code in sorted({code for row in rows for code in row.codes}):
        masks[f"rulings: reason {code}"] = _mask(rows, lambda row, c=code: c in row.codes)
    return gate.slices(masks, gate.SITE_MARGIN, gate.SITE_LEVEL)


def _outvoted(rows: Sequence[Label], held: Bools, people: set[str]) -> Bools:
    """Rulings of distrusted people, as long as most rulings are by others: else nobody is right."""
    found = _mask(rows, lambda row: row.moderator in people)
    return found if 2 * (found & held).sum() < held.sum() else np.zeros(len(rows), np.bool_)


def _mask(rows: Sequence[Label], holds: Any) -> Bools:
    return np.array([bool(holds(row)) for row in rows], np.bool_)


def on_gold(champion: Model, challenger: Model) -> Outcome:
    """Gold rows: all, by language, by kind, good and bad; no good one may be newly rejected."""
    rows = gold.load()
    before, after = champion.judge(rows.texts), challenger.judge(rows.texts)
    masks = {"all": np.ones(len(rows.texts), np.bool_), "good": ~rows.bad, "bad": rows.bad}
    masks |= {f"language {name}": rows.langs == name for name in np.unique(rows.langs)}
    masks |= {str(kind): rows.kinds == kind for kind in np.unique(rows.kinds)}
    named = {f"gold against {champion.name}: {name}": mask for name, mask in masks.items()}
    parts = gate.slices(named, gate.GOLD_MARGIN, gate.GOLD_LEVEL, least=10)
    newly = ~rows.bad & (after.verdicts == REJECT) & (before.verdicts != REJECT)
    name = f"gold against {champion.name}: a good comment newly rejected"
    return gate.together(
        [
            gate.examine(before.wrong(rows.bad), after.wrong(rows.bad), parts),
            gate.never(name, newly),
        ]
    )
