"""Where the time of `POST /v1/comments` goes: its phases, and what the signals add to the whole.

One thread, no server: WSGI calls of the whole application on SQLite, and of the bare Flask echo
as the peer, in alternating rounds on the same comments. Processor time, medians of the rounds.
Without signals nothing is gathered around a comment and no check is made; the model, the policy
and the write stay.
"""

from __future__ import annotations

import io
import itertools
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any
from unittest import mock

from flask import Flask

from benchmarks.echo import create_echo
from benchmarks.load import comments
from service import checks
from service.access import Access
from service.app import create_app
from service.checks.sketch import Sketch
from service.comments import History, utc_now
from service.metrics import Metrics
from service.settings import Settings
from service.storage.engine import open_database
from service.storage.migrate import migrate
from service.surroundings import Surroundings

RESULTS = Path(__file__).parent / "results"
ROUNDS = 40
COUNT = 25
SECRET = b"a secret of thirty-two bytes, for benchmarks"


class PhaseMeter(Metrics):
    """The service's metrics, which also keep what each phase took."""

    def __init__(self) -> None:
        super().__init__(shared=False)
        self.phases: dict[str, float] = defaultdict(float)

    def phase(self, name: str, seconds: float) -> None:
        """Count it twice."""
        super().phase(name, seconds)
        self.phases[name] += seconds


def service(home: Path) -> tuple[Flask, str, PhaseMeter]:
    """The application on a database of its own, with a site's key."""
    url = f"sqlite:///{home / 'saring.db'}"
    database = open_database(url)
    migrate(database)
    key = Access(database, SECRET, utc_now).add_site("bench").key
    database.close()
    settings = replace(Settings(), home=home, database_url=url, secret=SECRET)
    meter = PhaseMeter()
    return create_app(settings, metrics=meter), key, meter


def call(app: Flask, path: str, key: str, bodies: Iterable[bytes]) -> float:
    """Post each body; microseconds of processor time for each. Any refusal ends the benchmark."""
    answers: list[str] = []

    def start(status: str, _headers: Any, _info: Any = None) -> Callable[[bytes], object]:
        answers.append(status)
        return lambda _: None

    requests = [_environ(path, key, body) for body in bodies]
    began = thread_time()
    for environ in requests:
        b"".join(app(environ, start))
    spent = (thread_time() - began) / len(requests) * 1e6
    if any(not status.startswith("20") for status in answers):
        sys.exit(f"{path} answered {set(answers)}")
    return spent


def calls(app: Flask, path: str, key: str, bodies: Iterable[bytes]) -> float:
    """How many Python functions one request calls, on average: the same on every machine."""
    counted = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event == "call"

    kept = list(bodies)
    sys.setprofile(count)
    try:
        call(app, path, key, kept)
    finally:
        sys.setprofile(None)
    return counted / len(kept)


def _environ(path: str, key: str, body: bytes) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST", "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "",
        "SERVER_NAME": "bench", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "bench", "HTTP_AUTHORIZATION": f"Bearer {key}",
        "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }  # fmt: skip


def without_signals() -> AbstractContextManager[object]:
    """Nothing is known of a comment but its text and its scores."""
    alone = Surroundings(History(), (), Sketch((), b""))
    stack = ExitStack()
    stack.enter_context(mock.patch("service.surroundings.gather", return_value=alone))
    stack.enter_context(
        mock.patch.object(checks, "signals", lambda _s, scores, *_: tuple(checks.language(scores)))
    )
    return stack


def main() -> None:
    """Measure, print, and keep it in benchmarks/results/."""
    feed = (json.dumps(comment, ensure_ascii=False).encode() for comment in comments(11))
    spent: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        full, key, meter = service(Path(one))
        bare, bare_key, _ = service(Path(other))
        echo = create_echo()
        call(full, "/v1/comments", key, itertools.islice(feed, 300))
        meter.phases.clear()
        for _ in range(ROUNDS):
            bodies = list(itertools.islice(feed, COUNT))
            spent["whole"].append(call(full, "/v1/comments", key, bodies))
            with without_signals():
                spent["without signals"].append(call(bare, "/v1/comments", bare_key, bodies))
            spent["bare Flask echo"].append(call(echo, "/echo", key, bodies))
        phases = {name: took / ROUNDS / COUNT * 1e6 for name, took in meter.phases.items()}
        bodies = list(itertools.islice(feed, COUNT))
        called = calls(full, "/v1/comments", key, bodies), calls(echo, "/echo", key, bodies)
    _tell(spent, phases, called)


def _tell(
    spent: dict[str, list[float]], phases: dict[str, float], called: tuple[float, float]
) -> None:
    whole, without, echo = (median(took) for took in spent.values())
    pairs = zip(spent["whole"], spent["without signals"], strict=True)
    added = median(a - b for a, b in pairs)
    print(f"whole request {whole:.0f} µs, {whole / echo:.1f} times a bare echo ({echo:.0f} µs)")
    print(f"without signals {without:.0f} µs: they add {added:.0f} µs, {added / whole:.0%} of it")
    print("phases, wall clock: " + ", ".join(f"{n} {took:.0f} µs" for n, took in phases.items()))
    print("calls of Python functions: {:.0f}, of the echo {:.0f}".format(*called))
    RESULTS.mkdir(exist_ok=True)
    kept = {
        "whole_us": round(whole), "without_signals_us": round(without), "echo_us": round(echo),
        "signals_us": round(added), "signals_share": round(added / whole, 3),
        "calls": round(called[0]), "echo_calls": round(called[1]),
        "phases_wall_us": {name: round(took) for name, took in phases.items()},
    }  # fmt: skip
    (RESULTS / "request_cost.json").write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
