"""Plots of the report as SVG text, so that the page is one file; single panels stack on phones."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
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
_BINS = 15
_COLOURS = ("#1b6ca8", "#c8553d", "#3a7d44", "#8e5ea2", "#b8860b", "#d87093", "#2a9d8f", "#7a5c3e")
_DASHES = ("-", "--", ":")
_GOOD, _BAD, _ALL = "#3a7d44", "#c8553d", "#111111"
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
def _panel(title: str, height: float = 3.3) -> Iterator[tuple[Axes, list[str]]]:
    """Axes to draw on; their SVG is put into the list at the end."""
    svg: list[str] = []
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(4.4, height), layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(title)
        yield axes, svg
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    plain = re.sub(r"^.*?(?=<svg)", "", buffer.getvalue(), flags=re.DOTALL)
    svg.append(plain.replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1))


def ranking(parts: Sequence[Slice], whole: Slice | None) -> str:
    """ROC, precision with recall, and their legend: each data set, and all together in black."""
    lines = [(part, *_look(number)) for number, part in enumerate(parts)]
    if whole and len(parts) > 1:
        lines.append((whole, _ALL, "-"))
    with _panel("bad found, for good flagged by mistake") as (axes, roc):
        for part, colour, dash in lines:
            false, true, _ = roc_curve(part.y, part.scores)
            axes.plot(*_thin(np.maximum(false, 1e-4), true), dash, color=colour, lw=_width(colour))
        axes.set(xscale="log", xlim=(1e-4, 1), ylim=(0, 1.01))
        axes.set(xlabel="share of good comments flagged", ylabel="share of bad comments found")
    with _panel("how many of the flagged are truly bad") as (axes, pr):
        for part, colour, dash in lines:
            precision, recall, _ = precision_recall_curve(part.y, part.scores)
            axes.plot(*_thin(recall, precision), dash, color=colour, lw=_width(colour))
        axes.set(xlabel="share of bad comments found", ylabel="of the flagged, bad (precision)")
        axes.set(xlim=(0, 1.01), ylim=(0, 1.01))
    return f"{roc[0]}{pr[0]}{_legend(lines)}"


def _look(number: int) -> tuple[str, str]:
    return _COLOURS[number % len(_COLOURS)], _DASHES[number // len(_COLOURS) % len(_DASHES)]


def _width(colour: str) -> float:
    return 2.4 if colour == _ALL else 1.2


def _legend(lines: Sequence[tuple[Slice, str, str]]) -> str:
    styles = {"-": "solid", "--": "dashed", ":": "dotted"}
    items = "".join(
        f'<li><i style="border-top:3px {styles[dash]} {colour}"></i>'
        f"{escape('all together' if colour == _ALL else part.name)}</li>"
        for part, colour, dash in lines
    )
    return f'<ul class="legend">{items}</ul>'


def calibration(parts: Sequence[Slice], prior: float) -> str:
    """Said and found probability with rows weighted to the prior, one line per language."""
    with _panel("said by the model, and found") as (axes, svg):
        axes.plot((0, 1), (0, 1), color="#999999", linewidth=0.8)
        for part, colour in zip(parts, _COLOURS, strict=False):
            said, found = _reliability(part, prior)
            axes.plot(said, found, "o-", color=colour, label=part.lang, markersize=3)
        axes.set(xlabel="probability that the model gives", ylabel="share that is bad")
        axes.legend()
    return svg[0]


def _reliability(part: Slice, prior: float) -> tuple[Floats, Floats]:
    y, scores = part.y, part.scores
    weight = np.where(y == 1, prior / y.mean(), (1 - prior) / (1 - y.mean()))
    bins = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    total = np.bincount(bins, weight, _BINS)
    used = total > 0
    said, found = (np.bincount(bins, weight * v, _BINS)[used] / total[used] for v in (scores, y))
    return said, found


def histogram(part: Slice, hold: float | None, reject: float | None) -> str:
    """Scores of the good and the bad comments of one language, and its default thresholds."""
    with _panel(f"scores of good and bad comments, {part.lang}") as (axes, svg):
        bins = np.linspace(0, 1, 41).tolist()
        for truth, name, colour in ((0, "good", _GOOD), (1, "bad", _BAD)):
            values = part.scores[part.y == truth]
            share = np.full(len(values), 1 / max(len(values), 1))
            axes.hist(values, bins, weights=share, color=colour, alpha=0.55, label=name)
        for limit, name, dash in ((hold, "hold", ":"), (reject, "reject", "--")):
            if limit is not None:
                label = f"{name} from {limit:.4f}"
                axes.axvline(limit, color="black", lw=1.1, ls=dash, label=label)
        axes.set(yscale="log", ylim=(1e-4, 1.2), xlabel="score", ylabel="share of comments")
        axes.legend(loc="upper center")
    return svg[0]


def _thin(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """At most so many points of a curve, ends included."""
    if len(x) <= _POINTS:
        return x, y
    keep = np.unique(np.linspace(0, len(x) - 1, _POINTS).astype(int))
    return x[keep], y[keep]
