"""A site whose readers write otherwise than the model expects gets thresholds of its own."""

from __future__ import annotations

import json
import random

import pytest

from service.comments import Case
from service.policy import replay
from service.scoring.scorer import HEADS, Assessment
from service.thresholds import Thresholds
from tests.doubles import FakeScorer
from tests.test_company_of_comments import Newsroom


class Numbered(FakeScorer):
    """The spam score is the last word of the text."""

    def _one(self, text: str) -> Assessment:
        score = float(text.rsplit(" ", 1)[-1])
        return Assessment({h: score if h == "spam" else 0.01 for h in HEADS}, "id", unsure=False)


@pytest.fixture
def newsroom(sqlite, clock) -> Newsroom:
    room = Newsroom(sqlite, clock)
    room.moderation.take_up(Numbered())
    room.chance = 0.0  # every verdict is a spot check
    return room


@pytest.fixture
def thresholds(newsroom, sqlite, clock) -> Thresholds:
    return Thresholds(sqlite, lambda: newsroom.moderation.scorer, clock)


def live(newsroom: Newsroom, count: int) -> list[Case]:
    """Good comments, a fifth of which the model holds, and the rulings on all of them."""
    chance = random.Random(1)
    cases = []
    for _ in range(count):
        low, high = (0.55, 0.65) if chance.random() < 0.2 else (0.0, 0.3)
        cases.append(newsroom.post(f"baik {chance.uniform(low, high):.4f}"))
        newsroom.review.rule(newsroom.site, cases[-1].id, "accept", "ani")
    return cases


def test_it_works(newsroom, thresholds):
    live(newsroom, 280)
    assert thresholds.learn_all() == 0  # they are not a day old
    newsroom.clock.forward(hours=25)
    assert thresholds.learn_all() == 1
    case = newsroom.post("masih baik 0.6")
    assert newsroom.verdict(case) == ("accept", "nothing-against-it")
    assert case.decision.rules_version == "3.0.1"
    assert newsroom.verdict(newsroom.post("lebih dari biasa 0.8"))[0] == "hold"
    assert replay(case.decision, case.submission, newsroom.site.rules) == case.decision
    evidence, heads = thresholds.in_force(newsroom.site)["id"]
    assert (evidence.rulings, heads["spam"].source, heads["toxicity"].source) == (
        280,
        "rulings",
        "model",
    )
    assert heads["spam"].model_hold == 0.5 < heads["spam"].hold < 0.66


def test_what_was_learnt_is_learnt_once(newsroom, thresholds):
    live(newsroom, 280)
    newsroom.clock.forward(hours=25)
    assert thresholds.learn(newsroom.site) is True
    assert thresholds.learn(newsroom.site) is False
    assert thresholds.learn_all() == 0
    assert newsroom.site.rules.learnt.version == 1


def test_few_rulings_teach_nothing(newsroom, thresholds):
    live(newsroom, 60)
    newsroom.clock.forward(hours=25)
    assert thresholds.learn_all() == 0
    assert newsroom.post("masih baik 0.6").decision.rules_version == "3.0"


def test_a_site_may_keep_the_models_word(newsroom, thresholds):
    live(newsroom, 280)
    newsroom.clock.forward(hours=25)
    thresholds.learn_all()
    newsroom.set(learn_thresholds=False)
    assert newsroom.verdict(newsroom.post("masih baik 0.6")) == ("hold", "score-hold")
    assert newsroom.post("lain lagi 0.1").decision.rules_version == "3.1"


def test_another_model_begins_anew(newsroom, thresholds):
    live(newsroom, 280)
    newsroom.clock.forward(hours=25)
    thresholds.learn_all()
    other = Numbered()
    other.version = "fake-2"
    newsroom.moderation.take_up(other)
    assert newsroom.verdict(newsroom.post("masih baik 0.6")) == ("hold", "score-hold")
    assert thresholds.in_force(newsroom.site)["id"][0] is None
    newsroom.clock.forward(hours=25)
    thresholds.learn_all()
    assert newsroom.verdict(newsroom.post("masih baik 0.61")) == ("hold", "score-hold")


def test_what_waits_is_judged_again_under_new_bounds(newsroom, thresholds):
    live(newsroom, 280)
    newsroom.clock.forward(hours=25)
    waiting = newsroom.post("menunggu 0.6")
    thresholds.learn_all()
    assert newsroom.moderation.rejudge_held() == 1
    assert newsroom.moderation.case(newsroom.site, waiting.id).decision.verdict == "accept"


def test_rules_are_shown_and_stored_without_what_was_learnt(newsroom, thresholds):
    live(newsroom, 280)
    newsroom.clock.forward(hours=25)
    thresholds.learn_all()
    rules = newsroom.site.rules
    assert "learnt" not in rules.settings()
    json.dumps(rules.settings())
    newsroom.set(hold_per_mille=40)
    assert newsroom.site.rules.learnt == rules.learnt
    found = newsroom.rulebook.preview(newsroom.site, {"hold_per_mille": 30}, days=1)
    assert found.changes == {}
