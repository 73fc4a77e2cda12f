"""The gate: what it lets pass, what it refuses, and that the gold rows are those that shipped."""

from __future__ import annotations

import numpy as np
import pytest

from training import gate, gold
from training.config import Refused


def pair(rows, newly_wrong, newly_right):
    champion, challenger = np.zeros(rows, np.bool_), np.zeros(rows, np.bool_)
    champion[:newly_right] = True
    challenger[newly_right : newly_right + newly_wrong] = True
    return champion, challenger


def outcome(rows, newly_wrong, newly_right, margin=0.01, level=0.01):
    parts = gate.slices({"all": np.ones(rows, np.bool_)}, margin, level)
    return gate.examine(*pair(rows, newly_wrong, newly_right), parts)


@pytest.mark.parametrize(
    ("wrong", "right", "passes"),
    [
        (0, 0, True),
        (0, 50, True),
        (3, 0, True),  # could be chance
        (10, 10, True),  # as many better as worse
        (12, 0, False),
        (40, 10, False),
        (14, 6, True),  # worse, and not surely so
    ],
)
def test_worse_and_surely_so_is_refused(wrong, right, passes):
    assert outcome(200, wrong, right).passed == passes


def test_within_the_margin_is_no_refusal_however_sure():
    assert outcome(10_000, 90, 0).passed
    assert not outcome(10_000, 300, 0).passed


def test_a_refusal_says_what_and_by_how_much():
    (sentence,) = outcome(200, 20, 1).refusals
    assert "all: 20 comments newly wrong, 1 newly right, of 200" in sentence
    assert "95 % interval" in sentence


def test_a_refusal_shows_which_comments():
    (finding,) = outcome(200, 20, 1).findings
    assert finding.examples == (1, 2, 3, 4, 5, 6, 7, 8)


def test_the_interval_holds_the_difference():
    (finding,) = outcome(200, 20, 5).findings
    assert finding.difference == pytest.approx(0.075)
    assert finding.low < 0.075 < finding.high


def test_slices_with_too_few_rows_are_not_looked_at():
    assert gate.slices({"few": np.arange(100) < 20}, 0.0, 0.05) == []


def test_one_thing_may_never_happen():
    assert gate.never("x", np.zeros(3, np.bool_)).passed
    assert gate.never("x", np.array([True, False])).refusals == ("x: once",)


def test_rulings_that_tell_less_than_a_coin_are_refused():
    assert gate.orderly({0.3: 0.9, 0.1: 0.4}).passed
    assert gate.orderly({}).passed
    assert "they contradict each other" in gate.orderly({0.3: 0.9, 0.1: 0.7}).refusals[0]


def test_the_gold_rows_are_those_that_shipped():
    rows = gold.load()
    assert len(rows.texts) >= 300
    assert {*rows.langs} == {"id", "en"}


def test_changed_gold_rows_are_refused(tmp_path):
    changed = tmp_path / "gold.jsonl"
    changed.write_bytes(gold.FILE.read_bytes().replace(b'"spam": 1', b'"spam": 0', 1))
    with pytest.raises(Refused, match="the gold rows were changed"):
        gold.load(changed)
