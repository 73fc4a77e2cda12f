"""Backups while it serves, and what a restore does: nothing half, nobody brought back."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from service import upkeep
from service.storage.engine import Database
from tests.clients_at_work import Clients
from tests.running import Service, saring


@pytest.fixture
def service(tmp_path) -> Iterator[Service]:
    made = Service(tmp_path / "service")
    yield made
    made.kill()


def is_whole(file: Path) -> set[str]:
    """A backup's comments; every one with its event and none without, as transactions made them."""
    with sqlite3.connect(file) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
        kept = {name for (name,) in copy.execute("SELECT id FROM comments")}
        told = [name for (name,) in copy.execute("SELECT subject FROM events")]
        assert sorted(told) == sorted(kept)
        last = copy.execute("SELECT max(last_event) FROM sites").fetchone()
        assert last == (len(told),)
    copy.close()
    return kept


def test_backup_under_load_and_restore(service, tmp_path):
    service.start()
    with Clients(service) as clients:
        for number in range(3):
            before = set(clients.kept)
            done = saring("backup", str(tmp_path / f"copy{number}"), home=service.home)
            assert done.returncode == 0, done.stderr
            assert before <= is_whole(tmp_path / f"copy{number}")
        refused = saring("restore", str(tmp_path / "copy0"), home=service.home)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr == "saring: the service runs in this home; stop it first\n"
    assert clients.statuses == {201}
    saved, gone = is_whole(tmp_path / "copy2"), clients.kept[0]
    author = clients.authors[gone]
    saring("forget", "--email-file", "-", home=service.home, stdin=author)
    service.stop()
    restored = saring("restore", str(tmp_path / "copy2"), home=service.home)
    assert restored.stdout.endswith("forgotten again: comments erased: 1, standings erased: 0\n")
    service.start()
    there = {name for name in clients.kept if is_there(service, name)}
    assert there == saved - {gone}


def test_a_backup_of_many_comments_comes_to_an_end(sqlite, tmp_path):
    """SQLite begins a copy anew that is made in pieces, whenever somebody wrote between two."""
    with sqlite.begin() as tx:
        tx.execute(text("CREATE TABLE many (pages BLOB)"))
        tx.execute(text("INSERT INTO many VALUES (zeroblob(40000000))"))
    stopped, copied = Event(), tmp_path / "copy"
    busy = Thread(target=write_until, args=(sqlite, stopped))
    copying = Thread(target=upkeep.backup, args=(sqlite, str(copied)))
    busy.start()
    copying.start()
    copying.join(10)
    is_done = not copying.is_alive()
    stopped.set()
    for thread in (busy, copying):
        thread.join()
    assert is_done
    with closing(sqlite3.connect(copied)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def write_until(database: Database, stopped: Event) -> None:
    while not stopped.wait(0.005):
        with database.begin() as tx:
            tx.execute(text("INSERT INTO many VALUES ('a')"))


@pytest.fixture
def pg(postgres_server: Any) -> Callable[..., None]:
    """PostgreSQL's own commands, of the server's release."""

    def run(command: str, url: str, *arguments: str) -> None:
        line = [postgres_server.bin_path / command, "--dbname", url, *arguments]
        done = subprocess.run(line, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    return run


def stored(url: str) -> set[str]:
    """A PostgreSQL database's comments; every one with its event and none without."""
    with psycopg.connect(url) as connection:
        kept = {name for (name,) in connection.execute("SELECT id FROM comments")}
        told = [name for (name,) in connection.execute("SELECT subject FROM events")]
        last = connection.execute("SELECT max(last_event) FROM sites").fetchone()
    assert (sorted(told), last) == (sorted(kept), (len(told),))
    return kept


def test_dump_under_load_and_restore(
    tmp_path: Path, pg: Callable[..., None], new_postgres_database: Callable[[], str]
) -> None:
    """The same with PostgreSQL's own tools, as docs/operations.md has it."""
    first, second = new_postgres_database(), new_postgres_database()
    dump = str(tmp_path / "saring.dump")
    service = Service(tmp_path / "service", database_url=first).start()
    try:
        with Clients(service) as clients:
            before = set(clients.kept)
            pg("pg_dump", first, "--format=custom", f"--file={dump}")
        assert clients.statuses == {201}
        gone = clients.kept[0]
        author = clients.authors[gone]
        saring("forget", "--email-file", "-", home=service.home, stdin=author, database_url=first)
        service.stop()
        pg("pg_restore", second, "--exit-on-error", "--no-owner", dump)
        saved = stored(second)
        assert {gone, *before} <= saved < set(clients.kept)
        again = saring("forget", "--again", home=service.home, database_url=second)
        assert again.stdout == "comments erased: 1, standings erased: 0\n", again.stderr
        service.settings["database_url"] = second
        service.start()
        assert {name for name in clients.kept if is_there(service, name)} == saved - {gone}
    finally:
        service.kill()


def is_there(service: Service, comment: str) -> bool:
    return service.request("GET", f"/v1/comments/{comment}").status_code == 200
