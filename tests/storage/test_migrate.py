"""Migrations make exactly the tables that the code declares."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from service.errors import Unavailable
from service.storage.engine import open_database
from service.storage.migrate import migrate, pending
from service.storage.tables import metadata


@pytest.fixture
def empty(database_url):
    opened = open_database(database_url)
    yield opened
    opened.engine.dispose()


def test_it_works(empty):
    migrate(empty)
    assert pending(empty) == ""


def test_an_empty_database_says_what_it_needs(empty):
    assert "restart saring serve" in pending(empty)


def test_migrating_twice_changes_nothing(empty):
    migrate(empty)
    migrate(empty)
    assert pending(empty) == ""


def test_replicas_that_start_together_take_turns(database_url):
    """Each with its own connection, at the same moment, on an empty database."""
    opened = [open_database(database_url) for _ in range(4)]
    barrier = threading.Barrier(len(opened))

    def start(database):
        barrier.wait()
        migrate(database)
        return pending(database)

    with ThreadPoolExecutor(len(opened)) as pool:
        assert list(pool.map(start, opened)) == [""] * len(opened)
    for database in opened:
        database.engine.dispose()


def test_migrations_make_the_declared_tables(database):
    with database.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrations_make_the_declared_indexes(database):
    with database.read() as tx:
        there = inspect(tx)
        for table in metadata.sorted_tables:
            indexed = {
                tuple(index["column_names"])
                for index in there.get_indexes(table.name)
                if not index["unique"]
            }
            declared = {tuple(column.name for column in index.columns) for index in table.indexes}
            assert indexed == declared, table.name


def test_a_migration_that_fails_leaves_nothing(empty):
    with empty.begin() as tx:
        tx.execute(text("CREATE TABLE answers (id INTEGER)"))
    with pytest.raises(Unavailable):
        migrate(empty)
    with empty.read() as tx:
        left = set(inspect(tx).get_table_names())
    assert left == {"answers"}


def test_a_newer_database_is_not_ready(empty):
    migrate(empty)
    with empty.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        tx.execute(text("UPDATE served_since SET revision = '9999'"))
    assert "9999" in pending(empty)
