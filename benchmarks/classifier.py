"""The classifier beside plain scikit-learn and fastText, on the same texts in the same run.

Prints medians over rounds that take turns, and the ratios that the README quotes. The peers are
trained on every sixth row of the training data, or on our written text where there is no data: what
is compared is time, not quality.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service.scoring.scorer import Scorer
    from training.datasets import Table

ROOT = Path(__file__).resolve().parent.parent
LENGTH = 110
ROUNDS = 15
_LONG_ROUNDS = 12
_MEMORY = """
import sys
from pathlib import Path
import flask, sklearn.pipeline, scipy.sparse, numpy
def private():
    text = Path("/proc/self/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private"))
before = private()
import time
began = time.perf_counter()
from service.scoring.scorer import Scorer
scorer = Scorer.load(Path(sys.argv[1]))
took = time.perf_counter() - began
for text in sys.stdin.read().splitlines():
    scorer.assess([text])
print((private() - before) / 1024, took)
"""


def main() -> None:
    """Measure and print."""
    os.environ["OMP_NUM_THREADS"] = "1"
    from service.scoring.scorer import Scorer

    table = rows_of(6)
    texts, labels = table.texts, [int(row.labels[0] == 1) for row in table.rows]
    single = [text for text in texts if abs(len(text) - LENGTH) <= 10][:200]
    scorer = Scorer.load(ROOT / "models")
    plain, fast = _baseline(texts, labels), _fasttext(texts, labels)
    lines = [text.replace("\n", " ") for text in single]
    batch = [text.replace("\n", " ") for text in texts[::4]]
    one = _turns(
        {
            "saring": lambda: [scorer.assess([text]) for text in lines],
            "scikit-learn": lambda: [plain([text]) for text in lines[:40]],
            "fastText": lambda: [fast(text) for text in lines],
        },
        {"saring": len(lines), "scikit-learn": 40, "fastText": len(lines)},
    )
    many = _turns(
        {
            "saring": lambda: scorer.assess(batch),
            "scikit-learn": lambda: plain(batch),
            "fastText": lambda: fast(batch),
        },
        dict.fromkeys(("saring", "scikit-learn", "fastText"), len(batch)),
        rounds=5,
    )
    _print("one comment of about 110 characters", one)
    _print(f"a batch of {len(batch)} comments, each", many)
    print(f"one comment / scikit-learn: {one['saring'] / one['scikit-learn']:.3f} (aim <= 0.1)")
    print(f"one comment / fastText: {one['saring'] / one['fastText']:.2f} (aim <= 6)")
    print(f"batch rate / fastText: {many['fastText'] / many['saring']:.2f} (aim >= 1)")
    _long(scorer, fast)
    _worker(lines)


def rows_of(every: int) -> Table:
    """Every n-th row of the training data, or all of our written text where there is none."""
    from training import config, datasets

    settings = config.read()
    if datasets.DATA.is_dir():
        return datasets.Table(datasets.load(datasets.DATA, settings).rows[::every])
    paths = sorted(datasets.WRITTEN.glob("*.jsonl"))
    return datasets.Table([row for path in paths for row in datasets.own(path, settings)])


def _baseline(texts: list[str], labels: list[int]) -> Callable[[Sequence[str]], object]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from training.baseline import features

    model = make_pipeline(features(), LogisticRegression(max_iter=15))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it need not converge to be timed
        model.fit(texts, labels)
    return lambda some: model.predict_proba(list(some))


def trained_fasttext(texts: list[str], labels: list[int], epoch: int, bucket: int) -> Any:
    """fastText with character 2-5-grams, on one thread."""
    import fasttext

    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        for text, label in zip(texts, labels, strict=True):
            file.write(f"__label__{label} {' '.join(text.split())}\n")
        file.flush()
        return fasttext.train_supervised(
            file.name, minn=2, maxn=5, bucket=bucket, epoch=epoch, thread=1, verbose=0
        )


def _fasttext(texts: list[str], labels: list[int]) -> Callable[[str | list[str]], object]:
    model = trained_fasttext(texts, labels, epoch=1, bucket=500_000)

    def predict(some: str | list[str]) -> object:
        if isinstance(some, str):
            return model.f.predict(some + "\n", 1, 0.0, "strict")
        return model.f.multilinePredict([text + "\n" for text in some], 1, 0.0, "strict")

    return predict


def _turns(
    calls: dict[str, Callable[[], object]], sizes: dict[str, int], rounds: int = ROUNDS
) -> dict[str, float]:
    """Median microseconds per text of each, taking turns so that noise hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(rounds + 1):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            if turn:
                times[name].append((time.perf_counter() - began) / sizes[name] * 1e6)
    return {name: statistics.median(found) for name, found in times.items()}


def _print(title: str, figures: dict[str, float]) -> None:
    print(title + ": " + ", ".join(f"{name} {value:.1f} µs" for name, value in figures.items()))


def _long(scorer: Scorer, fast: Callable[[str], object]) -> None:
    """Texts of 65 kB, ordinary and malicious; the best of some rounds, for these are rare."""
    cases = {
        "words": "goblok banget sih pemerintah " * 2240,
        "short words": "a b " * 16_250,
        "one letter": "x" * 65_000,
        "at signs": "@" * 65_000,
        "handles": "a@" * 32_500,
        "addresses": "a@b.co " * 9_300,
        "quoted addresses": '"a b"@b.co ' * 5_900,
        "escaped addresses": "a%40b.co " * 7_200,
        "masks": "[email] " * 8_100,
        "dots": "1.1.1.1." * 8_000,
        "numbers": "10.20.30.40 " * 5_400,
        "longer numbers": "2001:db8::1 " * 5_400,
        "colons": ":" * 65_000,
        "marks": "e" + "\u0300" * 32_000,
        "upside-down words": "ʇ " * 21_000,
        "backward words": "\u202eab" * 13_000,
        "brands": "slot88 " * 9_300,
    }
    worst = 0.0
    for name, text in cases.items():
        ours, peer = _best(lambda t=text: scorer.assess([t])), _best(lambda t=text: fast(t))
        worst = max(worst, ours)
        print(f"65 kB of {name}: {ours:.1f} ms (fastText {peer:.1f} ms)")
    print(f"65 kB at worst: {worst:.1f} ms (aim <= 25)")


def _best(call: Callable[[], object]) -> float:
    """Milliseconds of the quickest of several calls."""
    times = []
    for _ in range(_LONG_ROUNDS):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return min(times) * 1000


def _worker(lines: list[str]) -> None:
    """Private memory and time of one more worker beyond importing Flask and scikit-learn."""
    done = subprocess.run(
        [sys.executable, "-c", _MEMORY, str(ROOT / "models")],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    memory, took = map(float, done.stdout.split())
    size = sum(f.stat().st_size for f in (ROOT / "models").rglob("model.joblib")) / 1e6
    print(f"artefact: {size:.1f} MB (aim <= 40)")
    print(f"private memory of a worker: {memory:.0f} MB (aim <= 60)")
    print(f"loading, with digest and canaries: {took:.2f} s (aim <= 2)")


if __name__ == "__main__":
    main()
