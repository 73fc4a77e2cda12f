"""Opening a database, and what its troubles are called."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import event, text

from service.errors import BadSettings, Unavailable
from service.storage.engine import open_database


def test_it_works(database):
    with database.read() as tx:
        assert tx.execute(text("SELECT 1")).scalar_one() == 1


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("foreign_keys", 1), ("secure_delete", 1), ("busy_timeout", 5000)],
)
def test_sqlite_is_set_up(sqlite, pragma, value):
    with sqlite.read() as tx:
        assert tx.execute(text(f"PRAGMA {pragma}")).scalar_one() == value


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "saring.db",
        "mysql://u:hunter2@h/n",
        "oracle://u:hunter2@h/n",
        "http://u:hunter2@h/n",
        "sqlite+nosuchdriver:///x",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_a_bad_address_is_refused_without_its_password(url):
    with pytest.raises(BadSettings) as refused:
        open_database(url)
    assert str(refused.value).startswith("SARING_DATABASE_URL: ")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////proc/none/saring.db",
        "postgresql://u:hunter2@127.0.0.1:1/n",
        "postgres://u:hunter2@127.0.0.1:1/n",
    ],
)
@pytest.mark.parametrize("way", ["begin", "read"])
def test_a_database_that_is_not_there_is_unavailable(url, way):
    opened = open_database(url)
    with pytest.raises(Unavailable) as refused, getattr(opened, way)() as tx:
        tx.execute(text("SELECT 1"))
    assert "hunter2" not in str(refused.value)


def test_a_statement_that_fails_is_unavailable_and_quotes_nothing(database):
    with pytest.raises(Unavailable) as refused, database.read() as tx:
        tx.execute(text("SELECT * FROM nowhere WHERE x = :x"), {"x": "budi@example.com"})
    assert "budi" not in f"{refused.value} {refused.value.__cause__}"


def test_a_statement_that_takes_too_long_is_ended_and_its_connection_kept(postgres):
    """By the server itself, which is well: the other bound closes what says nothing."""
    url = postgres.engine.url.render_as_string(hide_password=False)
    database = open_database(url, pool_size=1, statement_seconds=0.2)
    with database.read() as tx:
        server = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
    began = time.monotonic()
    with pytest.raises(Unavailable), database.begin() as tx:
        tx.execute(text("SELECT pg_sleep(20)"))
    assert time.monotonic() - began < 2.0
    with database.read() as tx:
        assert tx.execute(text("SELECT pg_backend_pid()")).scalar_one() == server
    database.engine.dispose()


def test_a_full_pool_is_unavailable(database_url):
    opened = open_database(database_url, pool_size=1)
    opened.engine.pool._timeout = 0.01
    with opened.read() as held:
        held.execute(text("SELECT 1"))
        with pytest.raises(Unavailable), opened.read() as tx:
            tx.execute(text("SELECT 1"))
    opened.engine.dispose()


def test_writers_wait_for_each_other(database):
    """Many threads add one to a number that each reads first: no update is lost or refused."""
    with database.begin() as tx:
        tx.execute(text("CREATE TABLE counter (n INTEGER)"))
        tx.execute(text("INSERT INTO counter VALUES (0)"))

    def add() -> None:
        for _ in range(10):
            with database.begin() as tx:
                tx.execute(text("UPDATE counter SET n = n + 1"))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.begin() as tx:
        assert tx.execute(text("SELECT n FROM counter")).scalar_one() == 40
        tx.execute(text("DROP TABLE counter"))


def test_forgetting_empties_the_log(sqlite, tmp_path):
    with sqlite.begin() as tx:
        tx.execute(text("CREATE TABLE kept (word TEXT)"))
        tx.execute(text("INSERT INTO kept VALUES ('a word to be forgotten')"))
    with sqlite.begin() as tx:
        tx.execute(text("DELETE FROM kept"))
    files = list(tmp_path.glob("saring.db*"))
    assert any(b"to be forgotten" in file.read_bytes() for file in files)
    sqlite.forget_freed_pages()
    assert not any(b"to be forgotten" in file.read_bytes() for file in files)


def test_forgetting_says_so_where_the_log_is_in_use(sqlite):
    """A reader that looks at an old state keeps the log from being emptied."""
    event.listen(sqlite.engine, "connect", lambda db, _: db.execute("PRAGMA busy_timeout=1"))
    with sqlite.begin() as tx:
        tx.execute(text("CREATE TABLE kept (word TEXT)"))
    with sqlite.read() as reader:
        reader.execute(text("SELECT * FROM kept")).all()
        with sqlite.begin() as tx:
            tx.execute(text("INSERT INTO kept VALUES ('later')"))
        with pytest.raises(Unavailable, match="in use"):
            sqlite.forget_freed_pages()


def test_forgetting_on_postgresql(postgres):
    postgres.forget_freed_pages()


def test_a_checkpoint_moves_the_log_into_the_file(sqlite, tmp_path):
    with sqlite.begin() as tx:
        tx.execute(text("CREATE TABLE big (body TEXT)"))
        tx.execute(text("INSERT INTO big VALUES (:body)"), {"body": "x" * 12_000_000})
    log = tmp_path / "saring.db-wal"
    before = log.stat().st_size
    assert sqlite.checkpoint() > 2_000
    with sqlite.begin() as tx:
        tx.execute(text("INSERT INTO big VALUES ('more')"))
    assert log.stat().st_size == before, "the log started again from its beginning"
    assert sqlite.checkpoint() == 0, "a short log is left as it is"


def test_a_checkpoint_does_not_wait_long_for_a_reader(sqlite):
    with sqlite.begin() as tx:
        tx.execute(text("CREATE TABLE big (body TEXT)"))
    with sqlite.read() as reader:
        reader.execute(text("SELECT count(*) FROM big")).all()
        with sqlite.begin() as tx:
            tx.execute(text("INSERT INTO big VALUES (:body)"), {"body": "x" * 12_000_000})
        began = time.monotonic()
        sqlite.checkpoint()
        assert time.monotonic() - began < 3, "the busy timeout of writers is five seconds"
    assert sqlite.checkpoint() > 2_000


def test_postgresql_minds_its_own_log(postgres):
    assert postgres.checkpoint() == 0
