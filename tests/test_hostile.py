"""Clients who dawdle, lie and overdo it, on real sockets: nobody else notices.

`python -m benchmarks hostile` is the same with more of everything, also through nginx.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import struct
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import requests

from service.serving.reception import MOST_CONNECTIONS
from tests import hostile
from tests.running import Service

POST = b"POST /v1/comments HTTP/1.1\r\nHost: x\r\n"
SLOW = {
    "nothing": b"",
    "part of a head": POST + b"X-Slow: ",
    "part of a body": POST + b"Content-Length: 9000\r\n\r\n{",
    "part of a chunk": POST + b"Transfer-Encoding: chunked\r\n\r\nfff\r\nx",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator[Service]:
    """One worker of one thread: a single thread that is kept would be noticed."""
    made = Service(tmp_path_factory.mktemp("hostile"), workers="1", threads="1").start()
    yield made
    made.kill()


@contextlib.contextmanager
def clients(service: Service, sent: bytes, count: int) -> Iterator[Sequence[socket.socket]]:
    with contextlib.ExitStack() as stack:
        opened = []
        for _ in range(count):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", service.port), 10))
            one.sendall(sent)
            opened.append(one)
        yield opened


def others_are_served(service: Service) -> None:
    for _ in range(5):
        assert requests.get(f"{service.address}/healthz", timeout=5).status_code == 200


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
def test_who_sends_slowly_keeps_nobody_waiting(service, sent):
    with clients(service, sent, 20) as slow:
        others_are_served(service)
        for one in slow[:3]:
            one.sendall(b"z")
        others_are_served(service)


def test_who_reads_slowly_keeps_nobody_waiting(service):
    """Answers of megabytes are asked for and not taken."""
    asked = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 100
    with clients(service, asked, 5):
        time.sleep(0.3)
        others_are_served(service)


def test_who_sends_slowly_is_answered_in_the_end(service):
    with clients(service, POST + b"Content-Length: 2\r\n\r\n", 1) as (one,):
        time.sleep(0.2)
        one.sendall(b"{")
        time.sleep(0.2)
        one.sendall(b"}")
        assert one.recv(100).startswith(b"HTTP/1.1 401 ")


def test_who_waits_longest_gives_way(service):
    """More connections than there is room for: each new one is served."""
    with clients(service, POST, 1100) as slow:
        others_are_served(service)
        slow[0].settimeout(2)
        with contextlib.suppress(ConnectionResetError):
            assert slow[0].recv(1) == b""


def test_who_is_busy_is_alive(service):
    """All threads wait for the database, five seconds for each request; a supervisor that heard
    nothing meanwhile would kill them."""
    body = b"author_name=Budi&author_email=budi%40example.com&content=Sibuk"
    post = form(service, f"Content-Length: {len(body)}") + body
    with contextlib.closing(sqlite3.connect(service.home / "saring.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with clients(service, post, 10):
            time.sleep(0.3)
            for _ in range(20):
                others_are_served(service)


@contextlib.contextmanager
def asleep(service: Service) -> Iterator[None]:
    """The worker finds at once what comes meanwhile, and must be the same afterwards."""
    (worker,) = service.workers()
    os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker, signal.SIGCONT)
    others_are_served(service)
    assert service.workers() == [worker]


def test_who_gives_way_while_they_speak(service):
    """The poller reports a new connection, and in the same breath the one that must go for it."""
    with clients(service, POST, MOST_CONNECTIONS) as slow:
        time.sleep(0.5)  # all of them are in
        with asleep(service), clients(service, POST, 1):
            slow[0].sendall(b"X: y\r\n")


def test_who_is_gone_before_the_word_to_go_on(service):
    """They cannot be told to, and what they sent meanwhile is refused."""
    crumbs = b"1\r\nx\r\n" * 25_000
    with asleep(service), clients(service, b"", 1) as (one,):
        fields = b"Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
        one.sendall(POST + fields + crumbs)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset


def form(service: Service, *fields: str) -> bytes:
    lines = ["POST /v1/comments HTTP/1.1", "Host: x", f"Authorization: Bearer {service.key}"]
    lines += ["Content-Type: application/x-www-form-urlencoded", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def test_half_a_form_is_no_comment(service):
    """Its sender is gone, and would send it again whole."""
    body = b"author_name=Budi&author_email=budi%40example.com&content=Saya+mau+bilang+ba"
    assert b" 400 " in service.raw(form(service, "Content-Length: 500") + body).splitlines()[0]
    half = form(service, "Transfer-Encoding: chunked") + b"%x\r\n%b" % (500, body)
    assert b" 400 " in service.raw(half).splitlines()[0]


def test_a_form_in_chunks_is_not_cut_at_the_limit(service):
    body = b"author_name=Budi&author_email=budi%40example.com&content=Halo&other=" + b"x" * 600_000
    sent = form(service, "Transfer-Encoding: chunked") + b"%x\r\n%b\r\n0\r\n\r\n" % (
        len(body),
        body,
    )
    assert b" 413 " in service.raw(sent).splitlines()[0]


NAMES = {
    "framings": list(hostile.framings("0" * 40)),
    "heads": list(hostile.heads()),
    "bodies": list(hostile.bodies("0" * 40)),
}
# A field with an underscore is none of HTTP's: this one is a plain request, and so is the next.
TWO_REQUESTS = {"TE with underscore"}


@pytest.fixture(scope="module")
def shapes(service) -> dict[str, bytes]:
    made = hostile.framings(service.key) | hostile.heads() | hostile.bodies(service.key)
    assert list(made) == [name for names in NAMES.values() for name in names]
    return made


@pytest.mark.parametrize("name", NAMES["framings"])
def test_no_second_request_is_found_in_one(service, shapes, name):
    """Read in one way only: refused, and whatever is behind it with it."""
    told = hostile.statuses(service.port, [shapes[name]], 1)
    assert told[:1] in ((400,), (413,), (422,))
    assert len(told) == (2 if name in TWO_REQUESTS else 1)


@pytest.mark.parametrize("name", [*NAMES["heads"], *NAMES["bodies"]])
def test_no_shape_is_a_crash(service, shapes, name):
    told = hostile.statuses(service.port, [shapes[name]], 1)
    assert told or name == "bare CR"  # which is a line without an end, and has ten seconds
    assert all(status < 500 for status in told)


def test_after_all_of_this_the_process_is_the_same_and_no_larger(service, shapes):
    """Answers to the largest bodies cost no memory that stays."""

    def resident(pid: int) -> int:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096

    def all_of_them() -> None:
        for body in (*hostile.large(service.key, 30).values(), *([one] for one in shapes.values())):
            hostile.statuses(service.port, body, 0.2)

    all_of_them()
    (worker,) = service.workers()
    before = resident(worker)
    all_of_them()
    assert service.workers() == [worker]
    assert resident(worker) < before + 64_000_000  # what it may hold of what is sent
    others_are_served(service)
    assert "Traceback" not in service.said()
