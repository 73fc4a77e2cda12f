"""A thread's own connection keeps the promises of the pool's: all or nothing, and a plain refusal
when the database is in trouble."""

from __future__ import annotations

import os
import threading

import pytest
from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from service.errors import Unavailable
from service.storage.direct import Wire
from service.storage.engine import open_database
from service.storage.prepared import Prepared
from service.storage.tables import standings

ADD = Prepared(insert(standings), [column.name for column in standings.c])
FIND = Prepared(
    select(standings.c.standing).where(standings.c.author_key == bindparam("author_key"))
)
ANN = {"author_key": "ann"}


@pytest.fixture
def row(database, clock):
    with database.begin() as tx:
        site = {"id": "s", "name": "kabar", "a": "a", "b": "b", "at": clock().isoformat()}
        tx.execute(
            text(
                "INSERT INTO sites (id, name, key_digest, short_key_digest, coral_generation,"
                " last_event, created_at) VALUES (:id, :name, :a, :b, 0, 0, :at)"
            ),
            site,
        )
    return {**ANN, "site_id": "s", "standing": "trusted", "set_by": "siti", "set_at": clock()}


def test_what_was_written_is_there_for_everybody(database, row):
    with database.begin_directly() as tx:
        assert ADD.run(tx, row) == 1
    with database.read() as tx:
        assert FIND.rows(tx, ANN) == [("trusted",)]
    with database.read_directly() as tx:
        assert FIND.rows(tx, ANN) == [("trusted",)]


def test_an_exception_undoes_everything(database, row):
    with pytest.raises(KeyError), database.begin_directly() as tx:  # noqa: PT012
        ADD.run(tx, row)
        raise KeyError
    with database.read_directly() as tx:
        assert FIND.rows(tx, ANN) == []


def test_a_broken_constraint_is_told_as_such_and_the_next_transaction_works(database, row):
    with database.begin_directly() as tx:
        ADD.run(tx, row)
    with pytest.raises(IntegrityError), database.begin_directly() as tx:  # noqa: PT012
        ADD.run(tx, {**row, "author_key": "bob"})
        ADD.run(tx, row)
    with database.begin_directly() as tx:
        assert FIND.rows(tx, {"author_key": "bob"}) == []
        ADD.run(tx, {**row, "author_key": "bob"})


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, OperationalError], ids=["key", "disk"])
def test_what_could_not_be_committed_is_gone_at_once(database, row, monkeypatch, trouble):
    """Whoever holds the exception holds no lock, and the next transaction does not commit it."""

    def fail(wire, statement):
        if statement == "COMMIT":
            raise trouble("", None, wire.dialect.loaded_dbapi.OperationalError())
        say(wire, statement)

    with database.read_directly() as tx:
        assert FIND.rows(tx, ANN) == []
    say = Wire.say
    monkeypatch.setattr(Wire, "say", fail)
    told = KeyboardInterrupt if trouble is KeyboardInterrupt else Unavailable
    with pytest.raises(told) as held, database.begin_directly() as tx:
        ADD.run(tx, row)
    monkeypatch.undo()
    with database.begin() as other:
        other.execute(text("UPDATE sites SET name = 'lain'"))
    with database.begin_directly() as tx:
        assert FIND.rows(tx, ANN) == []
    assert held.value


def test_each_thread_has_its_own(database, row):
    wires = []

    def look():
        with database.read_directly() as tx:
            wires.append(tx)

    look()
    look()
    other = threading.Thread(target=look)
    other.start()
    other.join()
    assert wires[0] is wires[1]
    assert wires[2] is not wires[0]


def test_a_server_that_hung_up_is_called_again(database, row):
    if database.is_sqlite:
        pytest.skip("there is no server")
    with database.read_directly() as tx:
        [[pid]] = tx.driver.execute("SELECT pg_backend_pid()").fetchall()
    with database.begin() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with database.begin_directly() as tx:
        assert ADD.run(tx, row) == 1


def test_a_server_that_hangs_up_within_a_transaction_is_told_of(database, row):
    if database.is_sqlite:
        pytest.skip("there is no server")
    with pytest.raises(Unavailable), database.begin_directly() as tx:  # noqa: PT012
        ADD.run(tx, row)
        [[pid]] = tx.driver.execute("SELECT pg_backend_pid()").fetchall()
        with database.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with database.read_directly() as tx:
        assert FIND.rows(tx, ANN) == []


def test_a_database_that_cannot_be_opened_is_unavailable_and_keeps_nobody_waiting(tmp_path):
    opened = open_database(f"sqlite:///{tmp_path / 'nowhere' / 'a.db'}")
    for _ in range(2):
        with pytest.raises(Unavailable), opened.begin_directly():
            pass


def test_a_forked_child_opens_its_own(database, row):
    with database.begin_directly() as tx:
        ADD.run(tx, row)
        mine = tx.driver
    child = os.fork()
    if not child:  # pragma: no cover
        database.close()
        with database.read_directly() as tx:
            good = tx.driver is not mine and FIND.rows(tx, ANN) == [("trusted",)]
        os._exit(0 if good else 1)
    assert os.waitpid(child, 0)[1] == 0
    with database.read_directly() as tx:
        assert tx.driver is mine
        assert FIND.rows(tx, ANN) == [("trusted",)]
