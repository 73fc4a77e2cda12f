"""Functional tests of hate: both answers in both languages, measured by pairs, never trained on."""

from __future__ import annotations

import json

import numpy as np

from training import functional
from training.augment import WRITTEN
from training.datasets import LABELS

TOXICITY = LABELS.index("toxicity")


class Scored:
    """Gives every sentence the score that a function of its text says."""

    def __init__(self, scores: dict[str, float]) -> None:
        self.scores = scores

    def predict_proba(self, texts: list[str]) -> np.ndarray:
        found = np.zeros((len(texts), len(LABELS)))
        found[:, TOXICITY] = [self.scores[text] for text in texts]
        return found


def test_it_works() -> None:
    right = {str(row["text"]): float(row["identity_attack"]) for row in functional.rows()}
    for figures in functional.measure(Scored(right)).values():
        assert figures["auc"] == 1.0
        assert set(figures["abilities"].values()) == {1.0}


def test_an_ability_that_is_missing_is_named() -> None:
    scores = {
        str(row["text"]): float(row["identity_attack"] == 1 or row["kind"] == "negated-hate")
        for row in functional.rows()
    }
    abilities = functional.measure(Scored(scores))["en"]["abilities"]
    assert abilities["negated-hate"] == 0.5
    assert abilities["plain-mention"] == 1.0


def test_nothing_of_it_is_trained_on() -> None:
    trained = {
        json.loads(line)["text"].casefold()
        for path in WRITTEN.glob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    assert not trained & {str(row["text"]).casefold() for row in functional.rows()}
