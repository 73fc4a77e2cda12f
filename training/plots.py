"""Plots of the report as SVG text, so that the page is one file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve, roc_curve

from training.evidence import Slice

Floats = NDArray[np.float64]
_POINTS = 150
_COLOURS = ("#1b6ca8", "#c8553d", "#3a7d44", "#8e5ea2", "#b8860b", "#4a4a4a", "#d87093", "#2a9d8f")
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "saring",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
}


@contextmanager
def _drawing(columns: int, height: float = 3.4) -> Iterator[tuple[Figure, list[Axes], list[str]]]:
    """A figure with axes side by side; its SVG is put into the list at the end."""
    svg: list[str] = []
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(4.6 * columns, height), layout="constrained")
        axes = [figure.add_subplot(1, columns, n + 1) for n in range(columns)]
        yield figure, axes, svg
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    svg.append(re.sub(r"^.*?(?=<svg)", "", buffer.getvalue(), flags=re.DOTALL))


def ranking(slices: Sequence[Slice]) -> str:
    """ROC with a logarithmic axis of false alarms beside precision and recall, by data set."""
    with _drawing(2, 4.4) as (figure, (roc, pr), svg):
        for number, part in enumerate(slices):
            colour = _COLOURS[number % len(_COLOURS)]
            style = "-" if part.lang == "id" else "--"
            false, true, _ = roc_curve(part.y, part.scores)
            roc.plot(*_thin(np.maximum(false, 1e-4), true), style, color=colour, label=part.name)
            precision, recall, _ = precision_recall_curve(part.y, part.scores)
            pr.plot(*_thin(recall, precision), style, color=colour)
        roc.set(xscale="log", xlim=(1e-4, 1), ylim=(0, 1.01))
        roc.set(xlabel="good comments flagged", ylabel="bad comments found", title="ROC")
        pr.set(xlabel="bad comments found", ylabel="of the flagged, truly bad", ylim=(0, 1.01))
        pr.set(title="precision and recall")
        figure.legend(*roc.get_legend_handles_labels(), fontsize=7, loc="outside right upper")
    return svg[0]


def calibration(slices: Sequence[Slice], prior: float) -> str:
    """Said and found probability, rows weighted to the prior, by language."""
    with _drawing(1, 3.6) as (_, (axes,), svg):
        axes.plot((0, 1), (0, 1), color="#999999", linewidth=0.8)
        for number, lang in enumerate(("id", "en")):
            parts = [part for part in slices if part.lang == lang]
            if parts:
                said, found = _reliability(parts, prior)
                axes.plot(said, found, "o-", color=_COLOURS[number], label=lang, markersize=3)
        axes.set(xlabel="said by the model", ylabel="found, at the stated prior")
        axes.legend()
    return svg[0]


def _reliability(parts: Sequence[Slice], prior: float) -> tuple[Floats, Floats]:
    y, scores = (np.concatenate([getattr(p, name) for p in parts]) for name in ("y", "scores"))
    weight = np.where(y == 1, prior / y.mean(), (1 - prior) / (1 - y.mean()))
    bins = np.minimum((scores * 15).astype(int), 14)
    total = np.bincount(bins, weight, 15)
    used = total > 0
    said, found = (np.bincount(bins, weight * v, 15)[used] / total[used] for v in (scores, y))
    return said, found


def histogram(slices: Sequence[Slice], hold: float | None, reject: float | None) -> str:
    """Scores of good and bad comments with the thresholds of the default budgets."""
    langs = [lang for lang in ("id", "en") if any(part.lang == lang for part in slices)]
    with _drawing(max(len(langs), 1), 3.0) as (_, panels, svg):
        for axes, lang in zip(panels, langs, strict=False):
            parts = [part for part in slices if part.lang == lang]
            y, scores = (np.concatenate([getattr(p, n) for p in parts]) for n in ("y", "scores"))
            bins = np.linspace(0, 1, 41).tolist()
            for label, name, colour in ((0, "good", "#3a7d44"), (1, "bad", "#c8553d")):
                share = np.full((y == label).sum(), 1 / max((y == label).sum(), 1))
                values = scores[y == label]
                axes.hist(values, bins, weights=share, color=colour, alpha=0.55, label=name)
            for limit, name in ((hold, "hold"), (reject, "reject")):
                if limit is not None:
                    axes.axvline(limit, color="black", linewidth=0.9, linestyle=":")
                    axes.text(limit, 1.15, name, fontsize=8, ha="right", rotation=90, va="top")
            axes.set(yscale="log", ylim=(1e-4, 1.2), title=lang, xlabel="score", ylabel="share")
            axes.legend()
    return svg[0]


def _thin(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """At most so many points of a curve, ends included."""
    if len(x) <= _POINTS:
        return x, y
    keep = np.unique(np.linspace(0, len(x) - 1, _POINTS).astype(int))
    return x[keep], y[keep]
