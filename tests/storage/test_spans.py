"""A span of time as a range of ids: exact, and found by index however much is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, literal, select, text

from service.comments import earliest_id, new_id
from service.storage import drift, figures, learnt, spans, store, tallies, verdicts

NOW = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        (NOW - MILLISECOND, False),
        (NOW, True),
        (NOW + timedelta(days=1) - MILLISECOND, True),
        (NOW + timedelta(days=1), False),
    ],
)
def test_it_works(database, moment, inside):
    ids = literal(new_id(moment.timestamp()))
    span = spans.between(ids, NOW, NOW + timedelta(days=1))
    with database.read() as tx:
        assert bool(tx.execute(select(literal(1)).where(*span)).first()) is inside


def test_before_the_year_1970_there_is_nothing():
    long_ago = datetime.min.replace(tzinfo=UTC)
    assert earliest_id(long_ago) <= new_id(long_ago.timestamp()) < new_id(NOW.timestamp())


ASKED = {
    "a quarter of an hour": lambda tx: tallies.count(tx, tallies.quarter_of(NOW)),
    "the next comment": lambda tx: tallies.next_comment(tx, tallies.quarter_of(NOW)),
    "shadow rules": lambda tx: figures.by_shadow(tx, "id-one", NOW),
    "times to ruling": lambda tx: figures.seconds_to_rulings(tx, NOW, 10),
    "two opinions": lambda tx: figures.opinions(tx, NOW),
    "drift": lambda tx: drift.sample(tx, NOW, NOW + timedelta(days=7), 10),
    "first of drift": lambda tx: drift.first_comment(tx, NOW),
    "overruled": lambda tx: drift.overruled(tx, NOW, NOW + timedelta(days=7)),
    "thresholds": lambda tx: learnt.strata(tx, "id-one", "m", NOW, NOW + timedelta(days=90)),
    "preview of rules": lambda tx: store.comments_since(tx, "id-one", NOW, "", 10),
    "report": lambda tx: verdicts.tally(tx, "id-one", NOW, NOW + timedelta(days=30)),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_no_count_reads_everything_that_was_ever_stored(sqlite, asked):
    """Whatever SQLite plans, it searches `comments` and `rulings` and never scans them."""
    plans = []

    def note(_connection, cursor, statement, parameters, *_rest):
        if not statement.startswith(("EXPLAIN", "BEGIN")):
            found = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in found)

    with sqlite.read() as tx:
        tx.execute(text("SELECT 1"))
        event.listen(sqlite.engine, "before_cursor_execute", note)
        asked(tx)
    assert any(step.startswith("SEARCH") for step in plans)
    assert not [s for s in plans if s.startswith(("SCAN comments", "SCAN rulings"))], plans
