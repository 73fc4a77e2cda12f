"""Figures of the simulations as tables and a plot."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

MODELS = Path(__file__).resolve().parents[2] / "models"
Rows = Sequence[dict[str, Any]]
_COLOURS = {"teaches": "#1b6ca8", "random": "#c8553d", "oldest": "#4a4a4a"}


def _version() -> str:
    """Of the model in force."""
    told = json.loads((MODELS / "current.json").read_text(encoding="utf-8"))
    return str(told["version"])


def write(found: dict[str, Any], folder: Path) -> None:
    """``retraining.md`` and ``retraining.svg`` from what was found."""
    makers: dict[str, Callable[[Any], str]] = {
        "unseen": _unseen, "orders": _orders, "poison": _poison, "cost": _cost,
    }  # fmt: skip
    parts = [makers[name](found[name]) for name in makers if name in found]
    head = (
        f"# Retraining, simulated\n\nMade by `python -m benchmarks.retraining` with model "
        f"{_version()}; (a) and (b) are means over seeds, (c) and (d) one run.\n"
    )
    (folder / "retraining.md").write_text("\n".join([head, *parts]), encoding="utf-8")
    if {"unseen", "orders"} <= found.keys():
        _plot(found, folder / "retraining.svg")


def _unseen(rows: Rows) -> str:
    sizes = sorted({row["rulings"] for row in rows})
    lines = [
        [str(size), *_shares(rows, ("own", "other", "stopped", "good stopped"), rulings=size),
         _mean(rows, "gold errors", rulings=size), _mean(rows, "gold rejected", rulings=size)]
        for size in sizes
    ]  # fmt: skip
    return _section(
        "(a) A kind of spam that the model has never seen",
        "The base is trained without any gambling spam. Recall at 1 % false positives: on the "
        "site's comments to come, and on another collection of another year; then what happens at "
        "the default budgets (a tenth of the good ones is held because the base cannot tell their "
        "language), and the errors on 329 gold rows.",
        ("rulings", "recall, own", "recall, other", "spam stopped", "good stopped", "gold errors",
         "gold good rejected"),
        lines,
    )  # fmt: skip


def _orders(rows: Rows) -> str:
    orders = ("oldest", "random", "teaches")
    sizes = sorted({row["rulings"] for row in rows})
    lines = [
        [str(size), *(_shares(rows, ("own",), rulings=size, order=order)[0] for order in orders)]
        for size in sizes
    ]
    seen = [_mean(rows, "spam ruled on", rulings=max(sizes), order=order) for order in orders]
    lines.append([f"spam among the {max(sizes)}", *seen])
    return _section(
        "(b) Which comment to rule on next",
        "One waiting comment in ten is spam of the unseen kind; 25 rulings, a retraining, and the "
        "queue in order again. Recall at 1 % false positives on the site's comments to come.",
        ("rulings", "oldest first", "random", "teaches most"),
        lines,
    )


def _poison(rows: Rows) -> str:
    lines = []
    for name in dict.fromkeys(row["base"] for row in rows):
        for case in dict.fromkeys(row["case"] for row in rows):
            mine = {"base": name, "case": case}
            said = [row["gate"] for row in rows if _is(row, mine) and "gate" in row]
            trust = [t for r in rows if _is(r, mine) for t in r.get("doubted", {}).values()]
            lines.append(
                [name, case, *_shares(rows, ("own", "other", "stopped", "good stopped"), **mine),
                 _mean(rows, "gold errors", **mine), ", ".join(said) or "",
                 ", ".join(f"{share:.2f}" for share in trust)]
            )  # fmt: skip
    return _section(
        "(c) Wrong rulings",
        "600 rulings of which three in ten are wrong, or whose spam has an honest comment before "
        "it. `unseen`: the base of (a); `shipped`: the model in force, "
        "trained on such comments, so that its own column only shows what poison breaks. The "
        "last column is "
        "what moderators who are contradicted by all others count.",
        ("base", "rulings", "recall, own", "recall, other", "spam stopped", "good stopped",
         "gold errors", "gate", "trust"),
        lines,
    )  # fmt: skip


def _cost(found: dict[str, Any]) -> str:
    return _section(
        "(d) Cost",
        "`python -m training.retrain` on 5,000 rulings, everything included, with no base data at "
        "hand, on two cores that others used too.",
        tuple(found),
        [[str(value) for value in found.values()]],
    )


def _section(title: str, text: str, columns: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [f"| {' | '.join(line)} |" for line in (columns, ["---"] * len(columns), *lines)]
    return "\n".join([f"## {title}", "", text, "", *rows, ""])


def _is(row: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all(row.get(name) == value for name, value in wanted.items())


def _values(rows: Rows, name: str, **wanted: Any) -> list[float]:
    return [float(row[name]) for row in rows if _is(row, wanted)]


def _mean(rows: Rows, name: str, **wanted: Any) -> str:
    return f"{np.mean(_values(rows, name, **wanted)):.1f}"


def _shares(rows: Rows, names: Sequence[str], **wanted: Any) -> list[str]:
    return [f"{100 * np.mean(_values(rows, name, **wanted)):.1f} %" for name in names]


def _plot(found: dict[str, Any], path: Path) -> None:
    with mpl.rc_context({"svg.hashsalt": "saring", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(9.2, 3.6), layout="constrained")
        left, right = figure.subplots(1, 2)
        rows = found["unseen"]
        sizes = sorted({row["rulings"] for row in rows})
        for name, label in (
            ("own", "the site's comments to come"),
            ("other", "another collection"),
        ):
            _band(left, sizes, [_values(rows, name, rulings=size) for size in sizes], label, None)
        left.set(title="a kind of spam never seen before", xlabel="rulings")
        rows = found["orders"]
        sizes = sorted({row["rulings"] for row in rows})
        for order, colour in _COLOURS.items():
            values = [_values(rows, "own", rulings=size, order=order) for size in sizes]
            _band(right, sizes, values, order, colour)
        right.set(title="which comment to rule on next", xlabel="rulings")
        for axes in (left, right):
            axes.set(ylim=(0, 1), ylabel="recall at 1 % false positives")
            axes.grid(alpha=0.25)
            axes.legend()
        figure.savefig(path, format="svg", metadata={"Date": None})


def _band(axes: Any, x: Sequence[int], values: list[list[float]], label: str, colour: Any) -> None:
    (line,) = axes.plot(
        x, [np.mean(v) for v in values], "o-", markersize=3, label=label, color=colour
    )
    low, high = [min(v) for v in values], [max(v) for v in values]
    axes.fill_between(x, low, high, alpha=0.15, color=line.get_color())
