"""Retention, piece by piece: what is old goes, what is young stays, and writers get in between."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service import retention
from service.comments import new_id
from service.events import News
from service.retention import Bands, purge
from service.storage import accounts, company, events, store
from service.storage.accounts import KeyDigests
from service.storage.tables import bands, comments
from service.storage.tables import events as told
from tests.storage.test_store import DECISION, NOW, case

SITES = ("id-one", "id-two")
NOTHING = {"comments": 0, "answers": 0, "complaints": 0, "events": 0}


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    monkeypatch.setattr(retention, "_BANDS_AT_ONCE", 5)


@pytest.fixture
def filled(database):
    """For each of two sites ten comments, the youngest of now, each ten days older than the next;
    with an answer, an event and two bands."""
    with database.begin() as tx:
        for name in SITES:
            accounts.add_site(tx, name, name[3:], KeyDigests(name, name[1:]), NOW)
    for back in range(10):
        for name in SITES:
            stored = aged(10 * back)
            with database.begin() as tx:
                store.add_comment(tx, name, stored)
                store.add_answer(tx, f"{name}{back}", "request", stored)
                company.add_bands(tx, stored.id, (back, back + 100), stored.created_at)
                events.tell(
                    tx, name, [News("comment.held", stored.id, {"comment_id": stored.id})],
                    stored.created_at,
                )  # fmt: skip
    return database


def aged(days, **changes):
    at = NOW - timedelta(days=days)
    return replace(case(at, **changes), id=new_id(at.timestamp()))


def counted(database, table, column):
    with database.read() as tx:
        return Counter(tx.execute(select(table.c[column])).scalars())


def test_it_works(filled):
    erased = purge(filled, 45, NOW)
    assert erased == {"comments": 10, "answers": 8, "complaints": 0, "events": 10}
    assert counted(filled, comments, "site_id") == dict.fromkeys(SITES, 5)
    with filled.read() as tx:
        oldest = tx.execute(select(func.min(comments.c.created_at))).scalar_one()
    assert oldest == NOW - timedelta(days=40)
    assert purge(filled, 45, NOW) == NOTHING


def test_none_is_set(filled):
    erased = purge(filled, 0, NOW)
    assert erased == {**NOTHING, "answers": 18}
    with filled.read() as tx:
        assert tx.execute(select(func.count()).select_from(comments)).scalar_one() == 20


def test_events_go_after_ninety_days(filled):
    purge(filled, 0, NOW + timedelta(days=20))
    assert counted(filled, told, "site_id") == dict.fromkeys(SITES, 8)


def test_a_site_keeps_its_own_for_less(filled):
    from service.rules import Rules

    with filled.begin() as tx:
        accounts.add_rules(tx, "id-two", Rules(retention_days=15), "budi", NOW)
    assert purge(filled, 45, NOW)["comments"] == 10 + 3
    assert counted(filled, comments, "site_id") == {"id-one": 5, "id-two": 2}


def test_what_hangs_on_a_comment_goes_with_it(filled):
    purge(filled, 45, NOW)
    with filled.read() as tx:
        orphans = select(bands.c.comment_id).where(bands.c.comment_id.not_in(select(comments.c.id)))
        assert tx.execute(orphans).all() == []


def test_writers_get_in_between(filled, monkeypatch):
    """At every rest another connection writes at once, without waiting for the purge."""
    came = []

    def write(_seconds):
        with filled.begin() as tx:
            tx.exec_driver_sql(
                "PRAGMA busy_timeout=0" if filled.is_sqlite else "SET LOCAL lock_timeout='1ms'"
            )
            came.append(aged(0))
            store.add_comment(tx, "id-one", came[-1])

    monkeypatch.setattr(retention.time, "sleep", write)
    assert purge(filled, 45, NOW)["comments"] == 10
    assert len(came) == 3 + 2 + 3  # between pieces of comments, of answers and of events
    assert counted(filled, comments, "site_id")["id-one"] == 5 + len(came)


def test_a_purge_that_is_broken_off_goes_on(filled, monkeypatch):
    def killed(_seconds):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(retention.time, "sleep", killed)
        with pytest.raises(KeyboardInterrupt):
            purge(filled, 45, NOW)
    assert counted(filled, comments, "site_id").total() == 17
    assert purge(filled, 45, NOW)["comments"] == 7


def test_bands_go_after_a_day_but_not_those_of_what_waits(database):
    accepted = replace(DECISION, verdict="accept")
    with database.begin() as tx:
        accounts.add_site(tx, "id-one", "one", KeyDigests("a", "b"), NOW)
        kept = set()
        for number in range(12):
            days = number % 3
            stored = aged(days, decision=DECISION if number % 2 else accepted)
            store.add_comment(tx, "id-one", stored)
            company.add_bands(tx, stored.id, (number, number + 50), stored.created_at)
            if number % 2 or days < 1:
                kept.add(stored.id)
    sweeper = Bands(database, lambda: NOW + timedelta(hours=1))
    assert sweeper.sweep() == 2 * (12 - len(kept))
    assert set(counted(database, bands, "comment_id")) == kept
    assert sweeper.sweep() == 0


def test_a_text_that_was_edited_today_keeps_its_bands_however_old_the_comment(database):
    with database.begin() as tx:
        accounts.add_site(tx, "id-one", "one", KeyDigests("a", "b"), NOW)
        edited = aged(9, decision=replace(DECISION, verdict="accept"))
        store.add_comment(tx, "id-one", edited)
        company.add_bands(tx, edited.id, (1, 2), NOW)
    assert Bands(database, lambda: NOW + timedelta(hours=1)).sweep() == 0
    assert Bands(database, lambda: NOW + timedelta(days=2)).sweep() == 2


def test_bands_of_later_comments_go_in_later_rounds(database):
    clock = [NOW]
    sweeper = Bands(database, lambda: clock[0])
    accepted = replace(DECISION, verdict="accept")
    with database.begin() as tx:
        accounts.add_site(tx, "id-one", "one", KeyDigests("a", "b"), NOW)
    for number in range(4):
        stored = replace(case(clock[0], decision=accepted), id=new_id(clock[0].timestamp()))
        with database.begin() as tx:
            store.add_comment(tx, "id-one", stored)
            company.add_bands(tx, stored.id, (number, number + 50), stored.created_at)
        clock[0] += timedelta(days=2)
        assert sweeper.sweep() == 2
