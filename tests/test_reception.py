"""The limits of docs/operations.md on what waits, in a worker whose clock is the test's."""

from __future__ import annotations

import logging
import os
import selectors
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.workers.gthread import ThreadWorker

from service import turns
from service.serving import connection, reception
from service.serving.reception import PatientWorker

POST = b"POST /v1/comments HTTP/1.1\r\nHost: x\r\n"
Client = Callable[..., socket.socket]


class Room:
    """A worker that takes what comes, hands it to threads that never answer, and is not running."""

    def __init__(self, listener: socket.socket) -> None:
        self.now, self.listener = 1000.0, listener
        config = Config()
        config.set("threads", 1)
        log = logging.getLogger("gunicorn")
        self.worker = PatientWorker(1, os.getppid(), [listener], None, 30, config, log)
        self.worker.poller = selectors.DefaultSelector()
        self.worker.tpool = self
        self.with_threads: list[connection.Connection] = []
        self.worker.init_process()

    def submit(self, _handle: Callable[..., bool], conn: connection.Connection) -> Future[bool]:
        self.with_threads.append(conn)
        return Future()

    def time(self) -> float:
        return self.now

    def look(self, later: float = 0.0) -> None:
        """What it does in a moment, so many seconds later."""
        self.now += later
        self.worker.wait_for_and_dispatch_events(timeout=0.02)
        self.worker.wait_for_and_dispatch_events(timeout=0.02)
        self.worker.murder_keepalived()

    def close(self) -> None:
        self.worker.murder_keepalived(force=True)
        for conn in (
            *self.with_threads,
            *(self.worker.whole.take() for _ in range(len(self.worker.whole))),
        ):
            conn.close()
        self.worker.poller.close()
        self.worker.tmp.close()
        self.worker.aside.shutdown()


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setattr(ThreadWorker, "init_process", lambda _worker: None)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        made = Room(listener)
        for module in (connection, reception):
            monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=made.time))
        yield made
        made.close()


@pytest.fixture
def client(room: Room) -> Iterator[Client]:
    """Connects and sends something."""
    with ExitStack() as stack:

        def connect(sent: bytes = b"") -> socket.socket:
            one = stack.enter_context(socket.create_connection(room.listener.getsockname()))
            one.sendall(sent)
            room.worker.accept(room.listener)
            room.look()
            one.setblocking(False)
            return one

        yield connect


def waits(one: socket.socket) -> bool:
    try:
        one.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    return False


def told(one: socket.socket) -> bytes:
    """All that it was sent."""
    one.settimeout(5)
    got = b""
    while more := one.recv(65_536):
        got += more
    return got


def test_who_says_nothing_is_let_go_after_ten_seconds(room: Room, client: Client) -> None:
    silent = client()
    room.look(9.5)
    assert waits(silent)
    room.look(1.0)
    assert told(silent) == b""


def test_a_head_has_ten_seconds_whatever_drips(room: Room, client: Client) -> None:
    slow = client(POST)
    room.look(9.5)
    slow.sendall(b"X: y")
    room.look()
    assert waits(slow)
    room.look(1.0)
    assert told(slow).startswith(b"HTTP/1.1 408 ")


def test_a_body_has_twenty_seconds_and_one_for_each_four_kilobytes(
    room: Room, client: Client
) -> None:
    slow = client(POST + b"Content-Length: 99999\r\n\r\n" + bytes(8192 - len(POST) - 25))
    room.look(21.5)
    assert waits(slow)
    room.look(1.0)
    assert told(slow).startswith(b"HTTP/1.1 408 ")


def test_the_largest_goes_when_memory_is_short(
    room: Room, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "MOST_BYTES_HELD", 200_000)
    head = POST + b"Content-Length: 999999\r\n\r\n"
    small, large = client(head + bytes(90_000)), client(head + bytes(150_000))
    for _ in range(8):
        room.look()
    assert waits(small)
    answer = told(large)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: " in answer


def test_who_has_the_most_waiting_is_sent_away(
    room: Room, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "MOST_WAITING", 3)
    whole = [client(POST + b"Content-Length: 0\r\n\r\n") for _ in range(6)]
    assert all(waits(one) for one in whole[:5])  # two with the thread, three in the queue
    answer = told(whole[5])
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: " in answer
