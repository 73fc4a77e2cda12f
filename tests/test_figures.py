"""What the dashboard counts: days as the reader has them, agreement, times, complaints."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.archives import Past
from service.comments import Arrival, Complaint
from service.complaints import Complaints
from service.desk.figures import Agreement, Dashboard, Figures, answers
from service.imports import Importer
from tests.conftest import SECRET
from tests.doubles import FakeScorer
from tests.test_company_of_comments import Newsroom

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def newsroom(database, clock) -> Newsroom:
    newsroom = Newsroom(database, clock)
    newsroom.dashboard = Dashboard(database, clock)
    return newsroom


def test_it_works(newsroom, clock):
    newsroom.post("Semoga damai.")
    held = newsroom.post("dasar bodoh")
    clock.forward(minutes=5)
    newsroom.review.rule(newsroom.site, held.id, "reject", "wati")
    figures = newsroom.dashboard.figures(UTC)
    assert figures.totals == {"accept": 1, "hold": 0, "reject": 1}
    assert dict(figures.reasons)["TOXIC"] == 1
    assert (figures.languages, figures.models) == ([("id", 2)], [("fake-1", 2)])
    assert figures.seconds == [300.0]
    assert figures.within(0.5) == 300.0
    assert (300, 1) in figures.times


def test_what_was_ruled_elsewhere_took_nobody_here_any_time(newsroom, clock, database):
    arrival = Arrival("dasar bodoh", author_name="Ani", author_email="ani@example.com")
    past = Past(1, arrival, "reject", (), clock())
    importer = Importer(database, FakeScorer(), SECRET, clock)
    assert [tally.taken for tally in importer.take(newsroom.site, [past])] == [1]
    assert newsroom.dashboard.figures(UTC).seconds == []


@pytest.mark.parametrize(("zone", "day"), [("Asia/Jakarta", 24), ("UTC", 23)])
def test_a_day_begins_at_the_readers_midnight(newsroom, clock, zone, day):
    clock.forward(hours=9)  # 18:00 UTC, 1:00 of the next day in Jakarta
    newsroom.post("Semoga damai.")
    days = newsroom.dashboard.figures(ZoneInfo(zone)).days
    assert len(days) == 30
    assert (days[-1][0].day, days[-1][1]["accept"]) == (day, 1)


@pytest.mark.parametrize(
    ("pairs", "share", "kappa"),
    [
        ({("accept", "accept"): 20, ("reject", "reject"): 15, ("accept", "reject"): 5,
          ("reject", "accept"): 10}, 0.7, 0.4),  # the worked example of many textbooks
        ({("accept", "accept"): 4, ("reject", "reject"): 4}, 1.0, 1.0),
        ({("accept", "reject"): 2, ("reject", "accept"): 2}, 0.0, -1.0),
        ({("accept", "accept"): 9}, 1.0, None),
    ],
)  # fmt: skip
def test_agreement(pairs, share, kappa):
    agreement = Agreement(pairs)
    rate = agreement.rate
    assert rate.errors / rate.checked == pytest.approx(share)
    assert agreement.kappa == (None if kappa is None else pytest.approx(kappa))


def test_nobody_agrees_on_nothing():
    assert Agreement({}).kappa is None
    assert Agreement({}).rate.interval == (0.0, 1.0)


def test_two_opinions_on_one_spot_check_are_a_pair(newsroom):
    newsroom.chance = 0.0
    for number, second in enumerate(("accept", "reject")):
        case = newsroom.post(f"Semoga damai nomor {number}.")
        newsroom.review.rule(newsroom.site, case.id, "accept", "wati")
        newsroom.review.rule(newsroom.site, case.id, "accept", "wati")  # one person, one opinion
        newsroom.review.rule(newsroom.site, case.id, second, "budi")
    found = newsroom.dashboard.figures(UTC).agreement.pairs
    assert found == {("accept", "accept"): 1, ("accept", "reject"): 1}


def test_an_opinion_that_was_taken_back_is_none(newsroom):
    newsroom.chance = 0.0
    case = newsroom.post("Semoga damai.")
    newsroom.review.rule(newsroom.site, case.id, "accept", "wati")
    newsroom.review.rule(newsroom.site, case.id, "accept", "budi")
    newsroom.review.undo(newsroom.site, case.id)
    assert newsroom.dashboard.figures(UTC).agreement.pairs == {}


def test_who_gives_way_later_had_still_said_otherwise(newsroom):
    newsroom.chance = 0.0
    case = newsroom.post("Semoga damai.")
    for verdict, who in (("accept", "wati"), ("reject", "budi"), ("reject", "wati")):
        newsroom.review.rule(newsroom.site, case.id, verdict, who)
    assert newsroom.dashboard.figures(UTC).agreement.pairs == {("accept", "reject"): 1}


def complaint(hours: float | None, filed_hours_ago: float = 60) -> Complaint:
    filed = NOW - timedelta(hours=filed_hours_ago)
    answered = None if hours is None else filed + timedelta(hours=hours)
    due = filed + timedelta(hours=48)
    return Complaint("i", "c", "spam", "", filed, due, answered, "accept" if answered else "")


def test_complaints_against_their_time():
    found = answers([complaint(2), complaint(50), complaint(None), complaint(None, 10)], NOW)
    assert (found.in_time, found.late, found.waiting, found.overdue) == (1, 1, 2, 1)
    assert found.median_seconds == 26 * 3600
    assert found.next_due_at == NOW - timedelta(hours=12)
    assert answers([], NOW).median_seconds is None


def test_complaints_are_counted_from_the_record(newsroom, database, clock):
    case = newsroom.post("dasar bodoh")
    Complaints(database, clock).file(newsroom.site, "spam", "", case.id)
    assert newsroom.dashboard.figures(UTC).answers.waiting == 1


def test_times_count_every_ruling_once():
    seconds = sorted([1.0, 60.0, 61.0, 300.0, 90_000.0, 1e6])
    figures = Figures([], [], [], [], seconds, Agreement({}), answers([], NOW))
    assert sum(count for _, count in figures.times) == len(seconds)
    assert figures.times[0] == (60, 2)
    assert figures.times[-1] == (None, 1)
