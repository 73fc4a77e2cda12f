"""A database of any earlier release, with data in it, becomes this release's and loses nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, DateTime, LargeBinary, MetaData, func, select

from service.storage import accounts, complaints, outbox, store
from service.storage.engine import open_database
from service.storage.facets import permalink_key
from service.storage.migrate import _config, migrate, pending
from service.storage.tables import metadata

REVISIONS = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][
    ::-1
]
SITE, COMMENT = "00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000c"
WHEN = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
PAGE = "https://kabar.example/berita/1"
DECISION = {  # as the first release wrote it: without context and shadow
    "verdict": "hold", "decided_by": "model", "rule": "score-hold",
    "reasons": [{"code": "TOXIC", "weight": 0.7, "threshold": 0.5, "matches": [[0, 5, 1.5]]}],
    "scores": {"toxicity": 0.7}, "language": "id", "limits": {"toxicity": [0.5, None]},
    "model_version": "2026.1", "rules_version": "1.0",
}  # fmt: skip
OF_MIGRATIONS = {"alembic_version", "served_since"}
GONE = {"hosts"}  # what later releases have no use for
KNOWN: dict[str, Any] = {
    "site_id": SITE, "comment_id": COMMENT, "subject": COMMENT, "wave_id": None,
    "permalink": PAGE, "permalink_key": permalink_key(PAGE), "content": "dasar bodoh",
    "verdict": "hold", "decision": DECISION,
    "name": "default", "role": "admin", "standing": "trusted", "worst": "hold",
    "moderator": "ani", "labels": ["toxic"], "data": {"comment_id": COMMENT},
    "type": "comment.held", "url": "https://a.example/",
    "body": {"hold_per_mille": 50.0, "curves": {}, "evidence": {}},  # rules, and what was learnt
}  # fmt: skip


@pytest.fixture
def old(database_url):
    """Make a database of a revision, with a row in every table that it has."""
    opened = open_database(database_url)

    def make(revision):
        config = _config()
        with opened.begin_rebuilding() as tx:
            config.attributes["connection"] = tx
            command.upgrade(config, revision)
            return opened, _fill(tx)

    yield make
    opened.engine.dispose()


def _fill(tx) -> dict[str, int]:
    """One row in each table, foreign keys first; how many rows each has."""
    there = MetaData()
    there.reflect(tx)
    ids = {"sites": SITE, "comments": COMMENT}
    for table in there.sorted_tables:
        if table.name not in OF_MIGRATIONS:
            wanted = [column for column in table.columns if not column.nullable]
            row = {column.name: _value(tx, table, column, ids) for column in wanted}
            tx.execute(table.insert(), row)
    return _counts(tx)


def _value(tx, table, column, ids) -> Any:
    if column.name == "id":
        return ids.setdefault(table.name, f"00000000-0000-7000-8000-{len(ids):012d}")
    for key in column.foreign_keys:
        return ids[key.column.table.name]
    if column.name in KNOWN:
        return KNOWN[column.name]
    if isinstance(column.type, DateTime):
        return WHEN if tx.dialect.name == "postgresql" else WHEN.replace(tzinfo=None)
    if isinstance(column.type, Boolean):
        return False
    if column.type.python_type in (int, float):
        return 7
    return b"x" if isinstance(column.type, LargeBinary) else f"{column.name[:7]}"


def _counts(tx) -> dict[str, int]:
    there = MetaData()
    there.reflect(tx)
    return {
        table.name: tx.execute(select(func.count()).select_from(table)).scalar_one()
        for table in there.sorted_tables
        if table.name not in OF_MIGRATIONS
    }


@pytest.mark.parametrize("revision", REVISIONS)
def test_it_becomes_this_release(old, revision):
    database, before = old(revision)
    migrate(database)
    assert pending(database) == ""
    with database.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        after = _counts(tx)
    assert {name: after.get(name, 0) for name in before} == {
        name: 0 if name in GONE else count for name, count in before.items()
    }


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_it_held_can_be_read_and_found(old, revision):
    database, _ = old(revision)
    migrate(database)
    with database.read() as tx:
        case = store.comment_by_id(tx, SITE, COMMENT)
        assert case is not None
        assert (case.submission.content, case.decision.verdict) == ("dasar bodoh", "hold")
        assert case.decision.reasons[0].matches[0].end == 5
        assert case.created_at == WHEN
        assert complaints.comments_at(tx, SITE, PAGE) == [COMMENT]
        [site] = accounts.all_sites(tx)
        assert site.rules.hold_per_mille == 50.0
        assert store.held_count(tx) == 1
        assert outbox.backlog(tx).dead == 0


def test_every_migration_is_here():
    """The numbers are one line without a fork."""
    folder = Path(store.__file__).parent / "migrations" / "versions"
    files = sorted(path.name[:4] for path in folder.glob("0*.py"))
    assert files == REVISIONS == [f"{number:04d}" for number in range(1, len(files) + 1)]
