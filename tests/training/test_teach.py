"""Learning on top of a base: what it moves, what it leaves alone, and whom it does not trust."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from service.scoring.labels import HEADS
from tests.training.labelled import past, ruling
from training import prior, teach

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SPAM = HEADS.index("spam")
NEW_SPAM = "jasa pijat panggilan hubungi kata3"
PLAN = teach.Plan(penalties=(0.1,))


def taught(base, rows, plan=PLAN):
    room = teach.enter(base, rows, NOW, plan)
    found = teach.teach(room, np.ones(len(rows), np.bool_))
    return found, prior.moved(base, room.ground, found.additions)


def score(model, text, head=SPAM):
    return float(model.predict_proba([text])[0, head])


def test_a_new_kind_of_spam_is_learnt(pipeline):
    found, after = taught(pipeline, past(120))
    assert found.silent.keys() == {"gambling", "toxicity", "identity_attack", "threat"}
    assert score(after, NEW_SPAM) > 0.5 > score(pipeline, NEW_SPAM)
    assert score(after, "terima kasih infonya") < 0.1


def test_the_base_is_left_as_it_was(pipeline):
    before = np.array(pipeline.named_steps["heads"].table_)
    taught(pipeline, past(60))
    assert np.array_equal(before, pipeline.named_steps["heads"].table_)


def test_other_heads_do_not_move(pipeline):
    _, after = taught(pipeline, past(60))
    toxicity = HEADS.index("toxicity")
    for text in (NEW_SPAM, "dasar tolol goblok"):
        assert score(after, text, toxicity) == score(pipeline, text, toxicity)


def test_what_it_knew_stays_known(pipeline):
    texts = teach.rehearsed()[0][:500]
    _, after = taught(pipeline, past(120))
    moved = after.predict_proba(texts)[:, SPAM] - pipeline.predict_proba(texts)[:, SPAM]
    assert np.abs(moved).mean() < 0.01


def test_too_few_of_a_kind_teach_nothing_and_it_says_so(pipeline):
    rows = [ruling(n, f"terima kasih kata{n}", "accept") for n in range(50)]
    rows += [ruling(50 + n, f"jasa pijat kata{n}", "reject") for n in range(teach.FEWEST - 1)]
    found, after = taught(pipeline, rows)
    assert found.additions.heads == ()
    assert "7 different bad and 50 good texts; 8 of each" in found.silent["spam"]
    assert score(after, NEW_SPAM) == score(pipeline, NEW_SPAM)


def test_forty_copies_are_one_text(pipeline):
    rows = past(40)
    rows = [row if row.verdict == "accept" else replace(row, group=999) for row in rows]
    found, _ = taught(pipeline, rows)
    assert "1 different bad" in found.silent["spam"]


def test_no_labels_at_all(pipeline):
    found, _ = taught(pipeline, [])
    assert found.additions.heads == ()


def test_one_text_alone_moves_nothing(pipeline):
    """An n-gram that occurs in one group only is no pattern."""
    rows = [*past(60), ruling(60, "zzyzx qwrtp unik sekali", "reject")]
    _, after = taught(pipeline, rows)
    assert score(after, "zzyzx qwrtp") == pytest.approx(score(pipeline, "zzyzx qwrtp"), abs=0.05)


def test_a_moderator_whom_all_others_contradict_is_not_listened_to(pipeline):
    honest = [replace(row, moderator="ani" if n % 4 < 2 else "tuti")
              for n, row in enumerate(past(160))]  # fmt: skip
    liar = [
        replace(
            row,
            moderator="mala",
            verdict="accept" if row.verdict == "reject" else "reject",
            labels=() if row.verdict == "reject" else ("spam",),
            group=row.group + 1_000,
            ruled_at=row.ruled_at,
        )
        for row in past(60)
    ]
    found, after = taught(pipeline, honest + liar)
    assert found.influence.trust["mala"] < 0.2
    assert found.influence.trust["ani"] == found.influence.trust["tuti"] == 1.0
    assert score(after, NEW_SPAM) > 0.5


def test_finding_something_new_alone_is_no_reason_for_distrust(pipeline):
    rows = [replace(row, moderator="ani" if row.verdict == "reject" else "tuti")
            for row in past(120)]  # fmt: skip
    found, after = taught(pipeline, rows)
    assert found.influence.trust.get("ani", 1.0) == 1.0
    assert score(after, NEW_SPAM) > 0.5


def test_the_same_labels_teach_the_same(pipeline):
    plan = teach.Plan(penalties=(0.3, 0.03))
    one, other = (taught(pipeline, past(80), plan)[0] for _ in range(2))
    assert one.losses == other.losses
    assert np.array_equal(one.additions.weights, other.additions.weights)
