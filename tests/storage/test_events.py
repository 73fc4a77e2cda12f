"""Events: in order, without a hole, and with nothing in them that anybody wrote."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event as Signal
from threading import Thread

import pytest

from service import events
from service.storage import accounts, aging
from service.storage import events as told
from service.storage.accounts import KeyDigests

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def two_sites(database):
    with database.begin() as tx:
        for name in ("satu", "dua"):
            accounts.add_site(tx, name, name, KeyDigests(name, f"short {name}"), NOW)
    return database


def tell(database, *ids: str, site: str = "satu", now: datetime = NOW) -> None:
    with database.begin() as tx:
        told.tell(tx, site, [events.erased(comment_id) for comment_id in ids], now)


def numbers(database, after: int = 0, site: str = "satu") -> list[int]:
    with database.read() as tx:
        return [event.number for event in told.after(tx, site, after, 1000)]


def test_it_works(two_sites):
    tell(two_sites, "a", "b")
    tell(two_sites, "c")
    with two_sites.read() as tx:
        page = told.after(tx, "satu", 1, 10)
    assert [(e.number, e.type, e.data) for e in page] == [
        (2, "comment.erased", {"comment_id": "b"}),
        (3, "comment.erased", {"comment_id": "c"}),
    ]


def test_each_site_counts_its_own(two_sites):
    tell(two_sites, "a")
    tell(two_sites, "b", site="dua")
    assert numbers(two_sites) == numbers(two_sites, site="dua") == [1]


def test_what_is_rolled_back_leaves_no_hole(two_sites):
    def fail() -> None:
        with two_sites.begin() as tx:
            told.tell(tx, "satu", [events.erased("a")], NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    tell(two_sites, "b")
    assert numbers(two_sites) == [1]


def test_a_later_number_is_never_seen_before_an_earlier_one(postgres):
    """The second writer waits for the first: a sequence would have let it commit before."""
    with postgres.begin() as tx:
        accounts.add_site(tx, "satu", "satu", KeyDigests("a", "b"), NOW)
    second_done = Signal()

    def second() -> None:
        tell(postgres, "second")
        second_done.set()

    writer = Thread(target=second)
    with postgres.begin() as first:
        told.tell(first, "satu", [events.erased("first")], NOW)
        writer.start()
        assert not second_done.wait(0.2)
        assert numbers(postgres) == []
    writer.join()
    with postgres.read() as tx:
        assert [e.data["comment_id"] for e in told.after(tx, "satu", 0, 9)] == ["first", "second"]


def test_a_reader_among_many_writers_misses_nothing(two_sites):
    writing, seen, cursor = ThreadPoolExecutor(4), [], 0
    done = [writing.submit(tell, two_sites, f"c{number}") for number in range(60)]
    while len(seen) < 60:
        page = numbers(two_sites, cursor)
        seen += page
        cursor = page[-1] if page else cursor
    assert seen == list(range(1, 61))
    for each in done:
        each.result()


def test_the_span_tells_of_what_is_no_longer_kept(two_sites):
    tell(two_sites, "a", now=NOW - timedelta(days=99))
    tell(two_sites, "b")
    with two_sites.begin() as tx:
        assert told.span(tx, "satu") == (0, 2)
        assert aging.events_piece(tx, "", NOW - timedelta(days=90), 9).erased == 1
        assert told.span(tx, "satu") == (1, 2)
        aging.events_piece(tx, "", NOW + timedelta(days=1), 9)
        assert told.span(tx, "satu") == (2, 2)


def test_what_was_told_of_a_subject_can_be_forgotten(two_sites):
    tell(two_sites, "a", "b", "a")
    with two_sites.begin() as tx:
        told.forget_subjects(tx, ["a"])
    assert numbers(two_sites) == [2]
