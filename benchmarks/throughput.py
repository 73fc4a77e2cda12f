"""Comments judged and stored by three doors, as a share of a bare Flask JSON echo under one server.

The doors are POST /v1/comments, Akismet's comment-check and Perspective's analyze, which stores
nothing. All run through `service.serving.server.Server` with the default workers and threads.
Rounds alternate and the median of their ratios counts, so that a busy machine slows both alike. The
processor time of the workers per request is told too: it minds less what else is running. With
`--keep` the table goes to benchmarks/results/throughput.json, .md and .svg.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

from benchmarks.load import CONNECTIONS, UNWANTED_SHARE
from service.settings import Settings

ROOT = Path(__file__).parent.parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
COUNT = 3000
SECONDS = float(os.environ.get("BENCH_SECONDS", "6"))
RESULTS = Path(__file__).parent / "results"
DOORS = {
    "POST /v1/comments": "/v1/comments",
    "Akismet comment-check": "/1.1/comment-check",
    "Perspective analyze": "/v1alpha1/comments:analyze",
}
FIGURES = ("per_second", "p50_ms", "p99_ms", "processor_ms")
_PHASE = re.compile(r'^saring_phase_seconds_(sum|count)\{phase="(\w+)"\} (\S+)$', re.MULTILINE)


@dataclass(frozen=True)
class Peer:
    """A server under test."""

    name: str
    bind: str
    path: str
    key: str
    master: int

    def workers(self) -> list[int]:
        """Its worker processes."""
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text()
        return [int(pid) for pid in children.split()]

    def processor_seconds(self) -> float:
        """What its workers have used so far."""
        used = 0
        for pid in self.workers():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used += int(fields[11]) + int(fields[12])
        return used / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Round:
    """What one peer did in one round."""

    per_second: float
    p50_ms: float
    p99_ms: float
    processor_ms: float


def one_round(peer: Peer, seed: int) -> Round:
    """Put one peer under load from a process of its own."""
    before = peer.processor_seconds()
    arguments = [peer.bind, peer.path, peer.key, str(COUNT), str(SECONDS), str(seed)]
    command = [sys.executable, "-m", "benchmarks.load", *arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    told = json.loads(done.stdout)
    good = told["statuses"].get("201", 0) + told["statuses"].get("200", 0)
    if good != len(told["took"]):
        sys.exit(f"{peer.name} answered {told['statuses']}")
    used = peer.processor_seconds() - before
    took = sorted(told["took"])
    return Round(
        per_second=good / told["seconds"],
        p50_ms=took[len(took) // 2] * 1000,
        p99_ms=took[len(took) * 99 // 100] * 1000,
        processor_ms=used / good * 1000,
    )


@contextmanager
def started(command: list[str], bind: str, env: dict[str, str]) -> Iterator[int]:
    """A server process, up before the block and gone after it."""
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    host, _, port = bind.partition(":")
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex((host, int(port))) == 0:
                    break
            if process.poll() is not None:
                sys.exit(f"{command} did not start")
            time.sleep(0.1)
        time.sleep(0.5)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)


def free_bind() -> str:
    """A loopback address nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@contextmanager
def peers() -> Iterator[tuple[Peer, ...]]:
    """The echo, and the three doors of the service on a home of its own."""
    saring = [sys.executable, "-c", "from service.cli import main; main()"]
    with tempfile.TemporaryDirectory() as home:
        here, there = free_bind(), free_bind()
        env = {**os.environ, "SARING_HOME": home, "SARING_BIND": there, "SARING_DEMO": "0"}
        bare = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": home}
        add = [*saring, "site", "add", "bench", "--json"]
        added = subprocess.run(add, cwd=ROOT, env=env, check=True, capture_output=True)
        key = json.loads(added.stdout)["key"]
        echo = [sys.executable, "-m", "benchmarks.echo", here]
        with started(echo, here, bare) as one, started([*saring, "serve"], there, env) as two:
            doors = [Peer(name, there, path, key, two) for name, path in DOORS.items()]
            yield (Peer("bare Flask echo", here, "/echo", key, one), *doors)


def phases(peer: Peer) -> dict[str, tuple[float, float]]:
    """Seconds and times of each phase of a comment so far, by the service's own metrics."""
    with urlopen(f"http://{peer.bind}/metrics", timeout=20) as answer:
        told = answer.read().decode()
    found: dict[str, dict[str, float]] = {"sum": {}, "count": {}}
    for kind, phase, value in _PHASE.findall(told):
        found[kind][phase] = float(value)
    return {name: (seconds, found["count"][name]) for name, seconds in found["sum"].items()}


def measured() -> dict[str, Any]:
    """All rounds of all peers, and where the time of the first door goes."""
    with peers() as (echo, *doors):
        for peer in (echo, *doors):
            one_round(peer, seed=0)
        before = phases(doors[0])
        rounds = [[one_round(p, n * 10 + i) for i, p in enumerate((echo, *doors))]
                  for n in range(1, ROUNDS + 1)]  # fmt: skip
        after = phases(doors[0])
    spent = {name: after[name][0] - before.get(name, (0.0, 0))[0] for name in after}
    times = after["decide"][1] - before.get("decide", (0.0, 0))[1]
    return {
        "setting": _setting(),
        "peers": {p.name: _row(rounds, i) for i, p in enumerate((echo, *doors))},
        "phases_ms_each": {name: seconds / times * 1000 for name, seconds in spent.items()},
    }


def _setting() -> str:
    settings = Settings()
    current = settings.models_dir / "current.json"
    model = json.loads(current.read_text())["version"] if current.exists() else "none"
    return (
        f"gunicorn with QuietWorker (gthread) on all, {settings.workers} workers x "
        f"{settings.threads} threads, {CONNECTIONS} kept-alive connections, loopback;\n"
        f"distinct comments, {UNWANTED_SHARE:.0%} unwanted; model {model}; SQLite; "
        f"{ROUNDS} alternating rounds; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    )


def _row(rounds: list[list[Round]], place: int) -> dict[str, float]:
    mine = [each[place] for each in rounds]
    shares = sorted(each[place].per_second / each[0].per_second for each in rounds)
    return {
        **{name: median(getattr(r, name) for r in mine) for name in FIGURES},
        "share": median(shares),
        "least_share": shares[0],
        "largest_share": shares[-1],
        "processor_share": median(e[0].processor_ms / e[place].processor_ms for e in rounds),
    }


def told(found: dict[str, Any]) -> str:
    """The figures as a table in Markdown."""
    lines = [
        "| | per second | p50 ms | p99 ms | CPU ms each | share of the echo | by processor time |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    row = (
        "| {name} | {per_second:.0f} | {p50_ms:.2f} | {p99_ms:.2f} | {processor_ms:.2f} "
        "| {share:.2f} ({least_share:.2f} to {largest_share:.2f}) | {processor_share:.2f} |"
    )
    lines += [row.format(name=name, **figures) for name, figures in found["peers"].items()]
    spent = ", ".join(f"{name} {ms:.2f}" for name, ms in found["phases_ms_each"].items())
    return "\n".join([*lines, "", f"Of a stored comment, in milliseconds of waiting: {spent}."])


def keep(found: dict[str, Any]) -> None:
    """Write results as JSON, Markdown and a plot."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "throughput.json").write_text(json.dumps(found, indent=1) + "\n")
    head = "# Throughput\n\nMade by `python -m benchmarks.throughput --keep`: "
    (RESULTS / "throughput.md").write_text(f"{head}{found['setting']}\n\n{told(found)}\n")
    _plot(found, RESULTS / "throughput.svg")


def _plot(found: dict[str, Any], path: Path) -> None:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "saring", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(8, 3), layout="constrained")
        shares, spent = figure.subplots(1, 2)
        names = [name for name in found["peers"] if name in DOORS]
        shares.barh(names, [found["peers"][name]["share"] for name in names], color="#4477aa")
        shares.axvline(0.5, color="#aaaaaa", linestyle="--")
        shares.set(title="share of a bare echo's throughput", xlim=(0, 1))
        of = found["phases_ms_each"]
        spent.barh(list(of), list(of.values()), color="#ccbb44")
        spent.set(title="POST /v1/comments under load, ms")
        for axes in (shares, spent):
            axes.invert_yaxis()
        figure.savefig(path, format="svg", metadata={"Date": None})


def main() -> None:
    """Measure and print; `--keep` writes it down as well."""
    found = measured()
    print(found["setting"], told(found), sep="\n")
    if "--keep" in sys.argv:
        keep(found)


if __name__ == "__main__":
    main()
