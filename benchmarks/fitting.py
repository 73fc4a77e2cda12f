"""Training the classifier beside training fastText: same rows, one thread, a process each.

Ours fits all its heads at once, fastText one; what is compared is the time per head, and the
memory at the peak. Every sixth row of the training data, or our written text where there is none;
`python -c "from benchmarks.fitting import main; main(1)"` takes every row.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time

from benchmarks.classifier import ROOT, rows_of, trained_fasttext

_CALL = "from benchmarks import fitting; fitting.{name}({every})"
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


def main(every: int = 6) -> None:
    """Measure and print."""
    ours, heads, memory = _run("ours", every)
    peer, _, peer_memory = _run("fasttext", every)
    print(f"ours: {ours:.1f} s for {heads:.0f} heads, {memory:.0f} MB at the peak")
    print(f"fastText: {peer:.1f} s for one head, {peer_memory:.0f} MB at the peak")
    print(f"time per head / fastText: {ours / heads / peer:.2f} (aim <= 3)")
    print(f"time of all heads / fastText's one: {ours / peer:.2f}")


def _run(name: str, every: int) -> list[float]:
    """Seconds, heads and peak memory in MB, measured in a process of its own."""
    code = _CALL.format(name=name, every=every)
    environment = {**os.environ, **_ONE_THREAD}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True, text=True, check=True, cwd=ROOT, env=environment,
    )  # fmt: skip
    return [float(word) for word in done.stdout.split()]


def ours(every: int) -> None:
    """Features, word vectors and every head, as in a training; without disguised copies."""
    from service.scoring.features import build_pipeline
    from training import config

    table = rows_of(every)
    y, weight = table.y, table.weight
    pipeline = build_pipeline(config.read().params())
    began = time.perf_counter()
    pipeline.fit(table.texts, y, heads__sample_weight=weight, heads__groups=table.groups)
    _tell(began, y.shape[1])


def fasttext(every: int) -> None:
    """Words and character 2-5-grams, five epochs, for one head."""
    table = rows_of(every)
    labels = [int(row.labels[0] == 1) for row in table.rows]
    began = time.perf_counter()
    trained_fasttext(table.texts, labels, epoch=5, bucket=2_000_000)
    _tell(began, 1)


def _tell(began: float, heads: int) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(time.perf_counter() - began, heads, peak)


if __name__ == "__main__":
    main()
