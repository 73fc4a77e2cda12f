"""What the service would make of texts at the default budgets: language, thresholds, verdict.

Nothing is decided here that the service does not decide: thresholds come from the same function,
by the language that the model reads, and the verdict is the policy's for a comment against which
nothing speaks but its scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from service.scoring import language
from service.scoring.budgets import Curves, Threshold, thresholds
from service.scoring.labels import HEADS, LANGUAGES
from training import evaluate
from training.datasets import LABELS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Gates = Mapping[str, Mapping[str, Threshold]]

READ = ("id", "en", "mixed", "other")
"""Every language that the model reads a text as."""
REJECT_PER_MILLE, HOLD_PER_MILLE = 1, 30
ACCEPT, HOLD, REJECT = range(3)
_CHUNK = 8192


@dataclass(frozen=True, slots=True)
class Reading:
    """Texts as the model reads them: probabilities, language, and doubt that it can judge them.

    ``scores`` has the shape (texts, labels), labels in the order of ``LABELS``; scratch heads of a
    training run come after those.
    """

    scores: Floats
    languages: NDArray[np.str_]
    unsure: Bools

    def where(self, rows: Bools) -> Self:
        """The texts that are kept."""
        return type(self)(self.scores[rows], self.languages[rows], self.unsure[rows])


def read(pipeline: Pipeline, texts: Sequence[str], unknown_limit: float) -> Reading:
    """Score texts and tell their languages, in bounded memory."""
    features, heads = pipeline.named_steps["features"], pipeline.named_steps["heads"]
    scores, found = [np.zeros((0, len(heads.labels)))], []
    places = slice(len(HEADS), len(HEADS) + len(LANGUAGES))
    for start in range(0, len(texts), _CHUNK):
        bags = features.transform(texts[start : start + _CHUNK])
        scores.append(heads.predict_proba(bags))
        found += language.read(scores[-1][:, places], bags, unknown_limit)
    names, unsure = zip(*found, strict=True) if found else ((), ())
    return Reading(np.concatenate(scores), np.array(names, np.str_), np.array(unsure, np.bool_))


def gates(good: Curves) -> Gates:
    """Thresholds at the default budgets, by the language that a text is read as."""
    return {
        name: thresholds(evaluate.TAIL, good, REJECT_PER_MILLE, HOLD_PER_MILLE, language=name)
        for name in READ
    }


def reached(reading: Reading, gates: Gates, level: str, heads: Iterable[str] = HEADS) -> Bools:
    """Which texts reach the ``hold`` or ``reject`` threshold of one of the heads."""
    found = np.zeros(len(reading.unsure), np.bool_)
    for name, by_head in gates.items():
        rows = reading.languages == name
        for head in set(heads) & set(by_head):
            limit = getattr(by_head[head], level)
            if limit is not None:
                found |= rows & (reading.scores[:, LABELS.index(head)] >= limit)
    return found


def verdicts(reading: Reading, gates: Gates) -> NDArray[np.int64]:
    """``ACCEPT``, ``HOLD`` or ``REJECT`` for each text; what is unsure is never rejected."""
    held = reached(reading, gates, "hold") | reading.unsure
    rejected = reached(reading, gates, "reject") & ~reading.unsure
    return np.where(rejected, REJECT, np.where(held, HOLD, ACCEPT))
