"""Does naming a group make a comment toxic? Measured on template sentences, never trained on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from training.datasets import LABELS, Table

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
_FLAGGED = 0.95
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def measure(table: Table, scores: Floats, held: Bools) -> dict[str, Any]:
    """AUC within each identity, and how far its false positives exceed those of the whole.

    Twice: at the thresholds that hold comments, and at one so low that it flags 5 % of all
    harmless sentences.

    Parameters
    ----------
    table : Table
        The template sentences.
    scores : ndarray of shape (sentences, labels)
    held : ndarray of bool of shape (sentences,)
        Which sentences the service would hold as toxic.
    """
    column = LABELS.index("toxicity")
    toxicity, toxic = scores[:, column], table.y[:, column] == 1
    flagged = toxicity > np.quantile(toxicity[~toxic], _FLAGGED)
    words = [set(text.lower().replace(".", "").split()) for text in table.texts]
    terms = {}
    for term in TERMS:
        rows = np.array([term in found for found in words], np.bool_)
        if (rows & toxic).sum() >= _LEAST <= (rows & ~toxic).sum():
            terms[term] = {
                "rows": int(rows.sum()),
                "auc": float(roc_auc_score(toxic[rows], toxicity[rows])),
                "false_positives": float(flagged[rows & ~toxic].mean()),
                "held": float(held[rows & ~toxic].mean()),
                "caught": float(held[rows & toxic].mean()),
            }
    overall = float(held[~toxic].mean())
    whole = {
        "auc": float(roc_auc_score(toxic, toxicity)),
        "held": overall,
        "held_gap": max(found["held"] for found in terms.values()) - overall,
        "worst_auc": min(found["auc"] for found in terms.values()),
        "widest_gap": max(found["false_positives"] for found in terms.values()) - (1 - _FLAGGED),
    }
    return {"whole": whole, "terms": terms}
