"""Bring the database to this release's tables, and say whether it is there."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from time import sleep
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, delete, func, insert, inspect, select, text

from service.errors import BadSettings, Unavailable
from service.storage.direct import trouble
from service.storage.engine import Database
from service.storage.tables import served_since

_SCRIPTS: Final = Path(__file__).parent / "migrations"
_LEAST_FREE_BYTES: Final = 1024 * 1024
_ONE_AT_A_TIME: Final = 0x736172696E67  # "saring": replicas that start together take turns
_LOCK_WAIT: Final = "2s"
_ATTEMPTS: Final = 30
_BETWEEN_SECONDS: Final = 1.0
_IN_THE_WAY: Final = ("55P03", "40P01")  # a lock that was not had in time, a deadlock


def migrate(database: Database) -> None:
    """Run every migration that is missing, in one transaction; `Unavailable` if it cannot.

    Where a later release has been here its tables stay as they are: they are served if they say
    that this release may, else `BadSettings`. On PostgreSQL whoever serves is not kept waiting for
    a lock that the migration waits for: it lets go after two seconds, and tries again.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _migrate(database)
        except Unavailable as error:
            if trouble(error.__cause__ or error) not in _IN_THE_WAY or attempt == _ATTEMPTS:
                raise
            sleep(_BETWEEN_SECONDS)
        else:
            return


def pending(database: Database) -> str:
    """An empty string where this release may serve the tables; else what to do."""
    with database.read() as connection:
        current = _current(connection)
        if current == _head() or (_is_later(current) and _may_serve(connection)):
            return ""
    if _is_later(current):
        return f"tables are at revision {current}, of a release that cannot be mixed with this one"
    return f"tables are at revision {current}, this release needs {_head()}; restart saring serve"


def refusal(database: Database) -> str:
    """Why this release cannot bring these tables up to date or serve them; empty where it can."""
    with database.read() as connection:
        current = _current(connection)
        if not _is_later(current) or _may_serve(connection):
            return ""
    return f"belongs to another release (revision {current}, this one knows {_head()})"


def _migrate(database: Database) -> None:
    config = _config()
    with database.begin_rebuilding() as connection:
        config.attributes["connection"] = connection
        if not database.is_sqlite:  # which lets one writer in at a time by itself
            connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
            connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'"))
        if not _is_later(_current(connection)):
            command.upgrade(config, "head")
            _declare(connection)
            return
    if wrong := refusal(database):
        raise BadSettings(f"the database {wrong}; run that one, or restore")


def _declare(connection: Connection) -> None:
    """Write which releases may serve the tables, as the newest migration says."""
    since = _line(_SCRIPTS)[0].module.served_since
    if connection.execute(select(served_since.c.revision)).scalars().all() != [since]:
        connection.execute(delete(served_since))
        connection.execute(insert(served_since).values(revision=since))


def _may_serve(connection: Connection) -> bool:
    """Whether a later release's tables say that this one may serve them."""
    if not inspect(connection).has_table(served_since.name):
        return False
    since = connection.execute(select(served_since.c.revision)).scalars().first()
    return since in _known()


def _is_later(revision: str | None) -> bool:
    return revision is not None and revision not in _known()


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def prove_writable(database: Database) -> None:
    """Write what is there already, where nobody else writes; `Unavailable` if that is refused.

    A full disk, one that became read-only and a stand-by server all still read. A log that has
    room left takes this row, and no comment: so SQLite's disk is looked at as well.
    """
    if database.is_sqlite:
        file = Path(str(database.engine.url.database))
        if file.exists() and shutil.disk_usage(file).free < _LEAST_FREE_BYTES:
            raise Unavailable("its disk is full")
    with database.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = version_num"))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config


def _head() -> str:
    return _line(_SCRIPTS)[0].revision


def _known() -> frozenset[str]:
    return frozenset(script.revision for script in _line(_SCRIPTS))


@cache
def _line(scripts: Path) -> tuple[Script, ...]:
    """The migrations of this release, the newest first.

    They are read once, at the start: by the restart the next release's files may lie there.
    """
    return tuple(ScriptDirectory(str(scripts)).walk_revisions())
