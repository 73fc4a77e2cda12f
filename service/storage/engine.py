"""Open the database: SQLite with the pragmas it needs, or PostgreSQL through psycopg 3."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from service.errors import BadSettings, Unavailable
from service.storage.direct import Direct, Wire, Wires, translate
from service.storage.turns import Turns

# The pool reports connections that were lost, with whole statements; what counts is told by us.
logging.getLogger("sqlalchemy.pool").addHandler(logging.NullHandler())
logging.getLogger("sqlalchemy.pool").propagate = False

_BUSY_TIMEOUT: Final = "PRAGMA busy_timeout=5000"
# synchronous=NORMAL in WAL mode: a killed process loses nothing; a power cut may lose the last
# moments but never corrupts (sqlite.org/wal.html). secure_delete overwrites what is erased.
_SQLITE_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    _BUSY_TIMEOUT,
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    # Of each connection: with 32 MB one grew by 35 MB in 10,000 comments, and was no faster.
    "PRAGMA cache_size=-8192",
    # Whenever another process wrote, SQLite forgets its pages: they come back without system calls.
    "PRAGMA mmap_size=1073741824",
    # The housekeeper empties the log; this is for the day on which it cannot.
    "PRAGMA wal_autocheckpoint=16384",
)
_NO_TURN: Final = nullcontext()
_WORTH_STARTING_AGAIN: Final = 2_000  # pages: eight megabytes
# A server that vanished says nothing: without these a request would wait for it for a quarter of
# an hour, which is how long TCP hopes. Milliseconds for the second, else seconds.
_POSTGRESQL_REACH: Final = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


Transaction = Connection
"""What every function of storage takes first; rooms above storage know it by this name."""

Hot = Connection | Wire
"""What the functions take that every comment runs."""


class Database:
    """A pool of connections and the two ways to use it: `begin` to write, `read` to look.

    `begin_directly` and `read_directly` are the same for prepared statements, with a tenth of the
    calls: each thread keeps a connection of its own for them.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._writes = engine.execution_options(saring_begin="BEGIN IMMEDIATE")
        # SQLite has one writer, and who waits for it sleeps and polls: threads queue here instead.
        self._turn = Turns(f"{engine.url.database}-turn") if self.is_sqlite else nullcontext()
        self._wires = Wires(engine)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One write transaction; rolled back on any exception. Database trouble: `Unavailable`."""
        with _translated(), self._turn, self._writes.begin() as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent look at the database. Database trouble is raised as `Unavailable`."""
        with _translated(), self.engine.connect() as tx:
            yield tx

    def begin_directly(self) -> Direct:
        """`begin` for prepared statements."""
        return Direct(self._wires, "BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN", self._turn)

    def read_directly(self) -> Direct:
        """`read` for prepared statements."""
        return Direct(self._wires, "BEGIN", _NO_TURN)

    def checkpoint(self) -> int:
        """Move SQLite's write-ahead log into the file; how many pages, of a log worth moving.

        Left to itself SQLite does it within some comment's commit, which then waits for the disk.
        Most of it is done here beside the writers; only the rest, so that the log can start
        again, keeps them waiting.
        """
        if not self.is_sqlite:
            return 0
        with _translated(), self.engine.connect() as tx:
            driver: Any = tx.connection.driver_connection
            moved = driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[2]
            if moved < _WORTH_STARTING_AGAIN:
                return 0
            driver.execute("PRAGMA busy_timeout=100")  # writers wait as long for a slow reader
            try:
                driver.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
            finally:
                driver.execute(_BUSY_TIMEOUT)
        return int(moved)

    @contextmanager
    def begin_rebuilding(self) -> Iterator[Connection]:
        """A write transaction in which tables may be rebuilt, for migrations.

        SQLite empties a table's children when the table is dropped to be made anew, unless foreign
        keys are off, which can be said outside a transaction only. They are checked at the end.
        """
        if not self.is_sqlite:
            with self.begin() as tx:
                yield tx
            return
        with _translated(), self._turn, self._writes.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    yield connection
                    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                        raise Unavailable("the migration would leave rows without their parents")
            finally:
                driver.execute("PRAGMA foreign_keys=ON")

    def forget_freed_pages(self) -> None:
        """Empty the write-ahead log, so that what was erased is gone from every file.

        `Unavailable` where a reader holds on to the log for longer than the busy timeout.
        """
        clean = "PRAGMA wal_checkpoint(TRUNCATE)" if self.is_sqlite else "VACUUM"
        with _translated(), self.engine.connect() as tx:
            tx.execution_options(isolation_level="AUTOCOMMIT")
            result = tx.execute(text(clean))
            if self.is_sqlite and result.scalar_one():
                raise Unavailable("erased, but the write-ahead log is in use; run this again soon")

    def close(self) -> None:
        """Let every connection go; a forked child calls it before its first use."""
        self._wires.cut_all()
        self.engine.dispose(close=False)


def open_database(
    url: str, *, pool_size: int = 8, statement_seconds: float | None = None
) -> Database:
    """Open a database by URL; nothing is connected yet.

    A statement that takes PostgreSQL longer than `statement_seconds` is `Unavailable`; commands,
    which may have to go through everything, set no such limit.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
            raise ArgumentError("a database in memory would be another one on every connection")
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(
            parsed,
            hide_parameters=True,  # an error message must never quote what people wrote
            pool_size=pool_size,
            pool_use_lifo=True,  # the connection used last still has its pages
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=parsed.get_backend_name() != "sqlite",
            **_driver_options(parsed.get_backend_name()),
        )
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise BadSettings(
            "SARING_DATABASE_URL: not a database address; it takes sqlite:///PATH or "
            "postgresql://USER:PASSWORD@HOST/NAME"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin_sqlite)
    elif statement_seconds:
        _bound(engine, statement_seconds)
    return Database(engine)


def _driver_options(backend: str) -> dict[str, Any]:
    if backend == "sqlite":
        return {"connect_args": {"timeout": 5, "isolation_level": None, "check_same_thread": False}}
    if backend == "postgresql":
        return {"connect_args": dict(_POSTGRESQL_REACH)}
    raise BadSettings(f"SARING_DATABASE_URL: {backend} is not served; take sqlite or postgresql")


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _bound(engine: Engine, seconds: float) -> None:
    """Give up on a statement that takes PostgreSQL longer, also where it does not say so."""
    from service.storage.bounded import bounded

    kind, limit = bounded(seconds), f"SET statement_timeout = {int(seconds * 1000)}"

    def connect(_dialect: Any, _record: Any, reach: Any, named: Any) -> Any:
        driver = kind.connect(*reach, **named)
        driver.execute(limit)
        driver.commit()  # or a roll-back would take it back
        return driver

    event.listen(engine, "do_connect", connect)


def _begin_sqlite(connection: Connection) -> None:
    # The driver's own BEGIN is deferred: a writer that starts as a reader can be locked out. Ours
    # goes straight to it: through SQLAlchemy it took a tenth of the time of storing a comment.
    driver: Any = connection.connection.driver_connection
    driver.execute(connection.get_execution_options().get("saring_begin", "BEGIN"))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        translate(error)
        raise
