"""Clients who dawdle, flood and lie, against the real service, alone and behind nginx.

Every shape of `tests/hostile.py` is sent to both, then each attack goes on for some seconds while
an ordinary client keeps posting comments beside it. It prints and writes what was answered, what
became of the ordinary client, and what the workers' memory did. Nothing may be a 5xx but nginx's
own 501 and 505 and, under a flood, the stated 503; no answer may reach anybody else.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import requests

from benchmarks.throughput import ROOT
from tests import hostile
from tests.doubles import COMMENT
from tests.proxy import NGINX, proxy
from tests.running import Service, saring

SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))
CONNECTIONS = 500
CROWD = 8
RESULTS = ROOT / "benchmarks" / "results" / "hostile.md"
PROXYS_OWN = {501, 505}
Attack = Callable[[int, float], None]
POST = b"POST /v1/comments HTTP/1.1\r\nHost: x\r\n"


class Ordinary(threading.Thread):
    """Posts one comment after another, each on a connection of its own; a failure is remembered."""

    def __init__(self, address: str, key: str) -> None:
        super().__init__()
        self.took: list[float] = []
        self.failed: list[str] = []
        self._post = (f"{address}/v1/comments", {"Authorization": f"Bearer {key}"})
        self._ended = threading.Event()

    def run(self) -> None:
        """Until it is stopped."""
        url, headers = self._post
        while not self._ended.is_set():
            body = {**COMMENT, "content": f"Semoga berhasil {time.monotonic_ns()}"}
            start = time.perf_counter()
            try:
                answer = requests.post(url, json=body, headers=headers, timeout=10)
            except requests.RequestException as error:
                self.failed.append(type(error).__name__)
            else:
                self.took.append(time.perf_counter() - start)
                if answer.status_code != 201:
                    self.failed.append(str(answer.status_code))
            self._ended.wait(0.02)

    def stop(self) -> None:
        """Finish the request that is under way."""
        self._ended.set()
        self.join()


def dripping(first: bytes, drop: bytes) -> Attack:
    """Open connections, send a beginning, then a drop on each every second; replace closed ones."""

    def attack(port: int, until: float) -> None:
        opened: list[socket.socket] = []
        while time.monotonic() < until:
            while len(opened) < CONNECTIONS and time.monotonic() < until:
                with contextlib.suppress(OSError):
                    one = connected(port)
                    one.sendall(first)
                    opened.append(one)
            opened = [one for one in opened if _sends(one, drop)]
            time.sleep(1)
        for one in opened:
            one.close()

    return attack


def _sends(one: socket.socket, drop: bytes) -> bool:
    try:
        one.sendall(drop)
    except OSError:
        one.close()
        return False
    return True


def over_and_over(*pieces: bytes) -> Attack:
    """Send these, wait for a word, and begin again, on `CROWD` connections at once."""

    def one(port: int, until: float) -> None:
        while time.monotonic() < until:
            with contextlib.suppress(OSError), connected(port) as connection:
                for piece in pieces:
                    connection.sendall(piece)
                connection.recv(1)

    def attack(port: int, until: float) -> None:
        crowd = [threading.Thread(target=one, args=(port, until)) for _ in range(CROWD)]
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join()

    return attack


def connected(port: int) -> socket.socket:
    """A connection from another address than the ordinary client's."""
    return socket.create_connection(("127.0.0.1", port), 2, source_address=("127.0.0.2", 0))


def attacks(key: str) -> dict[str, Attack]:
    """What goes on for a while, by name."""
    bodies = hostile.bodies(key)
    openapi = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    return {
        "nobody": lambda _port, until: time.sleep(max(0.0, until - time.monotonic())),
        f"{CONNECTIONS} that say nothing": dripping(b"", b""),
        f"{CONNECTIONS} heads, a byte a second": dripping(POST + b"X: ", b"x"),
        f"{CONNECTIONS} bodies, a byte a second": dripping(
            POST + b"Content-Length: 9000\r\n\r\n{", b" "
        ),
        f"{CONNECTIONS} chunks, a byte a second": dripping(
            POST + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n", b" "
        ),
        f"{CONNECTIONS} that read nothing": dripping(openapi * 20, b""),
        "bodies of 100 MB": over_and_over(*hostile.large(key, 100)["100 MB, length told"]),
        "chunks of one byte": over_and_over(*hostile.large(key, 5)["100,000 chunks of one byte"]),
        "100,000 fields": over_and_over(hostile.heads()["100,000 fields"]),
        "1,000 requests in one piece": over_and_over(
            b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" * 1_000
        ),
        "JSON 100,000 deep": over_and_over(bodies["JSON 100,000 deep"]),
        "a form of backslashes": over_and_over(bodies["a form of backslashes"]),
    }


def under(attack: Attack, address: str, key: str) -> Ordinary:
    """The ordinary client while an attack goes on, from a process that leaves it the processor."""

    def run() -> None:
        os.nice(10)
        attack(int(address.rpartition(":")[2]), time.monotonic() + SECONDS)

    attacker = multiprocessing.get_context("fork").Process(target=run)
    attacker.start()
    client = Ordinary(address, key)
    client.start()
    attacker.join()
    client.stop()
    return client


def resident(service: Service) -> int:
    """Megabytes that the workers hold, without what they share with files."""
    pages = [Path(f"/proc/{pid}/statm").read_text().split() for pid in service.workers()]
    return sum((int(page[1]) - int(page[2])) * 4096 for page in pages) >> 20


def probe(address: str, key: str) -> list[str]:
    """Twelve requests with answers of their own; what came to whom it was not for."""
    wrong = []
    for count in range(1, 13):
        answer = requests.post(
            f"{address}/v1/score", json={"contents": ["halo"] * count},
            headers={"Authorization": f"Bearer {key}"}, timeout=10,
        )  # fmt: skip
        if answer.status_code != 200 or len(answer.json()["results"]) != count:
            wrong.append(f"{count}: {answer.status_code}")
    return wrong


def shapes(doors: dict[str, str], key: str) -> tuple[list[str], list[str]]:
    """A line for every shape with what each door answered, and what must not be."""
    lines = ["| shape | " + " | ".join(doors) + " |", "| --- |" + " --- |" * len(doors)]
    bad: list[str] = []
    made = hostile.framings(key) | hostile.heads() | hostile.bodies(key)
    for name, sent in made.items():
        told = {}
        for door, address in doors.items():
            told[door] = hostile.statuses(int(address.rpartition(":")[2]), [sent], 2)
            bad += [f"{name}, {door}: {s}" for s in told[door] if s >= 500 and s not in PROXYS_OWN]
            bad += [f"{name}, {door}: {wrong}" for wrong in probe(address, key)]
        cells = [", ".join(map(str, found)) or "closed" for found in told.values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines, bad


def main() -> None:
    """Drill, print and write it down; fail where something broke."""
    lines: list[str] = []
    bad: list[str] = []
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        here = Path(directory)
        service = Service(here / "service")
        stack.callback(service.kill)
        service.start()
        saring("site", "set", "default", "author_per_minute=0", home=service.home)
        workers = service.workers()
        doors = {"alone": service.address}
        if NGINX:
            doors["behind nginx"] = stack.enter_context(proxy(here / "proxy", [service.port]))
        told, bad = shapes(doors, service.key)
        lines += ["## Shapes and their answers", "", *told, ""]
        lines += [
            f"## The ordinary client beside {SECONDS:g} seconds of each attack", "",
            "| attack | door | answered | median ms | slowest ms | failed | workers' MB |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]  # fmt: skip
        for name, attack in attacks(service.key).items():
            for door, address in doors.items():
                client = under(attack, address, service.key)
                took = [seconds * 1000 for seconds in client.took] or [float("inf")]
                failed = ", ".join(sorted(set(client.failed))) or "0"
                lines.append(
                    f"| {name} | {door} | {len(client.took)} | {median(took):.0f} "
                    f"| {max(took):.0f} | {failed} | {resident(service)} |"
                )
                print(lines[-1], flush=True)
                bad += [f"{name}, {door}: {what}" for what in set(client.failed) - {"503"}]
        if service.workers() != workers:
            bad.append("a worker died")
        if "Traceback" in service.said():
            bad.append("the service said: " + service.said()[-2000:])
    command = "`python -m benchmarks hostile`; what must not be: " + (", ".join(bad) or "nothing")
    RESULTS.write_text("\n".join(["# Hostile clients", "", command, "", *lines, ""]))
    print(json.dumps(bad))
    if bad:
        sys.exit("something broke")


if __name__ == "__main__":
    main()
