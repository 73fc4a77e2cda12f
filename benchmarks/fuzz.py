"""Coverage-guided fuzzing of everything that reads what strangers send, with Google's atheris.

    python -m benchmarks fuzz                      each target for BENCH_SECONDS, 60 by default
    python -m benchmarks.fuzz TARGET RUNS SECONDS  one target

The targets are the invariants of `tests/invariants.py`; a finding is printed as bytes and becomes
a test. atheris is in the extra ``fuzz``; without it nothing runs. Inputs come from our own seeds.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.throughput import ROOT

SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))
RUNS_OF_TEXT, RUNS_OF_BYTES = 1_000_000, 100_000
LONGEST = 4_096
_DONE = re.compile(r"Done (\d+) runs in (\d+) second|^#(\d+)", re.MULTILINE)


def seeds(directory: Path) -> None:
    """One file for every piece that the suite's own generator puts together."""
    from tests import test_invariants as ours

    whole = [
        b'{"comment": {"text": "Halo"}, "requestedAttributes": {"TOXICITY": {}}}',
        b"{comment: {text: 'x'}, attributeScores: {TOXICITY: {summaryScore: {value: 1}}}}",
        b'{"comment": {"body": "Halo", "parentID": null}, "author": {"id": "a"}, "story": {}}',
        b'{"content": "Halo", "author_name": "Budi", "author_email": "budi@example.com"}',
        b"blog=http%3A%2F%2Fx.example&user_ip=203.0.113.9&comment_content=Terima+kasih",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        *(piece.encode("utf-8", "surrogatepass") for piece in ours.PIECES),
        *(head + field + b"\r\n" + ours.TAILS[1] for head in ours.HEADS for field in ours.FIELDS),
    ]
    for number, seed in enumerate(whole):
        (directory / f"{number:03}").write_bytes(seed)


def fuzz(target: str, runs: int, seconds: int) -> None:
    """Run one target in this process, which ends with it."""
    import atheris  # type: ignore[import-not-found,unused-ignore]

    with atheris.instrument_imports(include=["service", "gunicorn.http", "tests.invariants"]):
        from tests.invariants import OF_BYTES, OF_TEXT

    def one(data: bytes) -> None:
        if target in OF_TEXT:
            OF_TEXT[target](data.decode("utf-8", "replace"))
        else:
            OF_BYTES[target](data)

    with tempfile.TemporaryDirectory() as corpus:
        seeds(Path(corpus))
        for seed in Path(corpus).iterdir():  # tables are made at first use, which takes seconds
            one(seed.read_bytes())
        options = [f"-runs={runs}", f"-max_total_time={seconds}", f"-max_len={LONGEST}"]
        atheris.Setup([sys.argv[0], corpus, *options, "-timeout=10", "-rss_limit_mb=4096"], one)
        atheris.Fuzz()


def run(target: str, runs: int, seconds: int) -> bool:
    """One target in a process of its own; whether nothing was found."""
    command = [sys.executable, "-m", "benchmarks.fuzz", target, str(runs), str(seconds)]
    with tempfile.TemporaryDirectory() as here:  # what is found is written into the folder
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        done = subprocess.run(
            command, cwd=here, env={**os.environ, "PYTHONPATH": path}, capture_output=True,
            text=True, errors="replace", check=False,
        )  # fmt: skip
    counted = [max(map(int, filter(None, found))) for found in _DONE.findall(done.stderr)]
    found = "something, below" if done.returncode else "nothing"
    print(f"| {target} | {max(counted, default=0):,} | {found} |", flush=True)
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if not line.startswith(("#", "INFO"))]
        print(done.stdout[-2000:], "\n".join(told)[-2000:], sep="\n")
    return done.returncode == 0


def main() -> None:
    """Run every target, and print a table of runs and findings."""
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("left out: this needs atheris (pip install '.[fuzz]')")
        return
    from tests.invariants import OF_BYTES, OF_TEXT

    print("| target | runs | found |\n| --- | --- | --- |")
    good = [run(target, RUNS_OF_TEXT, SECONDS) for target in OF_TEXT]
    good += [run(target, RUNS_OF_BYTES, SECONDS) for target in OF_BYTES]
    if not all(good):
        sys.exit("something was found")


if __name__ == "__main__":
    fuzz(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
