"""How long one request takes at each foreign door, as a ratio to a bare Flask JSON echo.

One kept-alive connection, one request at a time, so nothing waits in line. Coral gives Perspective
800 ms and the PyPI client of Akismet one second: the slowest answer and the first one after a
start are told too. Rounds go through all calls in turn, so that a busy machine slows all alike.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from urllib.parse import urlencode

from benchmarks.load import comments
from benchmarks.throughput import ROOT, free_bind, started

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "300"))
SIX = ("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT")
_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Request = tuple[str, bytes, dict[str, str]]


@dataclass
class Call:
    """One kind of request, made anew from a text, and how long each of it took."""

    name: str
    make: Callable[[str], Request]
    line: http.client.HTTPConnection
    took: list[float] = field(default_factory=list)

    def once(self, text: str) -> float:
        """Ask once; milliseconds."""
        path, body, headers = self.make(text)
        start = perf_counter()
        self.line.request("POST", path, body, headers)
        answer = self.line.getresponse()
        said = answer.read()
        took = (perf_counter() - start) * 1000
        if answer.status != 200:
            sys.exit(f"{self.name}: {answer.status} {said[:200]!r}")
        return took


def analyze(key: str, attributes: tuple[str, ...], *, spans: bool) -> Callable[[str], Request]:
    """A request to comments:analyze."""

    def make(text: str) -> Request:
        asked = {
            "comment": {"text": text},
            "requestedAttributes": {name: {} for name in attributes},
            "spanAnnotations": spans,
        }
        return f"/v1alpha1/comments:analyze?key={key}", json.dumps(asked).encode(), _JSON

    return make


def check(key: str) -> Callable[[str], Request]:
    """A request to comment-check: judged and stored."""

    def make(text: str) -> Request:
        form = {
            "api_key": key, "blog": "https://blog.example", "user_ip": "203.0.113.7",
            "comment_author": "Budi", "comment_author_email": f"{random.random()}@example.com",
            "comment_content": text, "permalink": "https://blog.example/?p=4",
        }  # fmt: skip
        return "/1.1/comment-check", urlencode(form).encode(), _FORM

    return make


def echo(text: str) -> Request:
    """A request to the echo."""
    return "/echo", json.dumps({"comment": {"text": text}}).encode(), _JSON


def short(made: object) -> str:
    """A comment of about 130 characters, never the same twice."""
    return str(next(made)["content"])[:130]  # type: ignore[call-overload]


def long(made: object) -> str:
    """Twenty kilobytes of sentences."""
    return ". ".join(short(made) for _ in range(200)).encode()[:20_000].decode(errors="ignore")


def main() -> None:
    """Measure and print."""
    made = comments(1)
    saring = [sys.executable, "-c", "from service.cli import main; main()"]
    with tempfile.TemporaryDirectory() as home:
        here, there = free_bind(), free_bind()
        env = {**os.environ, "SARING_HOME": home, "SARING_BIND": there, "SARING_DEMO": "0"}
        add = [*saring, "site", "add", "bench", "--json"]
        added = subprocess.run(add, cwd=ROOT, env=env, check=True, capture_output=True)
        key = json.loads(added.stdout)["short_key"]
        model = json.loads((ROOT / "models" / "current.json").read_text())["version"]
        echoing = [sys.executable, "-m", "benchmarks.echo", here]
        bare = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": home}
        with started(echoing, here, bare), started([*saring, "serve"], there, env):
            measure(made, here, there, key, model)


def measure(made: object, here: str, there: str, key: str, model: str) -> None:
    """Go round all calls and print what they took."""
    one, six = SIX[:1], SIX
    wanted = [
        ("echo, 130 characters", echo, here, short),
        ("analyze, 130 characters", analyze(key, one, spans=False), there, short),
        ("analyze, six attributes with spans", analyze(key, six, spans=True), there, short),
        ("comment-check, judged and stored", check(key), there, short),
        ("echo, 20 kB", echo, here, long),
        ("analyze, 20 kB", analyze(key, one, spans=False), there, long),
        ("analyze, 20 kB with spans", analyze(key, one, spans=True), there, long),
    ]
    calls = [
        (Call(name, make, http.client.HTTPConnection(bind, timeout=20)), text)
        for name, make, bind, text in wanted
    ]
    first = {call.name: call.once(text(made)) for call, text in calls}
    for _ in range(ROUNDS):
        for call, text in calls:
            call.took.append(call.once(text(made)))
    print(f"model {model}; SQLite; {ROUNDS} rounds; {os.cpu_count()} processors, "
          f"load {os.getloadavg()[0]:.1f}; milliseconds, ratio by medians")  # fmt: skip
    print(f"{'':36}{'first':>8}{'p50':>8}{'p95':>8}{'slowest':>9}{'to echo':>9}")
    for call, text in calls:
        took, peer = sorted(call.took), calls[0][0] if text is short else calls[4][0]
        ratio = median(took) / median(peer.took)
        figures = first[call.name], median(took), took[len(took) * 95 // 100], took[-1]
        print(f"{call.name:36}" + "{:8.1f}{:8.2f}{:8.2f}{:9.1f}".format(*figures) + f"{ratio:9.1f}")


if __name__ == "__main__":
    main()
