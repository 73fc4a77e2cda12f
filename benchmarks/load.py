"""A load generator in a process of its own: raw sockets, kept alive, one request in flight on each.

    python -m benchmarks.load HOST:PORT PATH KEY COUNT SECONDS SEED

The path says whose protocol is spoken: ours, Akismet's or Perspective's.
Stops after COUNT requests or SECONDS, whichever is first, and prints one JSON object.
"""

from __future__ import annotations

import json
import random
import selectors
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from urllib.parse import urlencode

CONNECTIONS = 8
WRITTEN = Path(__file__).parent.parent / "training" / "written"
ORDINARY = ("ham_id.jsonl", "ham_en.jsonl")
UNWANTED = ("gambling_id.jsonl", "spam_id_promo.jsonl", "spam_en_promo.jsonl")
UNWANTED_SHARE = 0.2


def texts(*names: str) -> list[str]:
    """The written examples of these files."""
    files = [(WRITTEN / name).read_text(encoding="utf-8") for name in names]
    return [json.loads(line)["text"] for file in files for line in file.split("\n") if line]


def comments(seed: int) -> Iterator[dict[str, str]]:
    """Endless comments, no two alike: four ordinary ones to one that nobody wants."""
    rng = random.Random(seed)
    ordinary, unwanted = texts(*ORDINARY), texts(*UNWANTED)
    while True:
        pool = unwanted if rng.random() < UNWANTED_SHARE else ordinary
        number = rng.randrange(10**9)
        yield {
            "content": f"{_mixed(rng, pool)} {number}",
            "author_name": f"Budi {number % 5000}",
            "author_email": f"budi{number % 5000}@example.com",
            "author_ip": f"203.0.113.{number % 254 + 1}",
            "permalink": f"https://news.example/berita/{number % 300}",
        }


def _mixed(rng: random.Random, pool: list[str]) -> str:
    """Pieces of three texts: written variants of one would be near copies, a wave."""
    pieces = []
    for text in rng.sample(pool, 3):
        words = text.split()
        start = rng.randrange(max(len(words) - 7, 1))
        pieces.append(" ".join(words[start : start + 7]))
    return " ".join(pieces)


def request_bytes(path: str, key: str, comment: dict[str, str]) -> bytes:
    """One HTTP request, whole, as clients of the path's protocol write it."""
    kind = "application/json"
    if path.endswith("/comment-check"):
        kind, body = "application/x-www-form-urlencoded", _akismet(key, comment)
    elif path.endswith(":analyze"):
        path, body = f"{path}?key={key}", _perspective(comment)
    else:
        body = json.dumps(comment, ensure_ascii=False)
    sent = body.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(sent)}\r\n\r\n"
    )
    return head.encode() + sent


def _akismet(key: str, comment: dict[str, str]) -> str:
    form = {"api_key": key, "blog": "https://news.example", "user_ip": comment["author_ip"]}
    form |= {"permalink": comment["permalink"], "comment_content": comment["content"]}
    form |= {"comment_author": comment["author_name"], "comment_type": "comment"}
    return urlencode({**form, "comment_author_email": comment["author_email"]})


def _perspective(comment: dict[str, str]) -> str:
    asked = {"comment": {"text": comment["content"]}, "requestedAttributes": {"TOXICITY": {}}}
    return json.dumps(asked, ensure_ascii=False)


@dataclass
class Line:
    """One connection, with the answer that it is reading."""

    socket: socket.socket
    since: float = 0.0
    read: bytes = b""

    def answer(self) -> bytes | None:
        """The answer's status once all of it is here."""
        head, parted, body = self.read.partition(b"\r\n\r\n")
        if not parted:
            return None
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        return head[9:12] if len(body) >= int(length) else None


def run(bind: str, path: str, key: str, count: int, seconds: float, seed: int) -> dict[str, object]:
    """Send, wait for the answers, and tell how it went."""
    made = comments(seed)
    waiting = [request_bytes(path, key, next(made)) for _ in range(count)]
    host, _, port = bind.partition(":")
    chooser = selectors.DefaultSelector()
    statuses: dict[str, int] = {}
    took: list[float] = []
    start = perf_counter()

    def send(line: Line) -> None:
        line.since, line.read = perf_counter(), b""
        line.socket.sendall(waiting.pop())

    for _ in range(min(CONNECTIONS, count)):
        line = Line(socket.create_connection((host, int(port)), timeout=10))
        chooser.register(line.socket, selectors.EVENT_READ, line)
        send(line)
    while chooser.get_map():
        for key_, _ in chooser.select(timeout=10):
            line = key_.data
            got = line.socket.recv(1 << 16)
            line.read += got
            status = line.answer() if got else b"cut"
            if status is None:
                continue
            took.append(perf_counter() - line.since)
            statuses[status.decode()] = statuses.get(status.decode(), 0) + 1
            if waiting and status != b"cut" and perf_counter() - start < seconds:
                send(line)
            else:
                chooser.unregister(line.socket)
                line.socket.close()
    return {"seconds": perf_counter() - start, "took": took, "statuses": statuses}


if __name__ == "__main__":
    bind, path, key, count, seconds, seed = sys.argv[1:]
    print(json.dumps(run(bind, path, key, int(count), float(seconds), int(seed))))
