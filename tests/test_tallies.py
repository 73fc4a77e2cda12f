"""The counts of the dashboard are what counting every comment would say, whatever happened."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from service import retention
from service.archives import Past
from service.comments import Arrival
from service.desk import figures
from service.desk.tallies import Tallies
from service.errors import Unavailable
from service.imports import Importer
from service.storage import aging, tallies
from service.storage.tables import comments
from tests.conftest import SECRET
from tests.doubles import FakeScorer
from tests.test_company_of_comments import SPAM, Newsroom

RUDE, KIND = "dasar bodoh {}", "Semoga damai nomor {}."


@pytest.fixture
def newsroom(database, clock):
    newsroom = Newsroom(database, clock)
    newsroom.tallies = Tallies(database, clock)
    newsroom.database = database
    newsroom.set(author_per_minute=0, network_per_minute=0)
    for number in range(4):
        newsroom.post(RUDE.format(number))
        newsroom.post(KIND.format(number))
        clock.forward(minutes=20)
    check(newsroom)
    return newsroom


def check(newsroom):
    """Every count, against the comments themselves."""
    since = newsroom.clock() - timedelta(days=30)
    told, found = Counter(), Counter()
    for began, body in newsroom.tallies.since(since):
        for kind, counts in body.items():
            for name, number in counts.items():
                told[began, kind, name] += number
    with newsroom.database.read() as tx:
        for row in tx.execute(select(comments).where(comments.c.is_test.is_(False))):
            if row.created_at < since:
                continue
            began = tallies.start_of(tallies.quarter_of(row.created_at))
            model = row.decision["model_version"]
            kinds = {"verdicts": row.verdict, "languages": row.language, "models": model}
            found.update((began, kind, name) for kind, name in kinds.items())
            found.update((began, "codes", code) for code in row.codes.split("|") if code)
    assert +told == found


def rude(newsroom):
    with newsroom.database.read() as tx:
        query = select(comments.c.id).where(comments.c.verdict == "hold").order_by(comments.c.id)
        return tx.execute(query).scalars().first()


def rule(newsroom):
    newsroom.review.rule(newsroom.site, rude(newsroom), "reject", "wati")


def undo(newsroom):
    held = rude(newsroom)
    newsroom.review.rule(newsroom.site, held, "reject", "wati")
    newsroom.tallies.catch_up()
    newsroom.review.undo(newsroom.site, held)


def rule_many(newsroom):
    newsroom.review.rule_many([(rude(newsroom), 0)], "accept", "wati")


def wave(newsroom):
    newsroom.set(wave_from=3)
    for number in range(6):
        newsroom.post(SPAM.format(number))
    newsroom.tallies.catch_up()
    with newsroom.database.read() as tx:
        wave_id = tx.execute(select(comments.c.wave_id).where(comments.c.wave_id.is_not(None)))
        found = wave_id.scalars().first()
    newsroom.review.rule_wave(newsroom.site, found, "reject", "wati")


def erase(newsroom):
    newsroom.moderation.erase(newsroom.site, rude(newsroom))


def edit(newsroom):
    held = newsroom.post("dasar bodoh sekali", "budi")
    newsroom.tallies.catch_up()
    arrival = Arrival("Terima kasih.", author_name="budi", author_email="budi@example.com")
    newsroom.moderation.edit(newsroom.site, held.id, arrival)


def bring_in(newsroom):
    take(newsroom, newsroom.site, newsroom.clock() - timedelta(days=3))


def bring_in_to_a_new_site(newsroom):
    newsroom.access.add_site("lain")
    take(newsroom, newsroom.access.named_site("lain"), newsroom.clock() - timedelta(minutes=80))


def take(newsroom, site, moment):
    arrival = Arrival("Halo dari dulu", author_name="Ani", author_email="ani@example.com")
    past = Past(1, arrival, "reject", (), moment)
    importer = Importer(newsroom.database, FakeScorer(), SECRET, newsroom.clock)
    assert [tally.taken for tally in importer.take(site, [past])] == [1]


def judge_again(newsroom):
    scorer = FakeScorer()
    scorer.version = "fake-2"
    newsroom.moderation.take_up(scorer)
    assert newsroom.moderation.rejudge_held() == 4


def purge(newsroom):
    newsroom.clock.forward(days=2)
    newsroom.post(KIND.format("esok"))
    newsroom.tallies.catch_up()
    assert retention.purge(newsroom.database, 1, newsroom.clock())["comments"] == 8


def a_purge_that_was_broken_off(newsroom):
    newsroom.clock.forward(days=2)
    newsroom.post(KIND.format("esok"))
    newsroom.tallies.catch_up()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aging, "answers_piece", _no_answer)
        with pytest.raises(Unavailable):
            retention.purge(newsroom.database, 1, newsroom.clock())
    retention.purge(newsroom.database, 1, newsroom.clock())


def _no_answer(*_):
    raise Unavailable("the database went away")


def a_new_site(newsroom):
    newsroom.access.add_site("lain")
    other = newsroom.access.named_site("lain")
    arrival = Arrival("Halo", author_name="Ani", author_email="ani@example.com")
    newsroom.moderation.submit(other, arrival)


def a_test_string(newsroom):
    newsroom.post("saring-test-hold")


def a_day_goes_by(newsroom):
    newsroom.clock.forward(days=1)
    newsroom.post(KIND.format("besok"))


def the_clock_is_set_back(newsroom):
    newsroom.clock.forward(hours=-3)
    rule(newsroom)


def a_new_site_after_the_clock_was_set_back(newsroom):
    newsroom.clock.forward(hours=3)
    newsroom.post(KIND.format("nanti"))
    newsroom.clock.forward(hours=-3)
    a_new_site(newsroom)


HAPPENS = (
    rule, undo, rule_many, wave, erase, edit, bring_in, judge_again, purge,
    a_purge_that_was_broken_off, a_new_site,
    a_test_string, a_day_goes_by, the_clock_is_set_back, a_new_site_after_the_clock_was_set_back,
)  # fmt: skip


@pytest.mark.parametrize("happens", HAPPENS, ids=lambda one: one.__name__)
def test_it_works(newsroom, happens):
    happens(newsroom)
    check(newsroom)


def test_only_what_changed_is_read_and_counted_again(newsroom, monkeypatch):
    counted = []
    count = tallies.count
    monkeypatch.setattr(tallies, "count", lambda tx, q: counted.append(q) or count(tx, q))
    read = []
    touched = tallies.touched
    monkeypatch.setattr(tallies, "touched", lambda tx, *of: read.append(of) or touched(tx, *of))
    assert newsroom.tallies.catch_up() == 0
    assert read == []
    rule(newsroom)
    assert newsroom.tallies.catch_up() == 1
    assert len(counted) == 1
    assert read == [(newsroom.site.id, 8, 2_000)]


def test_who_keeps_house_counts_no_quarter_that_is_open(newsroom, monkeypatch):
    newsroom.tallies.catch_up()
    counted = []
    count = tallies.count
    monkeypatch.setattr(tallies, "count", lambda tx, q: counted.append(q) or count(tx, q))
    newsroom.post(KIND.format("sekarang"))
    assert newsroom.tallies.settle() == 0
    assert counted == []
    check(newsroom)
    newsroom.post(KIND.format("lagi"))
    assert newsroom.tallies.settle() == 0
    newsroom.clock.forward(minutes=15)
    counted.clear()
    assert newsroom.tallies.settle() >= 1
    assert len(counted) == 1
    check(newsroom)


def test_what_was_stored_before_it_was_counted_is_found(newsroom):
    from service.storage.tables import tallied
    from service.storage.tables import tallies as table

    with newsroom.database.begin() as tx:
        tx.execute(table.delete())
        tx.execute(tallied.delete())
    check(newsroom)


CHANGES = (rule, bring_in, bring_in_to_a_new_site, judge_again)


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_who_counted_before_a_change_does_not_write_after_it(newsroom, change):
    """Two processes count; one has read, and a change and the other's count come in between."""
    with newsroom.database.read() as tx:
        before = tallies.progress(tx)
        quarter = tallies.quarter_of_id(rude(newsroom))
        stale = tallies.count(tx, quarter)
    change(newsroom)
    newsroom.tallies.catch_up()
    with newsroom.database.begin() as tx:
        after = {site_id: site.number for site_id, site in before.items()}
        assert not tallies.put(tx, before, after, {quarter: stale})
    check(newsroom)


def test_who_is_too_late_for_one_site_writes_for_none(newsroom):
    a_new_site(newsroom)
    newsroom.tallies.catch_up()
    other = newsroom.access.named_site("lain")
    rule(newsroom)
    with newsroom.database.read() as tx:
        before = tallies.progress(tx)
    with newsroom.database.begin() as tx:
        tallies.mark(tx, other.id, [])
    after = {site_id: site.last for site_id, site in before.items()}
    with newsroom.database.begin() as tx:
        assert not tallies.put(tx, before, after, {})
    check(newsroom)


def test_old_quarters_are_forgotten(newsroom):
    newsroom.clock.forward(days=40)
    newsroom.tallies.catch_up()
    with newsroom.database.read() as tx:
        assert tallies.bodies(tx, 0) == []


def test_the_dashboard_adds_them_up(newsroom):
    rule(newsroom)
    found = figures.Dashboard(newsroom.database, newsroom.clock).figures(newsroom.clock().tzinfo)
    assert found.totals == {"accept": 4, "hold": 3, "reject": 1}
    assert dict(found.reasons)["TOXIC"] == 4
