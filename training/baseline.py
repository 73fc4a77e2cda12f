"""``python -m training.baseline``: what plain scikit-learn makes of the same rows.

TF-IDF of words 1-2 and of characters 2-5 inside words, one logistic regression (C = 1) per head and
fold: what a site could write itself in ten lines. Rows, splits, labels, weights and left-out data
sets are those of ``training.train``, without the text that we wrote ourselves unless asked. The
figures go to ``baseline.json``, and the card and the report print them beside the model's own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_union

from training import config, datasets, evidence, folds, identities, measure
from training.datasets import LABELS, Table

RECORD = Path(__file__).with_name("baseline.json")
HEADS = ("spam", "gambling", "toxicity")
_ITERATIONS = 300
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Plain:
    """The baseline: one model per head on features that all heads share.

    Parameters
    ----------
    table : Table
        Training rows. The features see all of them, as ours do.
    """

    def __init__(self, table: Table) -> None:
        self.features = features()
        self._design = csr_array(self.features.fit_transform(table.texts))
        self._y, self._weight = table.y, table.weight

    def fit(self, head: str, hidden: Bools | None = None) -> LogisticRegression:
        """One head on the rows where it is known, without the hidden ones."""
        column = LABELS.index(head)
        y, weight = self._y[:, column], self._weight[:, column]
        known = ~np.isnan(y) & (weight > 0)
        rows = np.flatnonzero(known if hidden is None else known & ~hidden)
        model = LogisticRegression(C=1.0, max_iter=_ITERATIONS)
        share = weight[rows] / weight[rows].mean()
        return model.fit(self._design[rows], y[rows], sample_weight=share)

    def predict(self, models: Mapping[str, LogisticRegression], texts: Sequence[str]) -> Floats:
        """Probabilities, of shape (texts, labels); NaN for the heads that there is no model of."""
        found = np.full((len(texts), len(LABELS)), np.nan)
        design = self.features.transform(texts)
        for head, model in models.items():
            found[:, LABELS.index(head)] = model.predict_proba(design)[:, 1]
        return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the baseline and record it; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.baseline", description=__doc__)
    parser.add_argument("--data", type=Path, default=datasets.DATA, help="folder of *.csv.gz files")
    parser.add_argument("--eval", type=Path, default=datasets.DATA.parent / "eval")
    parser.add_argument("--config", type=Path, default=config.DEFAULT)
    parser.add_argument("--written", action="store_true", help="train on our written text too")
    parser.add_argument("--out", type=Path, default=RECORD)
    options = parser.parse_args(arguments)
    settings = config.read(options.config)
    written = datasets.WRITTEN if options.written else None
    found = figures(settings, datasets.load(options.data, settings, written), options.eval)
    options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"{options.out.name}: {found['rows']} rows, {found['seconds']} s")
    return 0


def figures(settings: config.Config, table: Table, folder: Path) -> dict[str, Any]:
    """All that is measured of the baseline, in the shape of a model's metrics."""
    began = time.monotonic()
    rows = table.split("train")
    plain = Plain(rows)
    scores = np.full((len(table), len(LABELS)), np.nan)
    for fold in folds.folds(settings):
        model = plain.fit(fold.head, fold.holds(rows))
        out, column = fold.holds(table), LABELS.index(fold.head)
        scores[out, column] = plain.predict({fold.head: model}, table.where(out).texts)[:, column]
    models = {head: plain.fit(head) for head in HEADS}
    never = [(held, plain.predict(models, held.texts)) for held in evidence.tables(folder)]
    return {
        "fingerprint": fingerprint(settings),
        "rows": len(rows),
        "unseen": measure.left_out(table, scores, settings),
        "eval": measure.on_eval(never, HEADS),
        "identities": _identities(never),
        "seconds": round(time.monotonic() - began),
    }


def _identities(scored: Sequence[tuple[Table, Floats]]) -> dict[str, float]:
    """AUC over all template sentences and of the worst group."""
    for table, scores in scored:
        if table.names[0] == evidence.TEMPLATES:
            nothing = np.zeros(len(table), np.bool_)  # it has no thresholds to hold by
            whole = identities.measure(table, scores, nothing)["whole"]
            return {name: whole[name] for name in ("auc", "worst_auc", "widest_gap")}
    return {}


def fingerprint(settings: config.Config) -> str:
    """Digest of the data sets and of what is left out; figures of others are not comparable."""
    parts = [sorted((d.name, d.sha256) for d in settings.datasets), settings.folds]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def recorded(settings: config.Config, path: Path | None = None) -> dict[str, Any]:
    """The baseline's figures on these data sets and folds; empty where none were measured."""
    path = path or RECORD
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found if found.get("fingerprint") == fingerprint(settings) else {}


def features() -> FeatureUnion:
    """TF-IDF of words 1-2 and of characters 2-5 inside words, as most would begin."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, dtype=np.float32)
    chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, dtype=np.float32)
    return make_union(words, chars)


if __name__ == "__main__":
    sys.exit(main())
