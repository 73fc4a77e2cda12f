"""Does naming a group make a comment toxic? Measured on template sentences, never trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline

from service.scoring.labels import HEADS
from training import datasets

TERMS = [
    "gay",
    "lesbian",
    "bisexual",
    "transgender",
    "trans",
    "queer",
    "lgbt",
    "lgbtq",
    "homosexual",
    "straight",
    "heterosexual",
    "male",
    "female",
    "nonbinary",
    "african",
    "black",
    "white",
    "european",
    "hispanic",
    "latino",
    "latina",
    "latinx",
    "mexican",
    "canadian",
    "american",
    "asian",
    "indian",
    "chinese",
    "japanese",
    "christian",
    "muslim",
    "jewish",
    "buddhist",
    "catholic",
    "protestant",
    "sikh",
    "taoist",
    "old",
    "older",
    "young",
    "younger",
    "teenage",
    "millenial",
    "elderly",
    "blind",
    "deaf",
    "paralyzed",
]
_LEAST = 20


def measure(pipeline: Pipeline, folder: Path, hold: float | None) -> dict[str, Any]:
    """AUC within each identity, and how far its false positives exceed those of the whole.

    Twice: at the threshold that holds comments, and at one so low that it flags 5 % of all harmless
    sentences.
    """
    path = folder / "en-identity-templates.csv.gz"
    if not path.is_file():
        return {}
    table = datasets.read_eval(path)
    column = HEADS.index("toxicity")
    scores = pipeline.predict_proba(table.texts)[:, column]
    toxic = table.y[:, column] == 1
    gate = 2.0 if hold is None else hold
    held = float((scores[~toxic] >= gate).mean())
    limit = np.quantile(scores[~toxic], 0.95)
    words = [set(text.lower().replace(".", "").split()) for text in table.texts]
    terms = {}
    for term in TERMS:
        rows = np.array([term in found for found in words])
        if (rows & toxic).sum() >= _LEAST <= (rows & ~toxic).sum():
            terms[term] = {
                "rows": int(rows.sum()),
                "auc": float(roc_auc_score(toxic[rows], scores[rows])),
                "false_positives": float((scores[rows & ~toxic] > limit).mean()),
                "held": float((scores[rows & ~toxic] >= gate).mean()),
            }
    whole = {
        "auc": float(roc_auc_score(toxic, scores)),
        "held": held,
        "held_gap": max(found["held"] for found in terms.values()) - held,
        "worst_auc": min(found["auc"] for found in terms.values()),
        "widest_gap": max(found["false_positives"] for found in terms.values()) - 0.05,
    }
    return {"whole": whole, "terms": terms}
