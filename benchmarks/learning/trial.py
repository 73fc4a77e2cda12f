"""One retraining in a simulation, and what is measured of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from benchmarks.learning.stream import Comment
from service.labels import Label
from service.scoring.artefact import Metadata
from service.scoring.labels import HEADS
from training import curves, gold, prior, teach
from training.challenge import Challenge, Model, challenge
from training.evaluate import recall_at
from training.serving import REJECT

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SPAM = HEADS.index("spam")


@dataclass(frozen=True, slots=True)
class Exam:
    """Comments that nobody learns from: the site's own to come, and another collection's."""

    own: Sequence[Comment]
    other: Sequence[Comment]

    def figures(self, model: Model) -> dict[str, float]:
        """Recall at 1 % false positives, and what happens at the default budgets."""
        y = np.array([row.spam for row in self.own])
        own = model.judge([row.text for row in self.own])
        rows = gold.load()
        on_gold = model.judge(rows.texts)
        return {
            "own": recall_at(y.astype(float), own.scores[:, SPAM], 0.01),
            "other": _recall(model.pipeline, self.other) if self.other else float("nan"),
            "stopped": float((own.verdicts[y] > 0).mean()),
            "good stopped": float((own.verdicts[~y] > 0).mean()),
            "gold errors": float(on_gold.wrong(rows.bad).sum()),
            "gold rejected": float(((on_gold.verdicts == REJECT) & ~rows.bad).sum()),
        }


def _recall(pipeline: Pipeline, rows: Sequence[Comment]) -> float:
    scores: NDArray[np.float64] = pipeline.predict_proba([row.text for row in rows])[:, SPAM]
    return recall_at(np.array([float(row.spam) for row in rows]), scores, 0.01)


def learnt(pipeline: Pipeline, metadata: Metadata, rows: Sequence[Label]) -> Model:
    """The model after these rulings; the base where they are too few to teach anything."""
    base = Model.of(pipeline, metadata)
    room = teach.enter(pipeline, rows, NOW, teach.Plan())
    taught = teach.teach(room, np.ones(len(rows), np.bool_))
    good = curves.raised(metadata.good, *room.good_before_and_after(taught.additions))
    after = prior.moved(pipeline, room.ground, taught.additions)
    return replace(base, name="learnt", pipeline=after, good=good)


def challenged(pipeline: Pipeline, metadata: Metadata, rows: Sequence[Label]) -> Challenge:
    """The whole of a retraining, the gate included."""
    base = Model.of(pipeline, metadata)
    return challenge(teach.enter(pipeline, rows, NOW, teach.Plan()), base, base, "challenger")
