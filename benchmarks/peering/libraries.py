"""Filters that are libraries: fastText, alt-profanity-check, and our scorer alone.

alt-profanity-check pins its scikit-learn, so it gets an environment of its own in build/.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.peering.peer import LeftOut, Row, used_by

ROOT = Path(__file__).resolve().parents[2]
_PACKAGE = "alt-profanity-check"
_ASKED = """
import json, sys
from profanity_check import predict_prob
for line in sys.stdin:
    print(float(predict_prob([json.loads(line)])[0]), flush=True)
"""


class InProcess:
    """A function of this process."""

    way = "a call in the same process"

    def __init__(self, name: str, score: Any) -> None:
        self.name = name
        self._score = score

    def score(self, text: str) -> float:
        """A probability."""
        return float(self._score(text))

    def processor_seconds(self) -> float:
        """Nothing beside the caller's own, which is counted anyway."""
        return 0.0


def fasttext(rows: Sequence[Row]) -> InProcess:
    """Supervised, with the character 2-5-grams that its guide offers for words never seen."""
    from benchmarks.classifier import trained_fasttext

    texts, labels = zip(*rows, strict=True)
    model = trained_fasttext(list(texts), list(labels), epoch=10, bucket=500_000)

    def score(text: str) -> float:
        found = model.f.predict(" ".join(text.split()) + "\n", 2, 0.0, "strict")
        return next((p for p, label in found if label == "__label__1"), 0.0)

    return InProcess("fastText", score)


def scorer(heads: Sequence[str]) -> InProcess:
    """Our model in force: text to the highest of these heads."""
    from service.scoring.scorer import Scorer

    loaded = Scorer.load(ROOT / "models")

    def score(text: str) -> float:
        [found] = loaded.assess([text])
        return max(found.scores[head] for head in heads)

    return InProcess("Saring, the scorer", score)


class Profanity:
    """alt-profanity-check in its own environment, through a pipe."""

    name = _PACKAGE
    way = "a pipe to a process of its own environment"

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def score(self, text: str) -> float:
        """The probability that it is offensive."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def processor_seconds(self) -> float:
        """Of that process."""
        return used_by((self._process.pid,))


@contextmanager
def profanity() -> Iterator[Profanity]:
    """Installed at the first run; gone afterwards but for build/profanity."""
    home = ROOT / "build" / "profanity"
    python = home / "bin" / "python"
    known = [str(python), "-c", "import profanity_check"]
    if not python.exists() or subprocess.run(known, capture_output=True).returncode:
        _install(home, python)
    with subprocess.Popen(
        [str(python), "-c", _ASKED], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, bufsize=1,
    ) as process:  # fmt: skip
        try:
            yield Profanity(process)
        finally:
            process.terminate()


def _install(home: Path, python: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", _PACKAGE]
    began = time.monotonic()
    if subprocess.run(install, capture_output=True, timeout=600).returncode:
        raise LeftOut(f"pip install {_PACKAGE} into build/profanity failed")
    print(f"installed {_PACKAGE} in {time.monotonic() - began:.0f} s")
