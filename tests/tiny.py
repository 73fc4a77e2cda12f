"""One tiny model, trained in a second: its texts, what it says of itself, and the pipeline."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from service.scoring.features import HEADS, LANGUAGES, build_pipeline

GOOD = {
    "id": ["terima kasih infonya", "beritanya bagus sekali", "semoga cepat selesai ya"],
    "en": ["thank you for the news", "i agree with the author", "hope it is over soon"],
}
SPAM = ["main slot gacor maxwin", "slot gacor modal receh", "daftar slot maxwin hari ini"]
RUDE = ["dasar tolol goblok", "you stupid idiot", "goblok banget otaknya", "what an idiot"]
SMALL = {"heads__bits": 13, "heads__word_bits": 12, "heads__pair_bits": 12}
TINY = {**SMALL, "heads__penalty": 1e-9}
TAIL = [0.0, 0.001, 0.01, 0.1, 1.0]


def labelled() -> tuple[list[str], np.ndarray[Any, Any]]:
    texts, rows = [], []
    for lang, group in {**GOOD, "spam": SPAM, "rude": RUDE}.items():
        for text in group:
            texts.append(text)
            true = {"spam": ["spam", "gambling"], "rude": ["toxicity"]}.get(lang, [])
            true = [*true, "en" if lang == "en" or "idiot" in text else "id"]
            rows.append([float(name in true) for name in HEADS + LANGUAGES])
    return texts * 3, np.array(rows * 3)


def metadata(**changes: Any) -> dict[str, Any]:
    curve = [0.9, 0.8, 0.6, 0.2, 0.0]
    return {
        "version": "tiny",
        "created": "2026-11-23T00:00:00+00:00",
        "params": {},
        "seed": 1,
        "priors": {},
        "sources": [],
        "metrics": {},
        "tail": TAIL,
        "good": {head: {"id": curve, "en": [v / 2 for v in curve]} for head in HEADS},
        "rows": {},
        "unknown_limit": 0.8,
        **changes,
    }


def fitted() -> Pipeline:
    """The pipeline, fitted on `labelled`."""
    texts, y = labelled()
    model = build_pipeline(TINY)
    return model.fit(texts, y)
