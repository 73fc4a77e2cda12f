"""The drift watch: weeks are sampled, counted, compared, and an alarm is raised for good reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from service.comments import Arrival, Case, Decision, new_id
from service.models.drift import LEAST_ROWS, Drift
from service.privacy import seal
from service.scoring.labels import HEADS
from service.scoring.looks import Looks
from service.scoring.scorer import Assessment, NoModel
from service.storage import store
from service.storage.engine import Database
from tests.conftest import SECRET, Clock
from tests.doubles import FakeScorer, Site
from tests.web.desk import PASSWORD, client_of

FIRST = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)  # a Monday


class Spread(FakeScorer):
    """Scores that differ by text, and the languages and unknown words that a text names."""

    version = "spread-1"

    def _one(self, text: str) -> Assessment:
        draw = int.from_bytes(text.encode()[-2:], "big") % 97 / 97
        scores = dict.fromkeys(HEADS, draw * 0.05)
        if "obat" in text:
            scores["spam"] = 0.4
        language = "other" if "qux" in text else "id"
        return Assessment(
            scores, language, unsure=False, unknown=0.9 if "qux" in text else draw / 9
        )


class Reader(Spread):
    version = "spread-2"


class Metadata:
    def __init__(self, looks: Looks) -> None:
        self.reference = looks.to_json()


@pytest.fixture
def site(database: Database, access: Any) -> Any:
    access.add_site("berita")
    return access.named_site("berita")


def post(
    database: Database, site: Any, day: datetime, texts: Sequence[str], **decided: Any
) -> list[str]:
    """Comments that came in on that day."""
    decision = Decision("accept", "model", "nothing-against-it", (), {}, "id", {}, {}, "m", "2.0")
    ids = []
    with database.begin() as tx:
        for number, text in enumerate(texts):
            name = f"{day:%m%d}-{number}"
            submission = seal(Arrival(f"{text} {name}", author_name=name), site.id, SECRET)
            case = Case(new_id(day.timestamp()), day, submission, replace(decision, **decided))
            store.add_comment(tx, site.id, case)
            ids.append(case.id)
    return ids


def watch(database: Database, clock: Clock, scorer: Any = None) -> Drift:
    scorer = scorer or Spread()
    return Drift(database, lambda: scorer, clock)


def measured(drift: Drift) -> int:
    count = 0
    while drift.measure():
        count += 1
    return count


@pytest.fixture(autouse=True)
def _no_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.models.drift.time.sleep", lambda _: None)


ORDINARY = ["terima kasih"] * LEAST_ROWS


def test_it_works(database: Database, site: Any, clock: Clock) -> None:
    clock.time = FIRST + timedelta(days=16)
    post(database, site, FIRST, ORDINARY)
    post(database, site, FIRST + timedelta(days=7), ORDINARY)
    post(database, site, FIRST + timedelta(days=14), ["qux foreign words"] * LEAST_ROWS)
    drift = watch(database, clock)
    assert measured(drift) == 3
    third, second, first = drift.weeks()
    assert [first.monday, second.monday, third.monday] == ["2026-10-05", "2026-10-12", "2026-10-19"]
    assert (first.rows, first.moved, second.alarms) == (LEAST_ROWS, {}, ())
    assert set(third.alarms) == {"language", "unknown"}
    assert third.moved["language"] > 1 > 0.1 > third.moved["spam"]
    assert drift.alarms() == third.alarms


def test_a_new_kind_of_spam_that_is_let_through(
    database: Database, site: Any, clock: Clock
) -> None:
    clock.time = FIRST + timedelta(days=9)
    post(database, site, FIRST, ORDINARY)
    post(database, site, FIRST + timedelta(days=7), ORDINARY + ["obat kuat"] * (LEAST_ROWS // 3))
    drift = watch(database, clock)
    measured(drift)
    assert drift.alarms() == ("spam",)


def test_a_wave_that_was_rejected_is_no_alarm(database: Database, site: Any, clock: Clock) -> None:
    clock.time = FIRST + timedelta(days=9)
    post(database, site, FIRST, ORDINARY)
    post(database, site, FIRST + timedelta(days=7), ORDINARY)
    post(database, site, FIRST + timedelta(days=8), ["obat kuat"] * 500, verdict="reject")
    drift = watch(database, clock)
    measured(drift)
    assert drift.alarms() == ()


def test_few_comments_raise_no_alarm(database: Database, site: Any, clock: Clock) -> None:
    clock.time = FIRST + timedelta(days=9)
    post(database, site, FIRST, ORDINARY)
    post(database, site, FIRST + timedelta(days=7), ["qux"] * 30)
    drift = watch(database, clock)
    measured(drift)
    assert drift.weeks()[0].alarms == ()


def test_a_model_that_changes_measures_the_past_again(
    database: Database, site: Any, clock: Clock
) -> None:
    clock.time = FIRST + timedelta(days=9)
    post(database, site, FIRST, ORDINARY)
    post(database, site, FIRST + timedelta(days=7), ORDINARY)
    assert measured(watch(database, clock)) == 2
    after = watch(database, clock, Reader())
    assert after.weeks() == []
    assert measured(after) == 2
    assert after.alarms() == ()


def test_a_week_under_way_is_measured_again_and_one_that_is_over_is_not(
    database: Database, site: Any, clock: Clock
) -> None:
    clock.time = FIRST + timedelta(days=1)
    post(database, site, FIRST, ORDINARY)
    drift = watch(database, clock)
    assert measured(drift) == 1
    clock.forward(hours=2)
    assert measured(drift) == 0
    clock.forward(hours=5)
    assert measured(drift) == 1
    clock.forward(days=7)
    assert measured(drift) == 2
    clock.forward(hours=7)
    assert measured(drift) == 1


def test_against_training_time(database: Database, site: Any, clock: Clock) -> None:
    clock.time = FIRST + timedelta(days=1)
    post(database, site, FIRST, ["qux"] * LEAST_ROWS)
    scorer = Spread()
    scorer.metadata = Metadata(Looks.of(Spread().assess(ORDINARY)))  # type: ignore[assignment]
    drift = watch(database, clock, scorer)
    measured(drift)
    assert drift.weeks()[0].from_training["language"] > 1
    assert drift.weeks()[0].moved == {}


def test_a_large_week_is_sampled(database: Database, site: Any, clock: Clock) -> None:
    clock.time = FIRST + timedelta(days=1)
    post(database, site, FIRST, [f"nomor {n}" for n in range(4000)])
    drift = watch(database, clock)
    measured(drift)
    assert 700 < drift.weeks()[0].rows < 1300


def test_people_overrule_more(database: Database, site: Any, clock: Clock) -> None:
    from service.review import Review

    clock.time = FIRST + timedelta(hours=1)
    review = Review(database, clock)
    early = post(database, site, FIRST, ORDINARY)
    for comment in early[:60]:
        review.rule(site, comment, "accept", "siti")
    clock.time = FIRST + timedelta(days=8)
    late = post(database, site, FIRST + timedelta(days=7), ORDINARY)
    for number, comment in enumerate(late[:60]):
        review.rule(site, comment, "reject" if number % 3 else "accept", "siti")
    drift = watch(database, clock)
    measured(drift)
    latest, first = drift.weeks()
    assert (first.overruled.errors, first.overruled.checked) == (0, 60)
    assert (latest.overruled.errors, latest.overruled.checked) == (40, 60)
    assert latest.alarms == ("overruled",)


def test_nothing_to_measure(database: Database, clock: Clock) -> None:
    assert watch(database, clock).measure() == 0
    assert watch(database, clock, NoModel("there is none")).measure() == 0
    assert watch(database, clock, NoModel("there is none")).weeks() == []


def test_counts_hold_no_word(database: Database, site: Any, clock: Clock) -> None:
    from sqlalchemy import select

    from service.storage.tables import drift_weeks

    clock.time = FIRST + timedelta(days=1)
    post(database, site, FIRST, ["rahasia"] * 3)
    measured(watch(database, clock))
    with database.read() as tx:
        assert "rahasia" not in str(tx.execute(select(drift_weeks)).all())


def test_the_desk_and_the_metrics_tell(app: Flask, clock: Clock) -> None:
    app.extensions["saring"]["access"].add_moderator("siti", "moderator", PASSWORD)
    berita = Site.added_to(app, "berita")
    site = app.extensions["saring"]["access"].named_site("berita")
    database = app.extensions["saring"]["database"]
    clock.time = FIRST + timedelta(days=9)
    post(database, site, FIRST, ORDINARY)
    post(database, site, FIRST + timedelta(days=7), ["slot gacor"] * LEAST_ROWS)
    client = client_of(app, "siti", "en")
    assert "saring_drift_alarms 0.0" in berita.get("/metrics").text
    assert "no longer look as they did" not in client.get("/dashboard").text
    measured(watch(database, clock, FakeScorer()))
    assert "saring_drift_alarms 1.0" in berita.get("/metrics").text
    assert "no longer look as they did" in client.get("/dashboard").text
    shown = client.get("/models").text
    assert "12 Oct" in shown
    assert "<strong>gambling</strong>" in shown


def test_a_week_without_comments(database: Database, site: Any, clock: Clock) -> None:
    clock.time = FIRST + timedelta(days=16)
    post(database, site, FIRST, ORDINARY)
    post(database, site, FIRST + timedelta(days=14), ORDINARY)
    drift = watch(database, clock)
    assert measured(drift) == 3
    assert [(week.rows, bool(week.moved)) for week in drift.weeks()] == [
        (LEAST_ROWS, True), (0, False), (LEAST_ROWS, False),
    ]  # fmt: skip
