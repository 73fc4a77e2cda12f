"""Another model under load: promoted and taken back while comments come in at a fixed rate.

Two workers judge 200 comments a second (BENCH_RATE) on their way to the database. After a stretch
without any change a second model is promoted with `saring model promote`, then taken back with
`saring model rollback`, and at last it judges beside. Told are requests that failed, latencies from
the time a request was due, and how long after the change the last answer came from the earlier
model. The candidate is the shipped model under another name, 40 MB, and
is loaded, checked and swapped like any other.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.steady import Answer
from benchmarks.throughput import ROOT, free_bind, started
from service import home as homes
from service.models.installed import Models
from service.scoring import artefact
from service.settings import Settings

RATE = float(os.environ.get("BENCH_RATE", "200"))
STRETCH = float(os.environ.get("BENCH_STRETCH", "10"))
CANDIDATE = "candidate"
SARING = str(Path(sys.executable).with_name("saring"))
_FILLED_IN = ("format", "digest", "libraries", "labels", "canaries")


@dataclass(frozen=True)
class Stretch:
    """Some seconds of the run."""

    name: str
    answers: list[Answer]
    settled: float | None = None

    def line(self) -> str:
        """One row of the table."""
        took = sorted(seconds * 1000 for _, seconds, _, _ in self.answers)
        failed = sum(status != "201" for _, _, status, _ in self.answers)
        told = [f"{len(took) / STRETCH:.0f}", f"{failed}"]
        told += [f"{took[len(took) * share // 100]:.0f}" for share in (50, 99)]
        told += [f"{took[-1]:.0f}", "" if self.settled is None else f"{self.settled:.1f}"]
        return f"| {self.name} | {' | '.join(told)} |"


def prepare(home: Path) -> str:
    """Make the candidate; the version of the model in force."""
    models = Models.of(homes.prepare(Settings.from_env({"SARING_HOME": str(home)})))
    scorer = models.load()
    described = {k: v for k, v in asdict(scorer.metadata).items() if k not in _FILLED_IN}
    gate = {"passed": True, "champion": scorer.version, "refusals": [], "flips": []}
    artefact.save(
        models.made, scorer.pipeline, {**described, "version": CANDIDATE},
        [canary.text for canary in scorer.metadata.canaries],
        lambda _: {"gate.json": json.dumps(gate)}, key=models.key,
    )  # fmt: skip
    return scorer.version


@contextmanager
def load(bind: str, key: str, seconds: float) -> Iterator[list[Answer]]:
    """Comments at the fixed rate from a process of its own; their answers once they are over."""
    command = [sys.executable, "-m", "benchmarks.steady", bind, "/v1/comments", key]
    command += [str(RATE), str(seconds), "1"]
    answers: list[Answer] = []
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    reader = threading.Thread(
        target=lambda: answers.extend(json.loads(process.communicate()[0])["answers"])
    )
    reader.start()
    yield answers
    reader.join()


def change(env: dict[str, str], *arguments: str) -> float:
    """Run a command of `saring model`; when the file that says what is in force was replaced."""
    subprocess.run(
        [SARING, "model", *arguments], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL
    )
    return (Path(env["SARING_HOME"]) / "models" / artefact.CURRENT).stat().st_mtime


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as room:
        home, bind = Path(room), free_bind()
        env = {**os.environ, "SARING_HOME": room, "SARING_BIND": bind, "SARING_DEMO": "0"}
        added = subprocess.run(
            [SARING, "site", "add", "bench", "--json"],
            cwd=ROOT, env=env, check=True, capture_output=True,
        )  # fmt: skip
        key = json.loads(added.stdout)["key"]
        before = prepare(home)
        print(
            f"{RATE:.0f} comments a second on {Settings().workers} workers x {Settings().threads} "
            f"threads, SQLite, loopback; model {before}; {os.cpu_count()} processors, "
            f"load {os.getloadavg()[0]:.1f} before it began"
        )
        with started([SARING, "serve"], bind, env):
            told = measure(bind, key, env, before)
    print("| | a second | failed | p50 ms | p99 ms | slowest ms | every worker after s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for stretch in told:
        print(stretch.line())
    if any(status != "201" for one in told for _, _, status, _ in one.answers):
        sys.exit("requests failed")


def measure(bind: str, key: str, env: dict[str, str], before: str) -> list[Stretch]:
    """Warm up, leave alone, promote, roll back."""
    with load(bind, key, 8 * STRETCH) as answers:
        begun = time.time()
        time.sleep(2 * STRETCH)
        promoted = change(env, "promote", CANDIDATE)
        time.sleep(max(0.0, begun + 4 * STRETCH - time.time()))
        back = change(env, "rollback")
        time.sleep(max(0.0, begun + 6 * STRETCH - time.time()))
        change(env, "shadow", CANDIDATE)
        beside = time.time()
    late, later = _last(answers, before, back) - promoted, _last(answers, CANDIDATE) - back
    return [
        Stretch("no change", _between(answers, begun + STRETCH)),
        Stretch("promote", _between(answers, promoted - 2), late),
        Stretch("rollback", _between(answers, back - 2), later),
        Stretch("a candidate beside", _between(answers, beside)),
    ]


def _between(answers: list[Answer], start: float) -> list[Answer]:
    return [one for one in answers if start <= one[0] < start + STRETCH]


def _last(answers: list[Answer], version: str, until: float = float("inf")) -> float:
    """When the last answer by a version came, of the requests that were due until then."""
    return max(due + took for due, took, _, said in answers if said == version and due < until)


if __name__ == "__main__":
    main()
