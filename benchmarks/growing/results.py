"""Growth as tables and a plot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

Row = dict[str, Any]
Rows = Sequence[Row]
_COLUMNS = {
    "stored": "stored",
    "held": "held",
    "µs a comment": "submit_us",
    "share of empty": "share_of_empty",
    "look-up µs": "look_up_us",
    "purge, ms a thousand": "purge_ms_per_thousand",
    "longest wait beside it, ms": "purge_longest_wait_ms",
    "bytes each": "bytes_each",
    "load of the machine": "load",
}
HEAD = f"{'database':>10} " + " ".join(f"{name:>{len(name) + 2}}" for name in _COLUMNS)
_COLOURS = {"sqlite": "#1b6ca8", "postgresql": "#c8553d"}
_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def line(row: Row) -> str:
    """A row of the terminal's table, and the pages below it."""
    first = f"{row['database']:>10} " + " ".join(
        f"{row[key]:>{len(name) + 2}}" for name, key in _COLUMNS.items()
    )
    pages = [
        f"{'':>12}{name}: {large:.1f} ms, with a thousand {few:.1f} ms"
        for name, (large, few) in row["pages"].items()
    ]
    return "\n".join([first, *pages])


def write(rows: Rows, folder: Path) -> None:
    """``growth.md`` and ``growth.svg``."""
    parts = [
        "# Growth\n\nMade by `python -m benchmarks.growth --most N`; what is measured "
        "stands in its first lines. *Share of empty*: comments a second beside a database with "
        "nothing in it, by turns; the aim is 0.8. Pages: milliseconds, and in brackets their "
        "ratio to the same page over a thousand comments, by turns.\n"
    ]
    for kind, name in _NAMES.items():
        mine = sorted((r for r in rows if r["database"] == kind), key=lambda r: r["stored"])
        if mine:
            parts += [f"## {name}\n", _costs(mine), _pages(mine)]
    (folder / "growth.md").write_text("\n".join(parts), encoding="utf-8")
    _plot(rows, folder / "growth.svg")


def _costs(rows: Rows) -> str:
    lines = [[f"{row[key]:,}" for key in _COLUMNS.values()] for row in rows]
    return _table(list(_COLUMNS), lines)


def _pages(rows: Rows) -> str:
    names = list(rows[-1]["pages"])
    lines = []
    for row in rows:
        told = [row["pages"].get(name, (0, 0)) for name in names]
        cells = [f"{large:,.1f} ({large / few:.2f})" if few else "–" for large, few in told]
        lines.append([f"{row['stored']:,}", *cells])
    return _table(["stored", *names], lines)


def _table(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [f"| {' | '.join(cells)} |" for cells in (columns, ["---"] * len(columns), *lines)]
    return "\n".join([*rows, ""])


def _plot(rows: Rows, path: Path) -> None:
    with mpl.rc_context({"svg.hashsalt": "saring", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(9.6, 3.4), layout="constrained")
        share, pages, disk = figure.subplots(1, 3)
        for kind, colour in _COLOURS.items():
            mine = sorted((r for r in rows if r["database"] == kind), key=lambda r: r["stored"])
            sizes = [row["stored"] for row in mine]
            style = {"color": colour, "label": _NAMES[kind], "marker": "o", "markersize": 3}
            share.plot(sizes, [row["share_of_empty"] for row in mine], **style)
            disk.plot(sizes, [row["bytes_each"] for row in mine], **style)
            for name, dashes in (("queue", "-"), ("dashboard", "--"), ("search, no match", ":")):
                ratios = [row["pages"][name][0] / row["pages"][name][1] for row in mine]
                pages.plot(sizes, ratios, dashes, color=colour, label=f"{name}, {_NAMES[kind]}")
        share.axhspan(0.8, 1.2, alpha=0.12, color="#4a4a4a")
        share.set(title="comments a second, to empty", ylim=(0, 1.4))
        pages.set(title="pages, to a thousand stored", yscale="log")
        disk.set(title="bytes of disk per comment", ylim=(0, None))
        for axes in (share, pages, disk):
            axes.set(xscale="log", xlabel="comments stored")
            axes.grid(alpha=0.25)
            axes.legend(fontsize=6.5)
        figure.savefig(path, format="svg", metadata={"Date": None})
