"""One client of a worker: the wire, how long it may take, and what is waited for on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from gunicorn import http
from gunicorn.workers.gthread import TConn

from service.callers import network
from service.serving.wire import Wire

HEAD_SECONDS: Final = 10.0
BODY_SECONDS: Final = 20.0
LEAST_RATE: Final = 4096
"""Bytes a second: who sends or takes less has `BODY_SECONDS` and no more."""
_REASONS: Final = {
    400: "Bad Request",
    408: "Request Timeout",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}

Callback = Callable[["Connection"], None]


class Connection(TConn):  # type: ignore[misc]
    """One client: its wire, and what this worker waits for on it."""

    sock: Wire

    def __init__(self, cfg: Any, wire: Wire, client: Any, server: Any) -> None:
        super().__init__(cfg, wire, client, server)
        self.parser = http.get_parser(cfg, wire, client)
        self.network = network(client[0])
        self.counted = 0
        self.since = self.deadline = 0.0
        self.is_leaving = False
        self.discards = False
        self.callback: Callback | None = None  # what the loop's poller is asked for

    def waits(self, seconds: float) -> None:
        """A new wait begins, which may take so long."""
        self.since = time.monotonic()
        self.deadline = self.since + seconds

    def is_overdue(self, now: float) -> bool:
        return now > self.deadline

    def waits_for_more(self) -> None:
        """The same wait goes on: how long it may take in all follows from what has come."""
        came = len(self.sock.inbox)
        seconds = BODY_SECONDS + came / LEAST_RATE if self.sock.has_head else HEAD_SECONDS
        self.deadline = self.since + seconds

    def waits_for_taking(self) -> None:
        """A new wait, for the client to take what is to be sent."""
        self.waits(BODY_SECONDS + len(self.sock.outbox) / LEAST_RATE)


def plain_answer(status: int, text: str) -> bytes:
    """An answer from before or after the app, which repeats nothing of the request."""
    body = f"{text}\n".encode()
    retry = "Retry-After: 5\r\n" if status == 503 else ""
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nConnection: close\r\n{retry}"
    head += f"Content-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
