"""Does a worker's memory stay flat over an hour's worth of requests?

Distinct comments over eight kept-alive connections to `saring serve`, and between rounds of them
the moderators' queue, events, metrics and a batch of scores. Memory is what Linux tells of each
worker: what it has of its own (RssAnon), and pages of files it has mapped (RssFile), which are the
database's and are given back when somebody needs them. The first rounds warm.

    python -m benchmarks.memory --requests 200000 --seconds 600 --write
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import requests

from service.comments import utc_now
from service.desk.signins import SignIns
from service.rulebook import Rulebook
from service.scoring.scorer import NoModel
from service.storage.engine import open_database
from tests.running import ROOT, Service

RESULTS = Path(__file__).parent / "results" / "memory.md"
SECRET = "a secret of at least thirty-two bytes for a bench"
ROUND, WARMING = 2_000, 3
READS = ("/v1/queue", "/metrics", "/readyz", "/docs")


@dataclass(frozen=True)
class Sample:
    """What one worker holds after so many requests to all of them, in MiB."""

    pid: int
    requests: int
    own: float
    mapped: float


def sample(service: Service, done: int) -> list[Sample]:
    """Every worker, now."""
    return [_sample(pid, done) for pid in sorted(service.workers())]


def _sample(pid: int, done: int) -> Sample:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    told = dict(line.split(":", 1) for line in lines)
    own, mapped = (int(told[name].split()[0]) / 1024 for name in ("RssAnon", "RssFile"))
    return Sample(pid, done, own, mapped)


def one_round(service: Service, token: str, seed: int) -> int:
    """A round of comments, then of everything that reads; how many requests."""
    arguments = [f"127.0.0.1:{service.port}", "/v1/comments", service.key]
    command = [sys.executable, "-m", "benchmarks.load", *arguments, str(ROUND), "120", str(seed)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=180)
    answers = json.loads(done.stdout)["statuses"]
    if set(answers) - {"201", "409"}:
        sys.exit(f"answers were {answers}")
    for path in READS:
        headers = {"Authorization": f"Bearer {token}"}
        requests.get(service.address + path, headers=headers, timeout=60).raise_for_status()
    service.request("GET", "/v1/events?limit=1000").raise_for_status()
    batch = {"contents": [f"kalimat {seed} {number}" for number in range(200)]}
    service.request("POST", "/v1/score", json=batch).raise_for_status()
    return sum(answers.values()) + len(READS) + 2


def table(samples: list[Sample]) -> str:
    """Start, middle and end of each worker, and how it moved between the last two thirds."""
    lines = [
        "| worker | after warming, own MiB | middle | end | growth per 100,000 requests "
        "| mapped files, end |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for number, pid in enumerate(dict.fromkeys(one.pid for one in samples), 1):
        mine = [one for one in samples if one.pid == pid]
        lines.append(
            f"| {number} | {mine[0].own:.1f} | {mine[len(mine) // 2].own:.1f} | {mine[-1].own:.1f} "
            f"| {growth(mine):+.2f} | {mine[-1].mapped:.0f} |"
        )
    done = samples[-1].requests - samples[0].requests
    lines += ["", f"{done:,} requests after {samples[0].requests:,} that warmed, SQLite."]
    return "\n".join(lines)


def growth(mine: list[Sample]) -> float:
    """MiB per 100,000 requests to all workers: Theil and Sen's slope over the latter two thirds."""
    late = mine[len(mine) // 3 :]
    slopes = [
        (b.own - a.own) / (b.requests - a.requests) for a in late for b in late
        if b.requests > a.requests
    ]  # fmt: skip
    return median(slopes) * 100_000 if slopes else 0.0


def main() -> None:
    """Measure, print, perhaps keep."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--requests", type=int, default=200_000)
    asked.add_argument("--seconds", type=float, default=120.0)
    asked.add_argument("--write", action="store_true", help=f"keep the table in {RESULTS.name}")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        service = Service(Path(directory), secret=SECRET).start()
        try:
            database = open_database(f"sqlite:///{service.home / 'saring.db'}")
            no_limits = {"author_per_minute": 0, "network_per_minute": 0}
            Rulebook(database, NoModel, utc_now).change("default", "bench", no_limits)
            token = SignIns(database, SECRET.encode(), utc_now).new_token("admin")
            database.engine.dispose()
            found = table(measure(service, token, given.requests, given.seconds))
        finally:
            service.kill()
    print(found)
    if given.write:
        asked_for = f"--requests {given.requests} --seconds {given.seconds:.0f} --write"
        head = f"# A worker's memory\n\nMade by `python -m benchmarks.memory {asked_for}`.\n\n"
        RESULTS.write_text(f"{head}{found}\n", encoding="utf-8")


def measure(service: Service, token: str, most: int, seconds: float) -> list[Sample]:
    """Rounds until there were enough, or the time is up."""
    end, done, samples = time.monotonic() + seconds, 0, list[Sample]()
    for seed in range(most // ROUND):
        done += one_round(service, token, seed)
        if seed >= WARMING:
            samples += sample(service, done)
        if time.monotonic() > end:
            break
    return samples


if __name__ == "__main__":
    main()
