"""Statements that go straight to the driver say the same as those that do not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from service.comments import new_id
from service.errors import Unavailable
from service.storage.prepared import Prepared
from service.storage.tables import UtcDateTime, events, sites

ADD = Prepared(insert(events), [column.name for column in events.c])
ADD_SITE = Prepared(insert(sites), [c.name for c in sites.c if c.name != "coral_secret"])
SINCE = select(events).where(events.c.created_at >= bindparam("since", type_=UtcDateTime))


@pytest.fixture
def row(database, clock):
    site = {
        "id": new_id(),
        "name": "kabar",
        "key_digest": "a",
        "short_key_digest": "b",
        "coral_generation": 0,
        "last_event": 0,
        "created_at": clock(),
    }
    with database.begin() as tx:
        assert ADD_SITE.run(tx, site) == 1
    return {
        "id": new_id(),
        "site_id": site["id"],
        "number": 1,
        "type": "comment.held",
        "subject": "c",
        "data": {"reasons": ["SPAM"], "test": False},
        "created_at": clock(),
    }


def test_it_works(database, row, clock):
    with database.begin() as tx:
        assert ADD.run(tx, row) == 1
        prepared = Prepared(SINCE)
        assert prepared.rows(tx, {"since": clock()}) == [
            tuple(found) for found in tx.execute(SINCE, {"since": clock()})
        ]
        assert prepared.first(tx, {"since": clock() + timedelta(seconds=1)}) is None


def test_values_come_back_as_python_has_them(database, row, clock):
    with database.begin() as tx:
        ADD.run(tx, row)
        found = Prepared(SINCE).first(tx, {"since": clock()})
    assert found == tuple(row[column.name] for column in events.c)


def test_a_values_own_default_is_used(database, row):
    grow = Prepared(
        update(events).where(events.c.id == bindparam("event")).values(type="comment.edited")
    )
    with database.begin() as tx:
        ADD.run(tx, row)
        assert grow.run(tx, {"event": row["id"]}) == 1
        assert grow.run(tx, {"event": "none"}) == 0


def test_a_double_is_an_integrity_error(database, row):
    with database.begin() as tx:
        ADD.run(tx, row)
    with pytest.raises(IntegrityError), database.begin() as tx:
        ADD.run(tx, row)


def test_trouble_quotes_no_values(database, row):
    broken = Prepared(select(events.c.id).where(bindparam("secret").op("@@@@")(events.c.id)))
    with pytest.raises(Unavailable) as refused, database.begin() as tx:
        broken.rows(tx, {"secret": "hunter2"})
    assert "hunter2" not in f"{refused.value}{refused.value.__cause__}"
    assert isinstance(refused.value.__cause__, DBAPIError)
