"""Two who act on the same comments at the same moment, on PostgreSQL, where both may write.

One of them has begun and not committed; the other starts, and waits for a lock or does not. What
is in force afterwards is what one after the other would have left. (SQLite has one writer.)
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select, text

from service import retention
from service.comments import Ruling, new_id
from service.complaints import Complaints
from service.desk.queue import Queue
from service.desk.tallies import Tallies
from service.errors import Conflict, Missing
from service.storage import drift, shadow, store, verdicts
from service.storage.tables import claims, comments, rulings
from tests.running import until
from tests.test_company_of_comments import SPAM, Newsroom


@pytest.fixture
def newsroom(postgres, clock):
    newsroom = Newsroom(postgres, clock)
    newsroom.database = postgres
    newsroom.set(author_per_minute=0, network_per_minute=0)
    return newsroom


@contextmanager
def meanwhile(newsroom: Newsroom, act: Callable[[], object]):
    """A transaction, and a way to let another act begin within it; that one goes on at its end."""
    with ThreadPoolExecutor(1) as pool, newsroom.database.begin() as tx:

        def begin() -> Future[object]:
            doing = pool.submit(act)
            until(lambda: doing.done() or _somebody_waits(newsroom), "the other waits or is done")
            return doing

        yield tx, begin


def _somebody_waits(newsroom: Newsroom) -> bool:
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with newsroom.database.read() as tx:
        return bool(tx.execute(text(asked)).scalar())


def ruled(newsroom, comment, verdict, moderator="adi"):
    return Ruling(new_id(), comment, verdict, (), "", moderator, newsroom.clock())


def in_force(newsroom, comment):
    """What the comment says, and the latest ruling that stands on it."""
    standing = rulings.c.comment_id == comment, rulings.c.undone_at.is_(None)
    latest = select(rulings.c.verdict).where(*standing).order_by(rulings.c.created_at.desc())
    with newsroom.database.read() as tx:
        found = tx.execute(select(comments.c.ruling).where(comments.c.id == comment)).scalar()
        return found, tx.execute(latest.limit(1)).scalar()


def rude(newsroom, number=0, **fields):
    return newsroom.post(f"dasar bodoh {number}", **fields).id


def test_a_ruling_is_not_lost_to_an_undo_of_the_one_before(newsroom, clock):
    comment, first = rude(newsroom), new_id()
    newsroom.review.rule(newsroom.site, comment, "accept", "wati", ruling_id=first)
    clock.forward(seconds=1)
    undo = lambda: newsroom.review.undo(newsroom.site, comment, first)  # noqa: E731
    with meanwhile(newsroom, undo) as (tx, begin):
        assert verdicts.rule(tx, ruled(newsroom, comment, "reject"), 1)
        undoing = begin()
    with pytest.raises(Conflict):
        undoing.result(10)
    assert in_force(newsroom, comment) == ("reject", "reject")


def test_a_ruling_is_not_lost_to_an_undo_of_a_stroke(newsroom, clock):
    comment = rude(newsroom)
    batch = newsroom.review.rule_many([(comment, 0)], "accept", "wati").batch
    clock.forward(seconds=1)
    with meanwhile(newsroom, lambda: newsroom.review.undo_batch(batch)) as (tx, begin):
        assert verdicts.rule(tx, ruled(newsroom, comment, "reject"), 1)
        undoing = begin()
    undoing.result(10)
    assert in_force(newsroom, comment) == ("reject", "reject")


def test_who_agrees_while_it_is_taken_back_has_ruled(newsroom):
    newsroom.chance = 0.0
    comment = newsroom.post("Semoga perundingan damai ini berhasil.").id
    newsroom.review.rule(newsroom.site, comment, "reject", "wati")
    agree = lambda: newsroom.review.rule(newsroom.site, comment, "reject", "adi")  # noqa: E731
    with meanwhile(newsroom, agree) as (tx, begin):
        verdicts.undo(tx, comment, newsroom.clock())
        agreeing = begin()
    agreeing.result(10)
    assert in_force(newsroom, comment) == ("reject", "reject")


def test_strokes_in_different_orders(newsroom):
    """Whoever holds the first comment gets the second one too."""
    first, second = sorted((rude(newsroom, 1), rude(newsroom, 2)))
    stroke = [(second, 0), (first, 0)]
    act = lambda: newsroom.review.rule_many(stroke, "reject", "wati")  # noqa: E731
    with meanwhile(newsroom, act) as (tx, begin):
        assert verdicts.rule(tx, ruled(newsroom, first, "accept"), 0)
        striking = begin()
        assert verdicts.rule(tx, ruled(newsroom, second, "accept"), 0)
    assert striking.result(10).stale == (second, first)


def test_a_stroke_sent_twice_at_once_is_one(newsroom):
    comment, batch = rude(newsroom), new_id()
    again = lambda: newsroom.review.rule_many([(comment, 0)], "reject", "wati", batch=batch)  # noqa: E731
    with meanwhile(newsroom, again) as (tx, begin):
        assert verdicts.rule(tx, ruled(newsroom, comment, "reject", "wati"), 0, batch)
        striking = begin()
    assert striking.result(10).stale == ()
    with newsroom.database.read() as tx:
        assert tx.execute(select(func.count()).select_from(rulings)).scalar() == 1


@pytest.mark.parametrize("taken_back", [False, True], ids=["ruled on", "taken back"])
def test_a_copy_is_edited_while_its_wave_is_ruled_on(newsroom, taken_back):
    """The editor holds the comment and wants the wave; who rules must not hold the wave already."""
    newsroom.set(wave_from=3)
    copies = [newsroom.post(SPAM.format(number), f"orang-{number}").id for number in range(4)]
    review, site, wave = newsroom.review, newsroom.site, copies[0]
    batch = review.rule_wave(site, wave, "reject", "wati") if taken_back else new_id()

    def rule():
        if taken_back:
            return review.undo_wave(site, wave, batch)
        return review.rule_wave(site, wave, "reject", "wati", batch)

    with meanwhile(newsroom, rule) as (tx, begin):
        mine = text("UPDATE comments SET version = version + 1 WHERE id = :id")
        tx.execute(mine, {"id": copies[2]})
        ruling = begin()
        tx.execute(text("UPDATE waves SET size = size + 1 WHERE id = :id"), {"id": wave})
    ruling.result(10)


def test_two_who_change_cards(newsroom):
    """Each lets go of the card that the other takes."""
    one, other = rude(newsroom, 1), rude(newsroom, 2)
    queue = Queue(newsroom.database, newsroom.clock)
    queue.claim(one, "wati")
    queue.claim(other, "adi")
    with meanwhile(newsroom, lambda: queue.claim(one, "adi")) as (tx, begin):
        tx.execute(text("DELETE FROM claims WHERE moderator = 'wati'"))
        changing = begin()
        mine = {"card": other, "moderator": "wati", "until": newsroom.clock()}
        tx.execute(insert(claims).values(mine))
    changing.result(10)


def test_counting_and_retention(newsroom):
    """Who counts takes the sites by id; who marks them all must not begin with the last one."""
    for name in ("dua", "tiga"):
        newsroom.access.add_site(name)
    tallies = Tallies(newsroom.database, newsroom.clock)
    tallies.catch_up()
    first, *_, last = sorted(site.id for site in newsroom.access.sites())
    one = text("UPDATE tallied SET marks = marks + 1 WHERE site_id = :id")
    with newsroom.database.begin() as tx:
        tx.execute(one, {"id": first})  # PostgreSQL writes it anew, behind the others
    purge = lambda: retention.purge(newsroom.database, 1, newsroom.clock())  # noqa: E731
    with meanwhile(newsroom, purge) as (tx, begin):
        tx.execute(one, {"id": first})
        purging = begin()
        tx.execute(one, {"id": last})
    purging.result(10)


def test_two_who_block_the_same_person(newsroom):
    case = newsroom.post("dasar bodoh")
    one, other = ("wati", "blocked"), ("adi", "trusted")
    act = lambda: newsroom.review.set_standing(newsroom.site, case.id, other[1], other[0])  # noqa: E731
    key, now = case.submission.author_key, newsroom.clock()
    with meanwhile(newsroom, act) as (tx, begin):
        verdicts.set_standing(tx, newsroom.site.id, key, one[1], one[0], now)
        blocking = begin()
    blocking.result(10)
    with newsroom.database.read() as tx:
        [(_, standing, by, *_)] = verdicts.all_standings(tx, 9)
    assert (by, standing) == other


def test_a_complaint_about_what_is_judged_again(newsroom):
    """It adds a reason to the decision that is there then, not to the one before."""
    case = newsroom.post("dasar bodoh")
    complain = lambda: Complaints(newsroom.database, newsroom.clock).file(  # noqa: E731
        newsroom.site, "slander", "", case.id
    )
    with meanwhile(newsroom, complain) as (tx, begin):
        newer = replace(case.decision, model_version="newer")
        assert store.replace_decision(tx, case.id, 0, newer)
        complaining = begin()
    complaining.result(10)
    found = newsroom.moderation.case(newsroom.site, case.id).decision
    assert found.model_version == "newer"
    assert found.reasons[-1].code == "COMPLAINT"


def test_a_complaint_about_what_is_erased(newsroom):
    case = newsroom.post("dasar bodoh")
    complain = lambda: Complaints(newsroom.database, newsroom.clock).file(  # noqa: E731
        newsroom.site, "slander", "", case.id
    )
    with meanwhile(newsroom, complain) as (tx, begin):
        store.erase_comment(tx, newsroom.site.id, case.id)
        complaining = begin()
    with pytest.raises(Missing):
        complaining.result(10)


def test_two_machines_measure_the_same_week(newsroom):
    measured = drift.Measured("2026-11-16", {"comments": 3}, newsroom.clock())

    def put():
        with newsroom.database.begin() as tx:
            drift.put(tx, "fake-1", measured)

    with meanwhile(newsroom, put) as (tx, begin):
        drift.put(tx, "fake-1", measured)
        putting = begin()
    putting.result(10)
    with newsroom.database.read() as tx:
        assert drift.weeks(tx, "fake-1") == [measured]


@pytest.mark.parametrize("erased", [False, True], ids=["judged", "erased"])
def test_two_machines_run_the_same_candidate(newsroom, erased):
    """The other one has judged the comment, or it is erased, while this one looks."""
    case = newsroom.post("dasar bodoh")
    judged = [(case, replace(case.decision, model_version="candidate"))]

    def add():
        with newsroom.database.begin() as tx:
            shadow.add(tx, judged, newsroom.clock())

    with meanwhile(newsroom, add) as (tx, begin):
        if erased:
            store.erase_comment(tx, newsroom.site.id, case.id)
        else:
            shadow.add(tx, judged, newsroom.clock())
        adding = begin()
    adding.result(10)
    with newsroom.database.read() as tx:
        assert shadow.tally(tx, "candidate").total() == (0 if erased else 1)
