"""Rulings as a weighed sample, and bounds in versions, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from service.comments import Case, Ruling, Verdict, new_id
from service.errors import Conflict
from service.learnt import Evidence, Learnt
from service.storage import accounts, learnt, store, verdicts
from service.storage.accounts import KeyDigests
from service.storage.engine import Database, open_database
from service.storage.migrate import migrate
from tests.conftest import Clock
from tests.storage.test_company import SITE, decision, submission

DAY = timedelta(days=1)


@pytest.fixture
def tx(database: Database, clock: Clock) -> Iterator[Connection]:
    with database.begin() as tx:
        accounts.add_site(tx, SITE, "kabar", KeyDigests("a", "b"), clock())
        yield tx


def add(tx: Connection, clock: Clock, verdict: Verdict, number: int, **kept: object) -> str:
    judged = replace(decision(verdict), scores={"spam": 0.5})
    mine = submission(twin_by_name=number, twin_by_author=-number)
    case = Case(new_id(), clock(), mine, judged)
    store.add_comment(tx, SITE, case, **kept)  # type: ignore[arg-type]
    return case.id


def rule(tx: Connection, clock: Clock, comment: str, moderator: str = "ani") -> None:
    ruling = Ruling(new_id(), comment, "accept", (), "", moderator, clock())
    assert verdicts.rule(tx, ruling, 0)


def test_it_works(tx: Connection, clock: Clock) -> None:
    asked = (SITE, "m1", clock() - DAY, clock() + DAY)
    held, drawn = add(tx, clock, "hold", 1), add(tx, clock, "accept", 2, sampled=True)
    add(tx, clock, "accept", 3)
    add(tx, clock, "reject", 4, wave_id="a wave")
    reported = add(tx, clock, "hold", 5)
    for comment in (held, drawn):
        rule(tx, clock, comment)
    rule(tx, clock, reported, "akismet")
    assert sorted(learnt.strata(tx, *asked)) == [("id", "accept", 2), ("id", "hold", 2)]
    assert sorted(learnt.ruled(tx, *asked)) == [
        ("id", "accept", True, "accept", {"spam": 0.5}),
        ("id", "hold", False, "accept", {"spam": 0.5}),
    ]
    assert learnt.strata(tx, SITE, "m2", clock() - DAY, clock() + DAY) == []
    assert learnt.ruled(tx, SITE, "m1", clock() + DAY, clock() + 2 * DAY) == []


def test_the_latest_bounds_come_with_the_site(tx: Connection, clock: Clock) -> None:
    assert learnt.latest(tx, SITE) is None
    for version in (1, 2):
        curves = {"id": {"spam": [(0.1 * version, None), (0.0, 0.9)]}}
        found = Learnt(SITE, version, "m1", curves, {"id": Evidence(300, 250.0)})
        learnt.add(tx, found, clock())
    site = accounts.site_by_name(tx, "kabar")
    assert site is not None
    assert site.rules.learnt == learnt.latest(tx, SITE) == found
    assert site.rules.learnt.curves == curves


def test_a_version_is_written_once(tx: Connection, clock: Clock) -> None:
    learnt.add(tx, Learnt(SITE, 1, "m1"), clock())
    with pytest.raises(Conflict):
        learnt.add(tx, Learnt(SITE, 1, "m1"), clock())


@pytest.mark.parametrize(
    ("site", "index"), [(SITE, "ix_comments_checked"), (None, "ix_comments_second")]
)
def test_what_spot_checks_found_is_read_from_their_index(
    tmp_path: Path, site: str | None, index: str
) -> None:
    opened = open_database(f"sqlite:///{tmp_path / 'plan.db'}")
    migrate(opened)
    run: list[tuple[str, Any]] = []
    event.listen(opened.engine, "before_cursor_execute", lambda *of: run.append((of[2], of[3])))
    with opened.read() as tx:
        verdicts.sample_counts(tx, site)
        explained = [tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", v) for sql, v in [*run]]
        plan = [str(row[3]) for rows in explained for row in rows]
    opened.engine.dispose()
    reads = [step for step in plan if "comments" in step]
    assert len(reads) == 1
    assert all(index in step for step in reads), plan
    assert site or "USE TEMP B-TREE FOR ORDER BY" not in plan  # the latest only are read
