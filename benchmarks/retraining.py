"""What rulings do to a filter: an unseen kind of spam, the order of the queue, poison, and cost.

Seeded and repeatable; needs the training data beside the repository. The base that has never seen
gambling spam is trained at the first run (minutes) and kept in benchmarks/.cache. Figures go to
benchmarks/results/retraining.json, .md and .svg.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.learning import stream
from benchmarks.learning.base import base
from benchmarks.learning.trial import Exam, challenged, learnt
from service.checks.quotes import unquoted
from service.comments import Decision, Limits
from service.labels import Label
from service.scoring import artefact
from service.scoring.labels import HEADS
from service.storage.facets import facets
from training.challenge import Model
from training.serving import gates

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
RESULTS = Path(__file__).with_name("results")
SIZES = (0, 25, 50, 100, 200, 400)
SEEDS = (1, 2, 3)
SHARE, RARE = 0.3, 0.1
ROUNDS, AT_ONCE, POOL, EXAM = 8, 25, 2_000, 3_000
POISONED, BAD_SHARE = 600, 0.3


def comments() -> tuple[list[stream.Comment], list[stream.Comment]]:
    """One comment per template: gambling spam and its neighbours, and those of another set."""
    own = stream.comments(DATA / "train" / "id-youtube-gambling.csv.gz")
    other = stream.comments(DATA / "eval" / "id-youtube-gambling-b.csv.gz")
    return stream.one_per_group(own), stream.one_per_group(other)


def split(
    rows: list[stream.Comment], count: int, share: float, rng: random.Random
) -> tuple[list[stream.Comment], list[stream.Comment]]:
    """Comments to rule on, and others to be examined on."""
    pool = stream.drawn(rows, count, share, rng)
    taken = {id(row) for row in pool}
    rest = [row for row in rows if id(row) not in taken]
    return pool, stream.drawn(rest, EXAM, SHARE, rng)


def unseen_kind(rows: Any, other: Any) -> list[dict[str, float]]:
    """(a) A kind of spam that the model has never seen, after so many rulings."""
    pipeline, metadata = base(DATA / "train")
    found = []
    for seed in SEEDS:
        pool, own = split(rows, max(SIZES), SHARE, random.Random(seed))
        exam, labels = Exam(own, other), list(stream.rulings(pool))
        for size in SIZES:
            model = learnt(pipeline, metadata, labels[:size])
            found.append({"seed": seed, "rulings": size, **exam.figures(model)})
            print("a", found[-1], flush=True)
    return found


def orders(rows: Any) -> list[dict[str, Any]]:
    """(b) Which of the waiting comments are ruled on: the oldest, any, or what teaches most."""
    pipeline, metadata = base(DATA / "train")
    found = []
    for seed in SEEDS:
        pool, own = split(rows, POOL, RARE, random.Random(seed))
        for order in ("oldest", "random", "teaches"):
            rng, model = random.Random(seed), Model.of(pipeline, metadata)
            labels, waiting = list(stream.rulings(pool)), list(range(POOL))
            ruled: list[Label] = []
            for number in range(1, ROUNDS + 1):
                waiting = ordered(waiting, order, model, pool, rng)
                ruled += [labels[i] for i in waiting[:AT_ONCE]]
                waiting = waiting[AT_ONCE:]
                model = learnt(pipeline, metadata, ruled)
                recall = Exam(own, ()).figures(model)["own"]
                row = {"seed": seed, "order": order, "rulings": number * AT_ONCE, "own": recall}
                found.append({**row, "spam ruled on": sum(r.verdict == "reject" for r in ruled)})
            print("b", found[-1], flush=True)
    return found


def ordered(
    waiting: list[int], order: str, model: Model, pool: list[stream.Comment], rng: random.Random
) -> list[int]:
    """The queue in one of its orders, by the margin that the service stores with a comment."""
    if order == "oldest":
        return waiting
    if order == "random":
        return rng.sample(waiting, len(waiting))
    scores = model.pipeline.predict_proba([pool[i].text for i in waiting])[:, : len(HEADS)]
    limits = {h: Limits(t.hold, t.reject) for h, t in gates(model.good)["id"].items()}
    margins = [margin(dict(zip(HEADS, row.tolist(), strict=True)), limits) for row in scores]
    return [waiting[place] for place in np.argsort(margins, kind="stable")]


def margin(scores: dict[str, float], limits: dict[str, Limits]) -> float:
    """What `service/storage/facets.py` stores for a held comment with these scores."""
    decision = Decision("hold", "model", "", (), scores, "id", limits, {}, "", "")
    return float(facets(decision)["margin"])


def poison(rows: Any, other: Any) -> list[dict[str, Any]]:
    """(c) Three rulings in ten wrong, by malice or by chance, and spam that quotes honest words."""
    models = {"unseen": base(DATA / "train"), "shipped": artefact.load(ROOT / "models")}
    found = []
    for name, (pipeline, metadata) in models.items():
        for seed in SEEDS[:1]:
            pool, own = split(rows, POISONED, SHARE, random.Random(seed))
            exam = Exam(own, other)
            before = exam.figures(Model.of(pipeline, metadata))
            found.append({"base": name, "seed": seed, "case": "before", **before})
            for case, labels in poisoned(pool, random.Random(seed)).items():
                result = challenged(pipeline, metadata, labels)
                row = {"base": name, "seed": seed, "case": case, **exam.figures(result.model)}
                row["gate"] = "passed" if result.outcome.passed else "refused"
                row["why"] = list(result.outcome.refusals)
                row["doubted"] = result.taught.influence.doubted
                found.append(row)
                print("c", {k: v for k, v in row.items() if k != "why"}, flush=True)
    return found


def poisoned(pool: list[stream.Comment], rng: random.Random) -> dict[str, list[Label]]:
    """The same comments under honest rulings, and under four kinds of wrong ones."""
    honest = list(stream.rulings(pool, ("ani", "tuti", "eko")))
    wrong = set(rng.sample(range(len(pool)), round(BAD_SHARE * len(pool))))
    malice = [
        replace(stream.flipped(row), moderator="mala") if n in wrong else row
        for n, row in enumerate(honest)
    ]
    alone = [replace(row, moderator="mala") for row in malice]
    chance = [stream.flipped(row) if n in wrong else row for n, row in enumerate(honest)]
    return {
        "honest": honest,
        "one of four flips all": malice,
        "the only one flips 30 %": alone,
        "30 % at random": chance,
        "spam quotes, quotes left in": quoting(honest, pool, taken_out=False),
        "spam quotes, quotes taken out": quoting(honest, pool, taken_out=True),
    }


def quoting(rows: list[Label], pool: list[stream.Comment], *, taken_out: bool) -> list[Label]:
    """Each spam has an honest comment before its own words."""
    honest = [row.text for row in pool if not row.spam and len(row.text.split()) >= 10]
    found = []
    for number, row in enumerate(rows):
        if row.verdict == "reject":
            quoted = honest[number % len(honest)]
            text = f"{quoted} {row.content}"
            teaches = unquoted(text, [quoted]) if taken_out else text
            row = replace(row, content=text, teaches=teaches)
        found.append(row)
    return found


def cost(rows: Any) -> dict[str, float]:
    """(d) Time and memory of a retraining on 5,000 rulings, with no base data at hand."""
    labels = list(
        stream.rulings(stream.drawn(rows, 5_000, SHARE, random.Random(1)), ("ani", "eko"))
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "labels.jsonl"
        file.write_text("".join(json.dumps(row.as_json()) + "\n" for row in labels))
        home = str(Path(folder) / "home")
        environment = {**os.environ, "SARING_HOME": home, "SARING_MODELS_DIR": str(ROOT / "models")}
        began = time.monotonic()
        command = [sys.executable, "-m", "training.retrain", "--labels", str(file)]
        done = subprocess.run(command, env=environment, cwd=ROOT, check=False)
        seconds = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {
        "rulings": 5_000, "seconds": round(seconds, 1), "exit": done.returncode,
        "processor seconds": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(used.ru_maxrss / 1024),
    }  # fmt: skip
    print("d", found, flush=True)
    return found


def main(asked: Sequence[str] = ()) -> None:
    """Run the simulations, or those of them that are asked for, and write the results."""
    from benchmarks.learning import results

    if not DATA.is_dir():
        print(f"left out: this needs the data sets in {DATA.name}/ beside the repository")
        return
    rows, other = comments()
    runs = {
        "unseen": lambda: unseen_kind(rows, other),
        "orders": lambda: orders(rows),
        "poison": lambda: poison(rows, other),
        "cost": lambda: cost(rows),
    }
    file = RESULTS / "retraining.json"
    RESULTS.mkdir(exist_ok=True)
    found = json.loads(file.read_text()) if asked and file.exists() else {}
    for name in asked or runs:
        found[name] = runs[name]()
        file.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    results.write(found, RESULTS)


if __name__ == "__main__":
    main(sys.argv[1:])
