"""Lines of a file that somebody sent, in bounded memory whatever it holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

LINE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Line:
    """A line by its number in the file, from 1; ``text`` is None where it was too long to keep."""

    number: int
    text: bytes | None
    size: int


def lines(file: IO[bytes]) -> Iterator[Line]:
    """Every line but the blank ones."""
    number = 0
    while piece := file.readline(LINE_BYTES):
        number += 1
        size, whole = len(piece), piece.endswith(b"\n") or len(piece) < LINE_BYTES
        while not whole:
            piece = file.readline(LINE_BYTES)
            size, whole = size + len(piece), piece.endswith(b"\n") or len(piece) < LINE_BYTES
        text = piece if size == len(piece) else None
        if text is None or text.strip():
            yield Line(number, text, size)
