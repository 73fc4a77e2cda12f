"""Everything that is measured of a trained model; the report and the card only print it."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from service.scoring import language
from service.scoring.budgets import Threshold, thresholds
from service.scoring.labels import HEADS
from training import datasets, evaluate, identities
from training.config import Config
from training.datasets import LABELS, Table
from training.folds import folds
from training.obfuscate import WAYS, obfuscate

Floats = NDArray[np.float64]
Good = dict[str, dict[str, list[float]]]
_DISGUISED = 400


def good_scores(table: Table, unseen: Floats, config: Config) -> tuple[Good, Any]:
    """Curves of good comments' scores: by models that never saw their source, else held out."""
    held_out = np.array([row.split != "train" for row in table.rows])
    left_out = {fold.head: np.zeros(len(table), np.bool_) for fold in folds(config)}
    for fold in folds(config):
        left_out[fold.head] |= fold.holds(table)
    usable = {head: left_out.get(head, held_out) | held_out for head in HEADS}
    named = {dataset.name for dataset in config.datasets if dataset.good}
    named |= {name for name in table.names if name.startswith("written-ordinary")}
    return evaluate.good_curves(table, unseen, named, usable)


def measure(
    pipeline: Pipeline, table: Table, unseen: Floats, good: Good, config: Config, folder: Path
) -> dict[str, Any]:
    """All figures of a model.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted, calibrated, without scratch heads.
    table : Table
        All rows, of every split.
    unseen : ndarray
        Probabilities by scratch heads where those left the row out.
    good : mapping
        Curves that thresholds come from.
    folder : Path
        Data sets that are never trained on.
    """
    gates = thresholds(evaluate.TAIL, good, 1, 30)
    test = table.where(row.split == "test" and row.sure for row in table.rows).real()
    scores = pipeline.predict_proba(test.texts)
    return {
        "test": evaluate.by_source(test, scores),
        "ece": evaluate.calibration(test, scores, config.priors),
        "unseen": _unseen(table, unseen, config),
        "budgets": budgets(pipeline, table, unseen, gates, config, folder),
        "eval": _on_eval(pipeline, folder),
        "identities": identities.measure(pipeline, folder, gates["toxicity"].hold),
        "disguised": disguised(pipeline, folder, gates),
        "thresholds": {h: {"hold": t.hold, "reject": t.reject} for h, t in gates.items()},
    }


def _unseen(table: Table, unseen: Floats, config: Config) -> dict[str, Any]:
    """Leave-one-source-out: each data set scored by the head that never saw it."""
    report: dict[str, Any] = {}
    for fold in folds(config):
        rows = fold.holds(table) & np.array([row.sure for row in table.rows])
        column = LABELS.index(fold.head)
        strong = rows & (table.weight[:, column] > 0) & ~evaluate.weak(table, column)
        figures = evaluate.by_source(table.where(strong), unseen[strong], heads=(fold.head,))
        report.setdefault(fold.head, {}).update(figures.get(fold.head, {}))
    return report


def _on_eval(pipeline: Pipeline, folder: Path) -> dict[str, Any]:
    """Figures on the data sets that are never trained on, where they are at hand."""
    report = {}
    for path in sorted(folder.glob("*.csv.gz")):
        table = datasets.read_eval(path)
        for head, figures in evaluate.by_source(table, pipeline.predict_proba(table.texts)).items():
            report[f"{path.name.removesuffix('.csv.gz')}/{head}"] = next(iter(figures.values()))
    return report


def budgets(
    pipeline: Pipeline,
    table: Table,
    unseen: Floats,
    gates: dict[str, Threshold],
    config: Config,
    folder: Path,
) -> dict[str, Any]:
    """Shares of good comments rejected and held at the default budgets, per unseen data set."""
    report = {}
    for fold in folds(config):
        for name in fold.sources:
            if name in table.names:
                rows = (table.groups == table.names.index(name)) & _known_good(table)
                report[f"{name} (left out: {fold.head})"] = _shares(unseen[rows], gates)
    for path in sorted(folder.glob("*.csv.gz")):
        held = datasets.read_eval(path)
        good = held.where(_known_good(held))
        if "templates" not in path.name:
            features = pipeline.named_steps["features"].transform(good.texts)
            scores = pipeline.named_steps["heads"].predict_proba(features)
            readings = language.read(scores[:, len(HEADS) :], features, config.unknown_limit)
            unsure = np.array([doubt for _, doubt in readings])
            report[path.name.removesuffix(".csv.gz")] = _shares(scores, gates, unsure)
    return report


def _known_good(table: Table) -> NDArray[np.bool_]:
    spam, toxicity = (table.y[:, LABELS.index(head)] for head in ("spam", "toxicity"))
    good: NDArray[np.bool_] = (spam != 1) & (toxicity != 1) & ((spam == 0) | (toxicity == 0))
    return good


def _shares(
    scores: Floats, gates: dict[str, Threshold], unsure: NDArray[np.bool_] | None = None
) -> dict[str, Any]:
    rejected, held = np.zeros(len(scores), np.bool_), np.zeros(len(scores), np.bool_)
    for head, gate in gates.items():
        column = scores[:, LABELS.index(head)]
        rejected |= column >= (2.0 if gate.reject is None else gate.reject)
        held |= column >= (2.0 if gate.hold is None else gate.hold)
    found = {"rows": len(scores), "rejected": rejected.mean(), "held": (held & ~rejected).mean()}
    if unsure is not None:
        found["unsure"] = (unsure & ~held).mean()
    return {key: round(float(value), 5) for key, value in found.items()}


def disguised(pipeline: Pipeline, folder: Path, gates: dict[str, Threshold]) -> dict[str, Any]:
    """Of unseen spam that is held or rejected: the share that still is after each trick."""
    path = folder / "id-youtube-gambling-b.csv.gz"
    if not path.is_file():
        return {}
    spam = [row.text for row in datasets.read_eval(path).rows if row.labels[0] == 1]
    caught = [text for text, hit in zip(spam, _caught(pipeline, spam, gates), strict=True) if hit]
    caught = Random(1).sample(caught, min(_DISGUISED, len(caught)))  # noqa: S311
    report = {}
    for way in sorted(WAYS):
        rng = Random(way)  # noqa: S311
        texts = [obfuscate(text, way, rng, 0.6) for text in caught]
        report[way] = round(float(_caught(pipeline, texts, gates).mean()), 4)
    return report


def _caught(pipeline: Pipeline, texts: list[str], gates: dict[str, Threshold]) -> NDArray[np.bool_]:
    scores = pipeline.predict_proba(texts)
    limits = {head: gate.hold for head, gate in gates.items() if head in ("spam", "gambling")}
    hits = [scores[:, LABELS.index(h)] >= limit for h, limit in limits.items() if limit is not None]
    caught: NDArray[np.bool_] = np.any(hits, axis=0)
    return caught
