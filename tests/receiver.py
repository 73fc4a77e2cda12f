"""A site's own server, as a webhook finds it: a real one, on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[dict[str, Any]], int]


class Receiver:
    """Keeps what it was told, and answers as the test says."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.answer: Answer = lambda _event: 204
        self.more: dict[str, str] = {}
        self.lock = threading.Lock()
        self.under_way: set[str] = set()
        self.twice_at_once: list[str] = []
        self.url = ""

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """One message; whether the same one is on its way twice is noticed here."""
        event = json.loads(body)
        with self.lock:
            if event["id"] in self.under_way:
                self.twice_at_once.append(event["id"])
            self.under_way.add(event["id"])
        status = self.answer(event)
        with self.lock:
            self.under_way.discard(event["id"])
            if 200 <= status < 300:
                self.told.append(event)
            self.headers.append(headers)
            self.bodies.append(body)
        return status


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens until the block ends."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            names = {name.lower(): value for name, value in self.headers.items()}
            status = receiver.take(names, body)
            try:
                self.send_response(status)
                for name, value in receiver.more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                return  # whoever asked was killed meanwhile

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook?x=1"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
