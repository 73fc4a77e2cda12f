"""Bring the database to this release's tables, and say whether it is there."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import func, select, text

from service.errors import BadSettings, Unavailable
from service.storage.engine import Database

_SCRIPTS: Final = Path(__file__).parent / "migrations"
_LEAST_FREE_BYTES: Final = 1024 * 1024
_ONE_AT_A_TIME: Final = 0x736172696E67  # "saring": replicas that start together take turns


def migrate(database: Database) -> None:
    """Run every migration that is missing, in one transaction; Unavailable if it cannot.

    `BadSettings` where the tables are those of a newer release.
    """
    config = _config()
    with database.begin_rebuilding() as connection:
        config.attributes["connection"] = connection
        if not database.is_sqlite:  # which lets one writer in at a time by itself
            connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise BadSettings(
                f"the database belongs to another release ({error}); run that one, or restore"
            ) from error


def pending(database: Database) -> str:
    """An empty string where the tables are this release's; else what to do."""
    with database.read() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == _head():
        return ""
    return f"tables are at revision {current}, this release needs {_head()}; restart saring serve"


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


@cache
def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()
