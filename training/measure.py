"""Everything that is measured of a trained model; the report and the card only print it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from service.scoring.labels import HEADS
from training import evaluate, evidence, functional, identities, outcomes, serving
from training.config import Config
from training.datasets import LABELS, Table
from training.evidence import Part
from training.folds import folds
from training.obfuscate import WAYS, obfuscate
from training.serving import Gates, Reading, reached

Floats = NDArray[np.float64]
Good = dict[str, dict[str, list[float]]]
_DISGUISED, _DISGUISED_SET = 400, "id-youtube-gambling-b"
_SPAM_HEADS = ("spam", "gambling")


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
    pipeline: Pipeline,
    table: Table,
    unseen: Reading,
    good: Good,
    parts: Sequence[Part],
    config: Config,
) -> dict[str, Any]:
    """All figures of a model.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted, calibrated, without scratch heads.
    table : Table
        All rows, of every split.
    unseen : Reading
        Of those rows, by scratch heads where those left the row out.
    good : mapping
        Curves that thresholds come from.
    parts : sequence of Part
        The data sets that heads never saw, from :func:`training.evidence.collect`.
    """
    gates = serving.gates(good)
    tested = np.array([row.split == "test" and row.sure for row in table.rows], np.bool_)
    tested &= np.array([not row.source.startswith("written-") for row in table.rows], np.bool_)
    test = table.where(tested)
    scores = pipeline.predict_proba(test.texts)
    held_out = np.array([row.split != "train" for row in table.rows], np.bool_)
    never = [part for part in parts if not part.trained_on]
    return {
        "test": evaluate.by_source(test, scores),
        "ece": evaluate.calibration(test, scores, config.priors),
        "unseen": left_out(table, unseen.scores, config),
        "eval": on_eval([(part.table, part.reading.scores) for part in never]),
        "budgets": outcomes.confusion(parts, gates),
        "lengths": outcomes.by_length(evidence.slices(list(parts)), gates),
        "languages": outcomes.languages(table.where(held_out), unseen.where(held_out)),
        "identities": _identities(never, gates),
        "functional": functional.measure(pipeline),
        "disguised": disguised(pipeline, parts, gates, config.unknown_limit),
        "thresholds": {
            lang: {head: {"hold": t.hold, "reject": t.reject} for head, t in by_head.items()}
            for lang, by_head in gates.items()
        },
    }


def _identities(parts: Sequence[Part], gates: Gates) -> dict[str, Any]:
    """The template sentences, where they are at hand."""
    for part in parts:
        if not part.natural:
            held = reached(part.reading, gates, "hold", ("toxicity",))
            return identities.measure(part.table, part.reading.scores, held)
    return {}


def left_out(table: Table, unseen: Floats, config: Config) -> dict[str, Any]:
    """Leave-one-source-out: each data set scored by the head that never saw it."""
    report: dict[str, Any] = {}
    for fold in folds(config):
        rows = fold.holds(table) & np.array([row.sure for row in table.rows])
        column = LABELS.index(fold.head)
        strong = rows & (table.weight[:, column] > 0) & ~evaluate.weak(table, column)
        figures = evaluate.by_source(table.where(strong), unseen[strong], heads=(fold.head,))
        report.setdefault(fold.head, {}).update(figures.get(fold.head, {}))
    return report


def on_eval(
    scored: Iterable[tuple[Table, Floats]], heads: tuple[str, ...] = HEADS
) -> dict[str, Any]:
    """Figures on the data sets that are never trained on, by data set and head."""
    report = {}
    for table, scores in scored:
        for head, figures in evaluate.by_source(table, scores, heads=heads).items():
            report[f"{table.names[0]}/{head}"] = next(iter(figures.values()))
    return report


def disguised(
    pipeline: Pipeline, parts: Sequence[Part], gates: Gates, unknown_limit: float
) -> dict[str, Any]:
    """Of unseen spam that is held or rejected for it: the share that still is after each trick."""
    spam = [text for part in parts if part.name == _DISGUISED_SET for text in _spam(part, gates)]
    caught = Random(1).sample(spam, min(_DISGUISED, len(spam)))  # noqa: S311
    report = {}
    for way in sorted(WAYS) if caught else ():
        rng = Random(way)  # noqa: S311
        texts = [obfuscate(text, way, rng, 0.6) for text in caught]
        reading = serving.read(pipeline, texts, unknown_limit)
        report[way] = round(float(reached(reading, gates, "hold", _SPAM_HEADS).mean()), 4)
    return report


def _spam(part: Part, gates: Gates) -> list[str]:
    """The spam of a data set that is caught."""
    hits = reached(part.reading, gates, "hold", _SPAM_HEADS)
    hits &= part.table.y[:, LABELS.index("spam")] == 1
    return part.table.where(hits).texts
