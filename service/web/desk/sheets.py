"""Tables as CSV: cells that no spreadsheet takes for a formula, the same file from every door."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO, Any, Final

from flask import Response

# What spreadsheets take for the start of a formula, full-width forms included.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


# What a spreadsheet may pass over before it looks: blanks, marks of direction, joiners.
_UNSEEN: Final = (
    " \u00a0\u00ad\u2000\u200a\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u3000\ufeff"
)


def write_sheet(output: IO[str], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a header and rows, as RFC 4180 has it."""
    writer = csv.writer(output, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(map(as_cell, row))


def sheet_response(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """The same as a file to keep."""
    written = io.StringIO()
    write_sheet(written, columns, rows)
    response = Response(written.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def as_cell(value: Any) -> str:
    """Text with an apostrophe before what looks like a formula; numbers as they are."""
    if isinstance(value, int | float):
        return str(value)
    text = "" if value is None else str(value)
    seen = text.lstrip(_UNSEEN)
    return f"'{text}" if seen.startswith(_FORMULA) or text.startswith(_FORMULA) else text
