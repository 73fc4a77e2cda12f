"""What becomes of comments at the default budgets: by data set, by length, by language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from training.datasets import LABELS, Table
from training.evidence import Part, Slice, together
from training.serving import ACCEPT, HOLD, READ, REJECT, Bools, Gates, Reading, reached, verdicts

LENGTHS = ((1, 40), (40, 120), (120, 300), (300, 1 << 30))
"""Code points from, and up to but without."""
_LEAST, _LEAST_BAD = 20, 8
_BAD_OF = {"spam": ("spam", "gambling"), "toxicity": ("toxicity",)}


def confusion(parts: Sequence[Part], gates: Gates) -> dict[str, Any]:
    """Good and bad comments of each data set by verdict.

    ``rejected`` and ``held`` are shares of the good comments as the scores alone decide,
    ``unsure`` the share that is held besides because the model cannot read it. ``bad`` has, for
    each head that never saw the data set, the verdicts on what that head is true of.
    """
    report = {}
    for part in parts:
        good = known_good(part.table)
        if part.natural and good.any():
            bad = {head: _bad(part, head) for head in part.heads}
            report[part.name] = {
                **_good(part.reading.where(good), gates),
                "trained_on": part.trained_on,
                "bad": {
                    head: _shares(part.reading.where(rows), gates)
                    for head, rows in bad.items()
                    if rows.sum() >= _LEAST_BAD
                },
            }
    return report


def known_good(table: Table) -> Bools:
    """Rows known to be neither spam nor toxic: one of both said to be absent, none present."""
    spam, toxicity = (table.y[:, LABELS.index(head)] for head in ("spam", "toxicity"))
    good: Bools = (spam != 1) & (toxicity != 1) & ((spam == 0) | (toxicity == 0))
    return good


def _bad(part: Part, head: str) -> Bools:
    columns = [LABELS.index(name) for name in _BAD_OF.get(head, (head,))]
    found: Bools = (part.table.y[:, columns] == 1).any(axis=1)
    return found


def _good(reading: Reading, gates: Gates) -> dict[str, float]:
    held, rejected = reached(reading, gates, "hold"), reached(reading, gates, "reject")
    rejected &= ~reading.unsure
    shares = {"rejected": rejected, "held": held & ~rejected, "unsure": reading.unsure & ~held}
    return {"rows": len(held), **{name: _share(rows) for name, rows in shares.items()}}


def _shares(reading: Reading, gates: Gates) -> dict[str, float]:
    found = verdicts(reading, gates)
    names = {"accepted": ACCEPT, "held": HOLD, "rejected": REJECT}
    shares = {name: _share(found == code) for name, code in names.items()}
    return {"rows": len(found), **shares}


def by_length(slices: Sequence[Slice], gates: Gates) -> list[dict[str, Any]]:
    """Ranking and what is stopped, by head, language and length, all data sets together."""
    report = []
    for head in dict.fromkeys(one.head for one in slices):
        for lang in ("id", "en"):
            whole = together(list(slices), head, lang)
            if whole:
                rows = [_of_length(whole, gates, *bounds) for bounds in LENGTHS]
                report += [{"head": head, "lang": lang, **row} for row in rows if row]
    return report


def _of_length(whole: Slice, gates: Gates, low: int, high: int) -> dict[str, Any]:
    lengths = np.array([len(text) for text in whole.texts])
    rows = (lengths >= low) & (lengths < high)
    y = whole.y[rows]
    if not _LEAST <= y.sum() <= len(y) - _LEAST:
        return {}
    stopped = reached(whole.reading.where(rows), gates, "hold", _BAD_OF.get(whole.head, ()))
    return {
        "from": low,
        "to": high if high < LENGTHS[-1][1] else None,
        "rows": len(y),
        "positive": int(y.sum()),
        "auc": float(roc_auc_score(y, whole.scores[rows])),
        "bad_stopped": _share(stopped[y == 1]),
        "good_stopped": _share(stopped[y == 0]),
    }


def languages(table: Table, reading: Reading) -> dict[str, Any]:
    """Held-out rows of each language: what they are read as, and how often that is in doubt."""
    marks = np.array([_tongue(row.lang, row.labels) for row in table.rows], np.str_)
    report = {}
    for lang in sorted(set(marks.tolist())):
        rows = marks == lang
        names = reading.languages[rows]
        shares = {name: _share(names == name) for name in READ}
        report[lang] = {
            "rows": int(rows.sum()),
            **shares,
            "unsure": _share(reading.unsure[rows]),
        }
    return report


def _tongue(lang: str, labels: Sequence[float]) -> str:
    """``id``, ``en``, ``mixed`` or ``other``; Sundanese or Javanese in Indonesian data is other."""
    regional = labels[LABELS.index("other")] == 1
    return "other" if regional or lang not in ("id", "en", "mixed") else lang


def _share(rows: NDArray[np.bool_]) -> float:
    return round(float(rows.mean()), 5) if len(rows) else 0.0
