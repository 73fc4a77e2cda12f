"""A load generator with a fixed rate, in a process of its own.

    python -m benchmarks.steady HOST:PORT PATH KEY RATE SECONDS SEED

Requests are due at even times whether or not the server keeps up, and each is timed from when it
was due: a server that stalls for a second is charged for every request of that second. Prints one
JSON object: ``answers`` as [due (Unix time), seconds, status, model version].
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass

from benchmarks.load import Line, comments, request_bytes

CONNECTIONS = 32
_GRACE = 20.0
Answer = tuple[float, float, str, str]


@dataclass
class Due:
    """A request and when it was to be sent, by the wall clock."""

    at: float
    sent: bytes


def run(bind: str, path: str, key: str, rate: float, seconds: float, seed: int) -> list[Answer]:
    """Send at this rate for so long; every answer, in the order of their coming."""
    made = comments(seed)
    waiting = [request_bytes(path, key, next(made)) for _ in range(int(rate * seconds))]
    begin = time.time() + 0.2
    due = deque(Due(begin + n / rate, sent) for n, sent in enumerate(waiting))
    host, _, port = bind.partition(":")
    # in turn: one that is left alone for long is closed by the server while we write to it
    free = deque(Line(_connected(host, port)) for _ in range(CONNECTIONS))
    chooser, under_way = selectors.DefaultSelector(), {}
    answers: list[Answer] = []
    end = begin + seconds + _GRACE
    while (due or under_way) and time.time() < end:
        while due and free and due[0].at <= time.time():
            line, one = free.popleft(), due.popleft()
            line.read = b""
            line.socket.sendall(one.sent)
            under_way[line.socket] = (line, one)
            chooser.register(line.socket, selectors.EVENT_READ)
        pause = due[0].at - time.time() if due and free else 0.05
        for chosen, _ in chooser.select(timeout=max(0.0, pause)) if under_way else _slept(pause):
            line, one = under_way[chosen.fileobj]
            got = line.socket.recv(1 << 16)
            line.read += got
            status = line.answer() if got else b"cut"
            if status is None:
                continue
            version = line.read.partition(b'"model_version":')[2].partition(b'"')[2]
            said = version.partition(b'"')[0].decode()
            answers.append((one.at, time.time() - one.at, status.decode(), said))
            chooser.unregister(line.socket)
            del under_way[line.socket]
            if status == b"cut":
                line.socket.close()
                line = Line(_connected(host, port))
            free.append(line)
    lost = [(one.at, end - one.at, "lost", "") for _, one in under_way.values()]
    return answers + lost + [(one.at, end - one.at, "unsent", "") for one in due]


def _connected(host: str, port: str) -> socket.socket:
    return socket.create_connection((host, int(port)), timeout=10)


def _slept(seconds: float) -> list[tuple[selectors.SelectorKey, int]]:
    time.sleep(max(0.0, seconds))
    return []


if __name__ == "__main__":
    bind, path, key, rate, seconds, seed = sys.argv[1:]
    print(json.dumps({"answers": run(bind, path, key, float(rate), float(seconds), int(seed))}))
