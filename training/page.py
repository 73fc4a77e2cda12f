"""The pieces of the report's page: style, sections, tables, bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

TONGUES = {
    "id": "Indonesian",
    "en": "English",
    "mixed": "both mixed",
    "other": "anything else",
}
COLUMNS_OF_DATA = (
    "data set",
    "comments",
    "bad",
    "AUC: baseline",
    "this model",
    "found at 1 % false: baseline",
    "this model",
    "found at 0.1 % false: baseline",
    "this model",
)
_STYLE = """
body{font:16px/1.55 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:1.7rem;line-height:1.25}h2{margin-top:2.6rem;border-bottom:1px solid #ccc}
h3{margin:1.6rem 0 .4rem}p{max-width:46rem}.note{color:#555;font-size:.9rem}
.wide{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;font-size:.86rem}
th,td{padding:.25rem .6rem;border-bottom:1px solid #e4e4e4;text-align:right}
th{background:#f5f5f2;vertical-align:bottom;line-height:1.25;font-weight:600}
th:first-child,td:first-child{text-align:left;white-space:nowrap;position:sticky;left:0}
td:first-child{background:#fff}td.prose{text-align:left;min-width:16rem;overflow-wrap:anywhere}
.plots{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:flex-start}
.plots svg{width:min(100%,30rem);height:auto;flex:0 1 30rem}
.legend{list-style:none;margin:0;padding:0;flex:1 1 100%;display:flex;flex-wrap:wrap;
gap:.1rem 1.1rem;font-size:.82rem}.legend i{display:inline-block;width:1.6rem;margin-right:.4rem;
vertical-align:middle}.bar{display:flex;width:5rem;height:.8rem;background:#c8553d}
.bar b{background:#5c9e68}.bar i{background:#e3b341}summary{cursor:pointer;padding:.2rem 0}
"""


def whole_page(title: str, body: str) -> str:
    """A document that needs nothing else."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body>{body}</body></html>\n"
    )


def section(title: str, body: str) -> str:
    """A heading and what stands under it."""
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def table(
    columns: Iterable[str],
    rows: Iterable[Sequence[str]],
    raw: tuple[int, ...] = (),
    prose: int | None = None,
) -> str:
    """A table that scrolls by itself; cells in the ``raw`` columns are markup of our own."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=prose' if n == prose else ''}>{cell if n in raw else escape(cell)}</td>"
            for n, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def bar(accepted: float, held: float) -> str:
    """Shares accepted, held and, the rest, rejected as a bar."""
    shares = (("b", accepted), ("i", held))
    inner = "".join(f'<{tag} style="width:{100 * share:.1f}%"></{tag}>' for tag, share in shares)
    return f'<div class="bar">{inner}</div>'


def percent(share: float) -> str:
    """A share in percent, with two digits where it is small."""
    return f"{share:.2%}" if abs(share) < 0.1 else f"{share:.1%}"
