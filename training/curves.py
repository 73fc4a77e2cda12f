"""Scores of good comments under a challenger, from which the site's thresholds follow.

The base's curves are raised where our own good texts now score higher, never lowered, and the
site's own good comments join them once there are enough that chance picked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from service.labels import Label
from service.scoring.labels import HEADS
from training.evaluate import TAIL

Floats = NDArray[np.float64]
Good = dict[str, dict[str, list[float]]]
ENOUGH: Final = 400
"""As many good comments of a site and language as one data set needs for a curve of its own."""

_KNOWN_SHARE: Final = 0.004
_TINY: Final = 1e-9


def raised(good: Mapping[str, Mapping[str, Sequence[float]]], base: Floats, now: Floats) -> Good:
    """Curves moved up by as much as the tail of our own good texts moved.

    Parameters
    ----------
    base, now : ndarray of shape (good rehearsed texts, heads)
        Log-odds before and after learning.
    """
    shares = np.array(TAIL)
    found: Good = {}
    for head, curves in good.items():
        column = HEADS.index(head)
        before, after = (
            np.quantile(part[:, column], 1 - np.maximum(shares, 1 / max(len(base), 1)))
            for part in (base, now)
        )
        up = np.maximum(after - before, 0.0)
        found[head] = {name: _lifted(np.array(curve), up) for name, curve in curves.items()}
    return found


def _lifted(curve: Floats, up: Floats) -> list[float]:
    moved = expit(logit(np.clip(curve, _TINY, 1 - _TINY)) + up)
    return [round(float(v), 7) for v in np.where(up > 0, moved, curve)]


def of_site(rows: Sequence[Label], scores: Floats) -> tuple[Good, dict[str, int]]:
    """Curves of the site's own good comments by language, and how many made them.

    Each accepted comment stands for as many as chance passed over; held ones all get a ruling and
    stand for themselves. Shares that the rows cannot tell stay 0, which binds nothing.
    """
    found: Good = {head: {} for head in HEADS}
    counted: dict[str, int] = {}
    for lang in ("id", "en"):
        index = [i for i, r in enumerate(rows) if r.verdict == "accept" and r.language == lang]
        unbiased = sum(rows[i].sampled or rows[i].source == "import" for i in index)
        if unbiased < ENOUGH:
            continue
        worth = np.array([rows[i].stands_for for i in index])
        counted[lang] = len(index)
        for column, head in enumerate(HEADS):
            found[head][f"{lang}-site"] = _tail(scores[index, column], worth)
    return found, counted


def _tail(scores: Floats, worth: Floats) -> list[float]:
    order = np.argsort(-scores, kind="stable")
    share = np.cumsum(worth[order]) / worth.sum()
    place = np.searchsorted(share, TAIL, side="right")
    values = scores[order][np.minimum(place, len(order) - 1)]
    return [round(float(v), 7) for v in np.where(np.array(TAIL) >= _KNOWN_SHARE, values, 0.0)]
