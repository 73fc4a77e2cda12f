"""``python -m training.train``: from labelled files to a model that the service can load."""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from sklearn.pipeline import Pipeline

from service.scoring import artefact
from service.scoring.features import HEADS, LANGUAGES, build_pipeline
from training import card, config, datasets, evaluate
from training.datasets import LABELS, Table

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data" / "train"
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
        config.check_licences(settings.datasets, allow_noncommercial=options.allow_noncommercial)
        train(settings, options, console)
    except config.Refused as refusal:
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
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--allow-noncommercial", action="store_true")
    return parser.parse_args(arguments)


def train(settings: config.Config, options: argparse.Namespace, console: Console) -> None:
    """Load, fit, calibrate, measure, save, and make the new model the current one."""
    began, created = time.monotonic(), datetime.now(UTC)
    version = options.version or created.strftime("%Y%m%d-%H%M")
    with console.status("reading") as status:
        table = datasets.load(options.data, settings)
        status.update("fitting")
        pipeline = fit(settings, table.split("train"))
        status.update("calibrating")
        calibrate(pipeline, table.split("dev"), settings.priors)
        status.update("measuring")
        held_out = table.split("dev", "test")
        metrics, good, rows = measure(pipeline, held_out, settings)
        metrics["eval"] = measure_eval(pipeline, options.eval)
        metrics["training"] = _cost(began)
        status.update("saving")
        metadata = artefact.save(
            options.out,
            pipeline,
            {
                "version": version,
                "created": created.isoformat(timespec="seconds"),
                "params": settings.params(),
                "seed": settings.seed if options.seed is None else options.seed,
                "priors": settings.priors,
                "sources": card.sources(settings, table),
                "metrics": metrics,
                "tail": evaluate.TAIL,
                "good": good,
                "rows": rows,
                "unknown_limit": settings.unknown_limit,
            },
            CANARIES,
        )
    (options.out / version / "CARD.md").write_text(card.write(metadata), encoding="utf-8")
    artefact.point(options.out, metadata)
    print(f"{version}: {metadata.digest[:12]}, {metrics['training']['seconds']} s")


def fit(settings: config.Config, table: Table) -> Pipeline:
    """The pipeline fitted on training rows."""
    pipeline = build_pipeline(settings.params())
    return pipeline.fit(
        table.texts, table.y, heads__sample_weight=table.weight, heads__groups=table.groups
    )


def calibrate(pipeline: Pipeline, table: Table, priors: dict[str, float]) -> None:
    """Fold the calibration on held-out rows, weighted to the priors, into the heads."""
    y, weight = table.y, table.weight.copy()
    for column, head in enumerate(LABELS):
        if head in LANGUAGES:
            weight[:, column] = 0.0
            continue
        rows = ~np.isnan(y[:, column]) & (weight[:, column] > 0)
        if rows.any():
            weight[rows, column] = evaluate.to_prior(
                y[rows, column], weight[rows, column], priors[head]
            )
    bags = pipeline.named_steps["features"].transform(table.texts)
    pipeline.named_steps["heads"].calibrate(bags, y, weight)


def measure(pipeline: Pipeline, table: Table, settings: config.Config) -> tuple[Any, Any, Any]:
    """Figures on held-out rows, and the scores of good comments that thresholds come from."""
    probabilities = pipeline.predict_proba(table.texts)
    test = [row.split == "test" for row in table.rows]
    chosen, scores = table.where(test), probabilities[np.array(test)]
    metrics = {
        "test": evaluate.by_source(chosen, scores),
        "ece": evaluate.calibration(chosen, scores, settings.priors),
    }
    good_sets = {dataset.name for dataset in settings.datasets if dataset.good}
    return metrics, *evaluate.good_scores(table, probabilities, good_sets)


def measure_eval(pipeline: Pipeline, folder: Path) -> dict[str, Any]:
    """Figures on the data sets that are never trained on, where they are at hand."""
    report = {}
    for path in sorted(folder.glob("*.csv.gz")):
        table = datasets.read_eval(path)
        scores = pipeline.predict_proba(table.texts)[:, : len(HEADS)]
        for head, figures in evaluate.by_source(table, scores).items():
            report[f"{path.name.removesuffix('.csv.gz')}/{head}"] = next(iter(figures.values()))
    return report


def _cost(began: float) -> dict[str, float]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": round(time.monotonic() - began, 1), "peak_mb": round(peak)}


if __name__ == "__main__":
    sys.exit(main())
