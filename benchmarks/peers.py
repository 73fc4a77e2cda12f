"""Saring beside other filters that anybody can run: the same comments, the same run.

Speed: comments a second that one client gets from one worker, one comment at a time, by turns, and
processor time of a comment, the client's included. What is caught: area under the curve and recall
at one false alarm in a hundred on comments of other sources than any of them learnt from. Peers
learn from the same rows of our training data (spam and not); Saring's shipped model has seen all
of them. What is not installed is left out and says how to get it. Needs the data beside the
repository.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.peering import libraries, report
from benchmarks.peering.bogofilter import bogofilter
from benchmarks.peering.peer import LeftOut, Peer, Row
from benchmarks.peering.rspamd import rspamd
from benchmarks.peering.saring import saring
from benchmarks.peering.spamassassin import spamassassin

ROOT = Path(__file__).resolve().parent.parent
EVAL = ROOT.parent / "shared" / "data" / "eval"
RESULTS = Path(__file__).with_name("results")
SPAM = {"gambling spam": "id-youtube-gambling-b", "YouTube spam": "en-youtube-spam-pilot"}
ABUSE = {"insults, English": "en-news-forum-insults", "abuse, Indonesian": "id-instagram-bullying"}
LEARNT, EXAMINED = 8_000, 1_500
TIMED, ROUNDS = 60, 9


def learnt_rows() -> list[Row]:
    """A third spam, at most `LEARNT` in all, drawn evenly from the training data."""
    from benchmarks.classifier import rows_of
    from training.datasets import HEADS

    table, place = rows_of(1), HEADS.index("spam")
    known = [row for row in table.rows if row.labels[place] in (0, 1)]
    found = [(row.text, int(row.labels[place])) for row in known]
    rng = random.Random(1)
    spam = [row for row in found if row[1]]
    ham = [row for row in found if not row[1]]
    rows = rng.sample(spam, LEARNT // 3) + rng.sample(ham, LEARNT - LEARNT // 3)
    rng.shuffle(rows)
    return rows


def examined(name: str, head: str) -> list[Row]:
    """Rows of a set that says whether this is so."""
    with gzip.open(EVAL / f"{name}.csv.gz", "rt", encoding="utf-8") as file:
        rows = [(row["text"], int(row[head])) for row in csv.DictReader(file) if row[head]]
    return random.Random(2).sample(rows, min(EXAMINED, len(rows)))


def quality(peer: Peer, rows: Sequence[Row]) -> dict[str, float]:
    """AUC, and recall at 1 % false alarms."""
    from sklearn.metrics import roc_auc_score, roc_curve

    truth = [label for _, label in rows]
    shown = tqdm(rows, desc=peer.name, delay=5, leave=False, disable=None)
    scores = [peer.score(text) for text, _ in shown]
    wrong, right, _ = roc_curve(truth, scores)
    return {
        "auc": round(float(roc_auc_score(truth, scores)), 3),
        "recall": round(float(max(right[wrong <= 0.01])), 3),
    }


def speeds(peers: Sequence[Peer], texts: Sequence[str]) -> dict[str, dict[str, float]]:
    """Comments a second and processor microseconds of each; medians of rounds by turns."""
    found: dict[str, list[tuple[float, float]]] = {peer.name: [] for peer in peers}
    for number in range(ROUNDS + 1):
        for peer in peers:
            some = random.Random(number).sample(texts, TIMED)
            began, used = time.perf_counter(), peer.processor_seconds() + time.process_time()
            for text in some:
                peer.score(text)
            took = time.perf_counter() - began
            used = peer.processor_seconds() + time.process_time() - used
            if number:  # the first round warms
                found[peer.name].append((TIMED / took, used / TIMED * 1e6))
    return {
        name: {
            "per_second": round(statistics.median(rate for rate, _ in mine)),
            "processor_us": round(statistics.mean(used for _, used in mine)),
        }
        for name, mine in found.items()
    }


def opened(stack: ExitStack, name: str, make: Callable[[], Any]) -> Peer | None:
    """A peer ready to be asked, or None with a line that says how to get it."""
    try:
        made = make()
        peer: Peer = stack.enter_context(made) if hasattr(made, "__enter__") else made
    except (LeftOut, ImportError) as missing:
        print(f"{name} is left out: {missing}")
        return None
    print(f"{name} is ready", flush=True)
    return peer


def main() -> None:
    """Measure, print, and write benchmarks/results/peers.json, .md and .svg."""
    if not EVAL.is_dir():
        print("left out: needs the data sets beside the repository (../shared/data)")
        return
    rows = learnt_rows()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        home.chmod(0o755)
        homes = {name: home / name for name in ("rspamd", "spamassassin", "bogofilter", "saring")}
        for place in homes.values():
            place.mkdir()
        makers: dict[str, Callable[[], Any]] = {
            "Saring, the service": lambda: saring(homes["saring"]),
            "Saring, the scorer": lambda: libraries.scorer(("spam", "gambling")),
            "rspamd": lambda: rspamd(homes["rspamd"], rows),
            "SpamAssassin": lambda: spamassassin(homes["spamassassin"], rows),
            "bogofilter": lambda: bogofilter(homes["bogofilter"], rows),
            "fastText": lambda: libraries.fasttext(rows),
            "alt-profanity-check": libraries.profanity,
        }
        there = [peer for name, make in makers.items() if (peer := opened(stack, name, make))]
        found = measured(there)
    print(report.table(found))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "peers.json").write_text(json.dumps(found, indent=1) + "\n")
    report.write(found, RESULTS)


def measured(peers: Sequence[Peer]) -> dict[str, Any]:
    """Speed of all by turns, then what each catches."""
    spam = {title: examined(name, "spam") for title, name in SPAM.items()}
    abuse = {title: examined(name, "toxicity") for title, name in ABUSE.items()}
    fast = speeds(peers, [text for rows in (*spam.values(), *abuse.values()) for text, _ in rows])
    found: dict[str, Any] = {
        "processors": os.cpu_count(), "load": round(os.getloadavg()[0], 1), "learnt": LEARNT,
        "peers": {},
    }  # fmt: skip
    for peer in peers:
        judged = abuse if peer.name == "alt-profanity-check" else spam
        if peer.name == "Saring, the service":
            judged = {}  # its scores are the scorer's
        found["peers"][peer.name] = {
            "way": peer.way,
            **fast[peer.name],
            "caught": {title: quality(peer, rows) for title, rows in judged.items()},
        }
        if peer.name == "Saring, the scorer":
            toxic = libraries.scorer(("toxicity",))
            told = found["peers"][peer.name]["caught"]
            told |= {title: quality(toxic, rows) for title, rows in abuse.items()}
    return found


if __name__ == "__main__":
    main()
