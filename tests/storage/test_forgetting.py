"""Erasing what hangs on an author's key, on either database."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, select

from service.storage import forgetting
from service.storage.tables import standings, waves
from tests.storage.test_store import NOW, add, case, found, site_ids

__all__ = ["site_ids"]  # a fixture
ONE, OTHER = "c" * 32, "d" * 32


def stand(database, site_id: str, author_key: str, when=NOW) -> None:
    row = {"site_id": site_id, "author_key": author_key, "standing": "blocked"}
    with database.begin() as tx:
        tx.execute(insert(standings), {**row, "set_by": "wati", "set_at": when})


def roll(database, site_id: str, author_key: str, when=NOW) -> None:
    row = {"id": f"wave of {author_key[:8]}", "site_id": site_id, "size": 2, "recent": 2}
    times = {"recent_since": when, "last_at": when}
    with database.begin() as tx:
        tx.execute(insert(waves), {**row, **times, "worst": "hold", "last_author": author_key})


def left(database) -> set[str]:
    with database.read() as tx:
        return set(forgetting.authors(tx))


def test_it_works(database, site_ids):
    """Comments on every site, what moderators made of the person, and the wave they were in."""
    ours = [case(author_key=ONE), case(author_key=OTHER)]
    others = case(author_key="e" * 32)
    for site_id, stored in zip(site_ids, ours, strict=True):
        add(database, site_id, stored)
    add(database, site_ids[0], others)
    stand(database, site_ids[0], ONE)
    roll(database, site_ids[0], ONE)
    with database.begin() as tx:
        erased = forgetting.erase(tx, [ONE, OTHER, "f" * 32])
    assert erased == ({site_ids[0]: [ours[0].id], site_ids[1]: [ours[1].id]}, 1)
    assert found(database, site_ids[0], others.id) == others
    assert left(database) == {"e" * 32}


def test_nobody(database, site_ids):
    add(database, site_ids[0], case(author_key=ONE))
    with database.begin() as tx:
        assert forgetting.erase(tx, []) == ({}, 0)
    assert left(database) == {ONE}


def test_more_at_once_than_a_statement_takes(database, site_ids):
    stored = case(author_key=ONE)
    add(database, site_ids[0], stored)
    keys = [*(f"{number:032x}" for number in range(70_000)), ONE]
    with database.begin() as tx:
        assert forgetting.erase(tx, keys) == ({site_ids[0]: [stored.id]}, 0)


def test_only_what_was_before(database, site_ids):
    old = case(author_key=ONE, created_at=NOW - timedelta(days=1))
    young = case(author_key=ONE, created_at=NOW + timedelta(days=1))
    add(database, site_ids[0], old, young)
    stand(database, site_ids[0], ONE, NOW + timedelta(days=1))
    with database.begin() as tx:
        assert forgetting.erase(tx, [ONE], NOW) == ({site_ids[0]: [old.id]}, 0)
    assert found(database, site_ids[0], young.id) == young


def test_what_was_written(database, site_ids):
    mine, others = case(author_key=ONE), case(author_key=OTHER)
    add(database, site_ids[1], mine, others)
    with database.read() as tx:
        assert list(forgetting.written_by(tx, [ONE])) == [(site_ids[1], mine)]


def test_waves_of_yesterday_name_nobody(database, site_ids):
    roll(database, site_ids[0], ONE, NOW - timedelta(days=2))
    roll(database, site_ids[0], OTHER)
    with database.begin() as tx:
        forgetting.leave_old_waves(tx, NOW - timedelta(days=1))
    with database.read() as tx:
        assert set(tx.execute(select(waves.c.last_author)).scalars()) == {"", OTHER}
