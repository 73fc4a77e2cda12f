"""Counts of how comments look, and how far two of them lie apart."""

from __future__ import annotations

import json
from random import Random

import pytest

from service.scoring.labels import HEADS
from service.scoring.looks import Looks
from service.scoring.scorer import Assessment, Scorer


def comments(count: int, seed: int, spam: float = 0.05, language: str = "id") -> list[Assessment]:
    """Scores of a site where this share of comments is spam."""
    draw = Random(seed)
    found = []
    for _ in range(count):
        scores = {head: draw.betavariate(0.5, 20) for head in HEADS}
        if draw.random() < spam:
            scores["spam"] = draw.betavariate(20, 2)
        found.append(Assessment(scores, language, unsure=False, unknown=draw.betavariate(1, 9)))
    return found


def test_it_works() -> None:
    before, after = Looks.of(comments(2000, 1)), Looks.of(comments(2000, 2, spam=0.3))
    moved, chance = after.moved(before), after.chance(before)
    assert moved["spam"] > 0.25 > chance["spam"]
    assert moved["toxicity"] < chance["toxicity"] < 0.1


def test_the_index_of_known_counts() -> None:
    """(0.8 - 0.5) ln(0.8 / 0.5) + (0.2 - 0.5) ln(0.2 / 0.5), by hand."""
    half = Looks.of(comments(1, 1))
    one = Looks(10_000, {**half.counts, "language": (8000, 2000, 0, 0)})
    other = Looks(10_000, {**half.counts, "language": (5000, 5000, 0, 0)})
    assert one.moved(other)["language"] == pytest.approx(0.4159, abs=0.001)


def test_the_same_is_no_move() -> None:
    looks = Looks.of(comments(500, 3))
    assert set(looks.moved(looks).values()) == {0.0}


def test_chance_is_what_one_in_a_hundred_reaches() -> None:
    """Samples of one population: about one pair in a hundred moves by more."""
    beyond = 0
    for seed in range(300):
        one, other = Looks.of(comments(150, seed)), Looks.of(comments(150, seed + 10_000))
        beyond += one.moved(other)["insult"] > one.chance(other)["insult"]
    assert beyond <= 12


def test_languages_and_unknown_words_are_measured() -> None:
    before, after = Looks.of(comments(500, 1)), Looks.of(comments(500, 2, language="other"))
    assert after.moved(before)["language"] > 1
    strange = [Assessment(one.scores, "id", True, 0.9) for one in comments(500, 3)]
    assert Looks.of(strange).moved(before)["unknown"] > 1


def test_through_json_and_back() -> None:
    looks = Looks.of(comments(20, 1))
    again = Looks.from_json(json.loads(json.dumps(looks.to_json())))
    assert again == looks


def test_counts_of_another_release() -> None:
    assert Looks.from_json({"rows": 3, "counts": {"spam": [1, 2]}}) is None


def test_a_model_says_how_many_words_it_does_not_know(scorer: Scorer) -> None:
    known, strange = scorer.assess(["main slot gacor maxwin", "qwrtz plmnk vbxcy"])
    assert known.unknown < 0.5 < strange.unknown
    assert Looks.of([known, strange]).rows == 2
