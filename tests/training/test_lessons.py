"""What a ruling says to which head, and how much each one weighs."""

from __future__ import annotations

import json

import numpy as np
import pytest

from service.scoring.labels import HEADS
from tests.training.labelled import ruling
from training import influence, lessons
from training.config import Refused
from training.lessons import GATING

LOW = np.full((1, len(HEADS)), 0.01)


def said(row, **scores):
    """Targets of one ruling by head, with its weight, under these scores of the base."""
    base = LOW.copy()
    for head, score in scores.items():
        base[0, HEADS.index(head)] = score
    found = lessons.lessons([row], base)
    told = {h: found.targets[0, HEADS.index(h)] for h in HEADS}
    weights = {float(w) for w in found.weight[0] if w > 0}
    return {h: v for h, v in told.items() if not np.isnan(v)}, weights


def test_an_accept_speaks_against_every_gating_head():
    assert said(ruling(1, "halo", "accept")) == (dict.fromkeys(GATING, 0.0), {1.0})


@pytest.mark.parametrize(
    ("labels", "scores", "targets", "weight"),
    [
        (("spam",), {}, {"spam": 1.0}, 1.0),
        (("toxic",), {}, {"toxicity": 1.0}, 1.0),
        (("spam", "toxic"), {}, {"spam": 1.0, "toxicity": 1.0}, 1.0),
        (("spam",), {"gambling": 0.8}, {"spam": 1.0, "gambling": 1.0}, 1.0),
        (("toxic",), {"threat": 0.8}, {"toxicity": 1.0, "threat": 1.0}, 1.0),
        ((), {"toxicity": 0.3}, {"toxicity": 1.0}, 0.5),
        ((), {"spam": 0.3}, {"spam": 1.0}, 0.5),
    ],
)
def test_a_reject_speaks_for_what_it_names(labels, scores, targets, weight):
    assert said(ruling(1, "x", "reject", labels=labels), **scores) == (targets, {weight})


@pytest.mark.parametrize("labels", [("off_topic",), ("other",), ("off_topic", "other")])
def test_off_topic_says_nothing_of_a_text(labels):
    assert said(ruling(1, "x", "reject", labels=labels)) == ({}, set())


def test_a_hold_says_nothing():
    assert said(ruling(1, "x", "hold")) == ({}, set())


@pytest.mark.parametrize(("source", "weight"), [("report", 0.3), ("import", 0.7), ("person", 1)])
def test_reports_weigh_less(source, weight):
    assert said(ruling(1, "x", "accept", source=source))[1] == {weight}


def test_an_export_is_read_back(tmp_path):
    rows = [ruling(1, "satu", "accept"), ruling(2, "dua", "reject", codes=("SPAM",))]
    file = tmp_path / "labels.jsonl"
    file.write_text("".join(json.dumps(row.as_json()) + "\n" for row in rows))
    assert lessons.read(file) == rows


@pytest.mark.parametrize("content", ["{", '{"content": "a"}', "[]"])
def test_what_is_no_export_is_refused(tmp_path, content):
    (tmp_path / "labels.jsonl").write_text(content)
    with pytest.raises(Refused, match="no export"):
        lessons.read(tmp_path / "labels.jsonl")


def weights(*rows, half_life=0.0):
    part = lessons.lessons(rows, np.repeat(LOW, len(rows), axis=0))
    ages = np.arange(len(rows), dtype=float) * 10
    return influence.weigh(part, ages, half_life)


def test_near_copies_count_once():
    copies = [ruling(n, f"beli {n}", "reject", group=7) for n in range(4)]
    found = weights(*copies, ruling(9, "halo", "accept"))
    assert found.factor.tolist() == [0.25, 0.25, 0.25, 0.25, 1.0]
    assert found.copies == 3


def test_a_text_ruled_both_ways_teaches_nothing():
    found = weights(
        ruling(1, "a", "accept", group=7), ruling(2, "a", "reject", group=7),
        ruling(3, "b", "accept"),
    )  # fmt: skip
    assert found.factor.tolist() == [0.0, 0.0, 1.0]
    assert found.contradictory == 2


def test_where_two_disagree_nothing_is_taught_and_where_they_agree_it_counts_more():
    found = weights(ruling(1, "a", "accept", disagreed=1), ruling(2, "b", "accept", agreed=1))
    assert found.factor.tolist() == [0.0, 1.5]


def test_an_author_is_no_whole_lesson_plan():
    found = weights(*[ruling(n, f"kata {n}", "reject", author=5) for n in range(50)])
    assert found.factor.sum() == pytest.approx(influence.MOST_PER_AUTHOR)


def test_nobodys_comments_are_not_one_authors():
    found = weights(*[ruling(n, f"kata {n}", "reject", author=0) for n in range(50)])
    assert found.factor.sum() == 50


def test_one_moderator_weighs_no_more_than_all_others_together():
    rows = [ruling(n, f"k {n}", "accept", moderator="ani" if n < 300 else "tuti")
            for n in range(400)]  # fmt: skip
    found = weights(*rows)
    assert found.factor[:300].sum() == pytest.approx(100)
    assert found.capped == ["ani"]


def test_a_sole_moderator_is_heard():
    found = weights(*[ruling(n, f"k {n}", "accept") for n in range(300)])
    assert found.factor.sum() == 300


def test_old_labels_fade_only_when_asked():
    rows = [ruling(n, f"k {n}", "accept") for n in range(3)]
    assert weights(*rows).factor.tolist() == [1.0, 1.0, 1.0]
    assert weights(*rows, half_life=10.0).factor.tolist() == [1.0, 0.5, 0.25]
