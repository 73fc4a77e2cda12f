"""Statements of the hot path: written as all others, compiled once, sent straight to the driver.

SQLAlchemy spends 50 to 200 microseconds on each execution of a statement that the database answers
in ten. What every comment runs is compiled once for each kind of database instead; from then on
a run costs the conversion of its values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Executable, Float
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from service.storage.direct import Wire
from service.storage.tables import UtcDateTime

_DOUBLE: Final = 701  # as psycopg reads a Float column on PostgreSQL; SQLAlchemy must be told
Convert = Callable[[Any], Any] | None
_MOMENTS: Final[dict[str, Any]] = {}
"""By kind of database what turns a moment into the driver's; one comment binds one ten times."""


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement in one dialect: where each value goes, and what turns it into the driver's."""

    sql: str
    values: tuple[tuple[str, Any, Convert], ...]
    results: tuple[tuple[int, Callable[[Any], Any]], ...]
    positional: bool

    def bound(self, given: Mapping[str, Any]) -> Any:
        """The driver's parameters; a value that is not given is the statement's own."""
        if self.positional:
            return [
                given.get(name, own) if convert is None else convert(given.get(name, own))
                for name, own, convert in self.values
            ]
        return {
            name: given.get(name, own) if convert is None else convert(given.get(name, own))
            for name, own, convert in self.values
        }

    def read(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """A driver's row with dates, booleans and JSON as Python has them."""
        if not self.results:
            return tuple(row)
        values = list(row)
        for place, convert in self.results:
            values[place] = convert(values[place])
        return tuple(values)


class Prepared:
    """One statement. ``columns``: those that an insert sets, all of them; it knows no defaults."""

    def __init__(self, statement: Executable, columns: Sequence[str] | None = None) -> None:
        self._statement: Any = statement
        self._columns = columns
        self._forms: dict[str, _Form] = {}

    def rows(self, tx: Connection | Wire, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """What it selects or returns."""
        form = self._form(tx.dialect)
        return [form.read(row) for row in self._run(tx, form, values).fetchall()]

    def first(self, tx: Connection | Wire, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row, or None."""
        form = self._form(tx.dialect)
        row = self._run(tx, form, values).fetchone()
        return None if row is None else form.read(row)

    def run(self, tx: Connection | Wire, values: Mapping[str, Any]) -> int:
        """How many rows it changed."""
        form = self._form(tx.dialect)
        return int(self._run(tx, form, values).rowcount)

    def _run(self, tx: Connection | Wire, form: _Form, values: Mapping[str, Any]) -> Any:
        """The driver's cursor; its errors are raised as SQLAlchemy does, without the values."""
        driver: Any = tx.driver if isinstance(tx, Wire) else tx.connection.driver_connection
        base = tx.dialect.loaded_dbapi.Error
        try:
            return driver.execute(form.sql, form.bound(values))
        except base as error:
            raise DBAPIError.instance(
                form.sql, None, error, base, hide_parameters=True, dialect=tx.dialect
            ) from error

    def _form(self, dialect: Dialect) -> _Form:
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = self._compiled(dialect)
        return form

    def _compiled(self, dialect: Dialect) -> _Form:
        compiled: SQLCompiler = self._statement.compile(dialect=dialect, column_keys=self._columns)
        own, binds = compiled.params, compiled.binds
        names = compiled.positiontup if compiled.positional else list(own)
        values = tuple((name, own[name], _to_driver(binds[name], dialect)) for name in names or ())
        readers = (_from_driver(entry.type, dialect) for entry in compiled._result_columns)
        results = tuple((place, read) for place, read in enumerate(readers) if read)
        return _Form(str(compiled), values, results, compiled.positional)


def _to_driver(bind: Any, dialect: Dialect) -> Convert:
    found: Convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if found and isinstance(bind.type, UtcDateTime):
        found = _MOMENTS.setdefault(dialect.name, lru_cache(maxsize=64)(found))
    return found


def _from_driver(kind: Any, dialect: Dialect) -> Convert:
    code = _DOUBLE if isinstance(kind, Float) else None
    found: Convert = kind.dialect_impl(dialect).result_processor(dialect, code)
    return found
