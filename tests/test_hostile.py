"""Clients who dawdle, lie and overdo it, on real sockets: nobody else notices.

`python -m benchmarks hostile` is the same with more of everything, also through nginx.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator, Sequence

import pytest
import requests

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
        assert requests.get(f"{service.address}/healthz", timeout=2).status_code == 200


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
