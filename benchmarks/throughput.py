"""POST /v1/comments, all of it, as a share of a bare Flask JSON echo under the same server.

Both run through `service.server.Server` with the service's default workers and threads. Rounds
alternate and the median of their ratios counts, so that a busy machine slows both alike. The
processor time of the workers per request is told too: it does not mind what else is running.
"""

from __future__ import annotations

import json
import os
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

from benchmarks.load import CONNECTIONS, UNWANTED_SHARE
from service.settings import Settings

ROOT = Path(__file__).parent.parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
COUNT = 3000
SECONDS = 6.0


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
def peers() -> Iterator[tuple[Peer, Peer]]:
    """The echo, and the service on a home of its own."""
    saring = str(Path(sys.executable).with_name("saring"))
    with tempfile.TemporaryDirectory() as home:
        here, there = free_bind(), free_bind()
        env = {**os.environ, "SARING_HOME": home, "SARING_BIND": there, "SARING_DEMO": "0"}
        bare = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": home}
        add = [saring, "site", "add", "bench", "--json"]
        added = subprocess.run(add, cwd=ROOT, env=env, check=True, capture_output=True)
        key = json.loads(added.stdout)["key"]
        echo = [sys.executable, "-m", "benchmarks.echo", here]
        with started(echo, here, bare) as one, started([saring, "serve"], there, env) as two:
            yield (
                Peer("bare Flask echo", here, "/echo", key, one),
                Peer("POST /v1/comments", there, "/v1/comments", key, two),
            )


def main() -> None:
    """Measure and print."""
    settings = Settings()
    current = settings.models_dir / "current.json"
    model = json.loads(current.read_text())["version"] if current.exists() else "none"
    print(
        f"gunicorn with QuietWorker (gthread) on both, {settings.workers} workers x "
        f"{settings.threads} threads, {CONNECTIONS} kept-alive connections, loopback;\n"
        f"distinct comments, {UNWANTED_SHARE:.0%} unwanted; model {model}; SQLite; "
        f"{ROUNDS} alternating rounds; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    )
    with peers() as (echo, service):
        for peer in (echo, service):
            one_round(peer, seed=0)
        rounds = [(one_round(echo, n), one_round(service, n)) for n in range(1, ROUNDS + 1)]
    print(f"{'':20}{'per second':>12}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms each':>13}")
    for name, side in (("bare Flask echo", 0), ("POST /v1/comments", 1)):
        mine = [pair[side] for pair in rounds]
        figures = [median(r.per_second for r in mine), median(r.p50_ms for r in mine)]
        figures += [median(r.p99_ms for r in mine), median(r.processor_ms for r in mine)]
        print("{:20}{:12.0f}{:9.2f}{:9.2f}{:13.3f}".format(name, *figures))
    shares = sorted(ours.per_second / bare.per_second for bare, ours in rounds)
    work = median(bare.processor_ms / ours.processor_ms for bare, ours in rounds)
    print(f"share of the echo's throughput: {median(shares):.2f} (median of {ROUNDS}, "
          f"{shares[0]:.2f} to {shares[-1]:.2f}); by processor time {work:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
