"""The one home of offsets that others count differently: code points here, UTF-16 in JavaScript."""

from __future__ import annotations

from collections.abc import Sequence

Span = tuple[int, int]


def in_utf16(text: str, spans: Sequence[Span]) -> list[Span]:
    """The same places in UTF-16 code units, counted in one pass over the text."""
    units = at = 0
    marks: dict[int, int] = {}
    for place in sorted({place for span in spans for place in span}):
        units += len(text[at:place].encode("utf-16-le", "surrogatepass")) // 2
        marks[place] = units
        at = place
    return [(marks[start], marks[end]) for start, end in spans]
