"""What the drift watch compares a site's weeks with: how good comments looked at training time."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from service.scoring.looks import Looks
from service.scoring.scorer import assessments
from training.datasets import LABELS, Table

_JUDGED = ("spam", "gambling", "toxicity", "identity_attack", "threat")


def measure(pipeline: Pipeline, table: Table, unknown_limit: float) -> dict[str, Any]:
    """Counts over the held-out natural comments that no annotation speaks against.

    ``pipeline`` has its final heads; ``table`` holds all rows of every split.
    """
    columns = [LABELS.index(head) for head in _JUDGED]
    speaks = (np.nan_to_num(table.y[:, columns]) > 0).any(axis=1)
    held_out = [row.split == "test" and not row.source.startswith("written-") for row in table.rows]
    texts = table.where(np.array(held_out, np.bool_) & ~speaks).texts
    return Looks.of(assessments(pipeline, texts, unknown_limit)).to_json()
