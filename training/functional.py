"""Can the model tell hate from talk about hate? Sentences by ability that we wrote to measure on.

Each section of ``training/functional/*.txt`` asks for one ability: pronouns, negation, words quoted
to condemn them, swearing without a target. Nothing of it is trained on. The groups named are those
of the written text, so only what is said of them differs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline

from training.augment import WRITTEN, Row, read_slots, rows_of
from training.datasets import LABELS

FOLDER = Path(__file__).with_name("functional")
_HATE = "identity_attack"
Floats = NDArray[np.float64]


def rows() -> list[Row]:
    """Every sentence with its labels, the same each time."""
    slots = read_slots(WRITTEN / "templates" / "slots.txt")
    return [row for path in sorted(FOLDER.glob("*.txt")) for row in rows_of(path, slots)]


def measure(pipeline: Pipeline) -> dict[str, Any]:
    """By language: the AUC of toxicity, and for each ability the share of pairs ranked right."""
    sentences = rows()
    scores = pipeline.predict_proba([str(row["text"]) for row in sentences])
    column = scores[:, LABELS.index("toxicity")]
    langs = np.array([row["lang"] for row in sentences])
    return {
        lang: _of_language([s for s in sentences if s["lang"] == lang], column[langs == lang])
        for lang in ("id", "en")
    }


def _of_language(sentences: list[Row], scores: Floats) -> dict[str, Any]:
    hate = np.array([row[_HATE] == 1 for row in sentences], np.bool_)
    kinds = np.array([row["kind"] for row in sentences])
    return {
        "rows": len(sentences),
        "auc": float(roc_auc_score(hate, scores)),
        "abilities": {
            str(kind): _ranked_right(scores, hate, kinds == kind) for kind in dict.fromkeys(kinds)
        },
    }


def _ranked_right(scores: Floats, hate: NDArray[np.bool_], asked: NDArray[np.bool_]) -> float:
    """Share of pairs of these sentences and those of the other answer that are in order."""
    wanted = bool(hate[asked][0])
    rows = asked | (hate != wanted)
    return float(roc_auc_score(hate[rows], scores[rows]))
