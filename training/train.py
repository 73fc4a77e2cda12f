"""``python -m training.train``: from labelled files to a model that the service can load."""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from sklearn.pipeline import Pipeline

from service.errors import ServiceError
from service.scoring import artefact
from service.scoring.features import build_pipeline
from service.scoring.labels import LANGUAGES
from training import (
    baseline,
    card,
    config,
    datasets,
    disguise,
    evaluate,
    evidence,
    folds,
    measure,
    reference,
    rulings,
    serving,
)
from training.datasets import DATA, LABELS, Table

ROOT = Path(__file__).resolve().parent.parent
Floats = NDArray[np.float64]
CANARIES = (
    "Terima kasih atas beritanya, semoga lekas membaik.",
    "Main di SLOT88 gacor, modal 10rb langsung maxwin! Cek bio 🎰",
    "𝐌𝐀𝐗𝐖𝐈𝐍 terus di 𝗔𝗟𝗘𝗫𝗜𝗦𝟭𝟳",
    "dasar tolol, otak udang semua",
    "I disagree with the author, but the numbers are right.",
    "you are a stupid idiot",
    "Check out my channel http://example.com for free gift cards!!!",
    "",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a training; returns the exit code."""
    options = _options(arguments)
    console = Console(stderr=True, quiet=not sys.stderr.isatty())
    try:
        settings = config.read(options.config)
        if options.seed is not None:
            settings = replace(settings, seed=options.seed)
        config.check_licences(settings.datasets, allow_noncommercial=options.allow_noncommercial)
        train(settings, options, console)
    except (config.Refused, ServiceError) as refusal:
        print(f"training refused: {refusal}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return 130
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of *.csv.gz files")
    parser.add_argument("--eval", type=Path, default=DATA.parent / "eval", help="measured on only")
    parser.add_argument("--out", type=Path, default=ROOT / "models", help="models folder")
    parser.add_argument("--config", type=Path, default=config.DEFAULT)
    parser.add_argument("--version", default=None, help="default: date and time")
    parser.add_argument("--seed", type=int, default=None, help="default: the configuration's")
    parser.add_argument("--allow-noncommercial", action="store_true")
    parser.add_argument("--no-written", action="store_true", help="leave out our written text")
    parser.add_argument("--labels", type=Path, help="learn from `saring export-labels` too")
    parser.add_argument("--quote", action="store_true", help="quote errors in the report")
    return parser.parse_args(arguments)


def train(settings: config.Config, options: argparse.Namespace, console: Console) -> None:
    """Load, fit, calibrate, measure, save, and make the new model the current one."""
    began, created = time.monotonic(), datetime.now(UTC)
    version = options.version or created.strftime("%Y%m%d-%H%M")
    with console.status("reading") as status:
        written = None if options.no_written else datasets.WRITTEN
        own = rulings.read(options.labels, settings, created) if options.labels else None
        table = datasets.load(options.data, settings, written, own.rows if own else ())
        settings = own.beside(settings) if own else settings
        status.update("fitting")
        pipeline = fit(settings, table)
        cost = _cost(began)
        status.update("measuring")
        unseen = folds.unseen(
            table,
            folds.folds(settings),
            serving.read(pipeline, table.texts, settings.unknown_limit),
        )
        pipeline.named_steps["heads"].keep(LABELS)
        good, rows = measure.good_scores(table, unseen.scores, settings)
        parts = evidence.collect(pipeline, table, unseen, settings, options.eval)
        metrics = measure.measure(pipeline, table, unseen, good, parts, settings)
        status.update("saving")
        metadata = {
            "version": version,
            "created": created.isoformat(timespec="seconds"),
            "params": settings.params(),
            "seed": settings.seed,
            "priors": settings.priors,
            "sources": card.sources(settings, table),
            "metrics": {**metrics, "training": cost, "baseline": baseline.recorded(settings)},
            "tail": evaluate.TAIL,
            "good": good,
            "rows": rows,
            "unknown_limit": settings.unknown_limit,
            "reference": reference.measure(pipeline, table, settings.unknown_limit),
        }
        saved = artefact.save(
            options.out,
            pipeline,
            metadata,
            CANARIES,
            lambda found: papers(found, evidence.slices(parts), quote=options.quote),
        )
    artefact.point(options.out, saved)
    print(f"{version}: {saved.digest[:12]}, {cost['seconds']} s, {cost['peak_mb']} MB")
    if own:
        print(own.summary())


def fit(settings: config.Config, table: Table) -> Pipeline:
    """The pipeline fitted on training rows and calibrated, with a scratch head per fold."""
    parts = folds.folds(settings)
    labels = (*LABELS, *(part.label for part in parts))
    pipeline = build_pipeline(
        {**settings.params(), "heads__labels": labels, "heads__random_state": settings.seed}
    )
    rows = disguise.disguised(table.split("train"), settings.seed, *settings.disguise)
    y, weight = folds.with_scratch(rows, parts)
    pipeline.fit(rows.texts, y, heads__sample_weight=weight, heads__groups=rows.groups)
    _calibrate(pipeline, table.split("dev").real(), parts, settings.priors)
    return pipeline


def _calibrate(
    pipeline: Pipeline, table: Table, parts: tuple[folds.Fold, ...], priors: dict[str, float]
) -> None:
    """Fold the calibration on held-out rows, weighted to the priors, into the heads."""
    y, weight = folds.with_scratch(table, parts)
    heads = pipeline.named_steps["heads"]
    langs = table.langs
    beside: dict[str, str] = {}
    for column, label in enumerate(heads.labels):
        head = label.partition("~")[0]
        if label in LANGUAGES:
            weight[:, column] = 0.0
        elif evaluate.by_language(y[:, column], weight[:, column], langs, priors[head]):
            beside |= {} if head in ("spam", "gambling") else {label: "id"}
    heads.calibrate(pipeline.named_steps["features"].transform(table.texts), y, weight, beside)


def papers(
    metadata: artefact.Metadata, slices: list[evidence.Slice], *, quote: bool
) -> dict[str, str]:
    """What people read about a model, by file name; the report needs the ``train`` extra."""
    found = {
        "CARD.md": card.write(metadata),
        "metrics.json": json.dumps(metadata.metrics, indent=1) + "\n",
    }
    if importlib.util.find_spec("matplotlib"):
        from training import report

        found["report.html"] = report.write(metadata, slices, quote=quote)
    return found


def _cost(began: float) -> dict[str, float]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": round(time.monotonic() - began, 1), "peak_mb": round(peak)}


if __name__ == "__main__":
    sys.exit(main())
