"""Each thread's own connection to the driver, kept open: for what every comment runs.

SQLAlchemy's pool, events and transactions take a hundred calls of Python functions for each
transaction, more than the statements within it. A wire runs prepared statements and nothing else.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import AbstractContextManager, suppress
from threading import local
from types import TracebackType
from typing import Any

from sqlalchemy import Dialect, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.errors import Unavailable

_MISSING = ("SQLITE_CONSTRAINT_NOTNULL", "23502")
_TROUBLE = (DBAPIError, PoolTimeout, sqlite3.Error)


class Wire:
    """One open connection of one thread, closed when its thread or its database goes."""

    __slots__ = ("_pid", "dialect", "driver")

    def __init__(self, engine: Engine) -> None:
        self._pid = os.getpid()
        base = engine.dialect.loaded_dbapi.Error
        try:
            opened = engine.raw_connection()  # by the pool's own way, so that pragmas are set
        except base as error:
            raise DBAPIError.instance(
                "", None, error, base, hide_parameters=True, dialect=engine.dialect
            ) from error
        driver: Any = opened.driver_connection
        opened.detach()
        if engine.dialect.name != "sqlite":
            driver.autocommit = True  # BEGIN and COMMIT are said here
        self.driver = driver
        self.dialect: Dialect = engine.dialect

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; a forked child leaves its parent's connections alone."""
        if os.getpid() == self._pid:
            with suppress(Exception):
                self.driver.close()

    def say(self, statement: str) -> None:
        """Run a statement without values; trouble is raised as SQLAlchemy raises it."""
        base = self.dialect.loaded_dbapi.Error
        try:
            self.driver.execute(statement)
        except base as error:
            raise DBAPIError.instance(
                statement, None, error, base, hide_parameters=True, dialect=self.dialect
            ) from error


class Wires:
    """The wires of all threads of this process, each opened at its first use."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept = local()

    def begun(self, how: str) -> Wire:
        """This thread's wire, with a transaction begun on it.

        A server may have hung up since the last one: then another is opened, once.
        """
        wire: Wire | None = getattr(self._kept, "wire", None)
        if wire is not None:
            try:
                wire.say(how)
            except DBAPIError:
                self.cut()
                if wire.dialect.name == "sqlite":  # locked, and it was waited for already
                    raise
            else:
                return wire
        wire = self._kept.wire = Wire(self._engine)
        wire.say(how)
        return wire

    def cut(self) -> None:
        """Hang up this thread's wire, now: an exception's trace may hold it, and it a lock."""
        wire: Wire | None = getattr(self._kept, "wire", None)
        self._kept.wire = None
        if wire is not None:
            wire.close()

    def cut_all(self) -> None:
        """Let go of every thread's: what a forked child does with its parent's."""
        self._kept = local()


class Direct:
    """One transaction on this thread's wire: committed at the end, undone on any exception.

    Database trouble is raised as `Unavailable`; a broken constraint as SQLAlchemy raises it.
    """

    __slots__ = ("_how", "_turn", "_wire", "_wires")

    def __init__(self, wires: Wires, how: str, turn: AbstractContextManager[Any]) -> None:
        self._wires = wires
        self._how = how
        self._turn = turn

    def __enter__(self) -> Wire:
        self._turn.__enter__()
        try:
            self._wire = self._wires.begun(self._how)
        except BaseException as error:
            self._turn.__exit__(None, None, None)
            translate(error)
            raise
        return self._wire

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        try:
            self._wire.say("COMMIT" if error is None else "ROLLBACK")
        except BaseException as failed:  # an interrupt too: with the wire goes what it had begun
            self._wires.cut()
            if error is None:
                translate(failed)
                raise
        finally:
            self._turn.__exit__(None, None, None)
        if error is not None:
            translate(error)


def translate(error: BaseException) -> None:
    """Raise `Unavailable` for the database's trouble; everything else stays what it is."""
    if isinstance(error, _TROUBLE) and not is_clash(error):
        raise Unavailable(f"the database does not answer ({trouble(error)})") from error


def is_clash(error: BaseException) -> bool:
    """Whether a constraint refused a row for what another row says.

    A value that is missing is no clash: this process knows less columns than the tables have, for
    a later release has brought them up to date while this one still runs.
    """
    return isinstance(error, IntegrityError) and trouble(error) not in _MISSING


def trouble(error: BaseException) -> str:
    """What the driver calls it, SQLITE_FULL or PostgreSQL's 53100; never its message."""
    cause: Any = getattr(error, "orig", None) or error
    name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return str(name or type(error).__name__)
