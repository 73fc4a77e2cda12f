"""Text as a reader sees it: fonts, look-alikes, accents and hidden characters undone.

The tables are those of the scorer, so a list entry and the model read the same letters. One
original character becomes one folded character or none, and positions lead back to the original.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.scoring.alphabet import SIZE, Kind, build_tables

_ASCII: Final = 0x80


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text.

    ``positions[i]`` is where character i of ``text`` stands in the original, in code points;
    ``kinds`` has one `Kind` for every *original* character, the dropped ones included.
    """

    text: str
    positions: Sequence[int]
    kinds: bytes

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that a non-empty stretch of the folded text came from."""
        return self.positions[start], self.positions[end - 1] + 1

    def count(self, *kinds: Kind) -> int:
        """How many characters of the original are of these kinds."""
        return sum(self.kinds.count(kind) for kind in kinds)


@lru_cache(maxsize=16)
def fold(text: str) -> Folded:
    """Undo disguises. Plain ASCII takes a shorter way to the same answer; both are linear.

    The last few are remembered: one comment passes here for its links, its sketch and its words.
    """
    if text.isascii() and text.isprintable():
        return Folded(text.lower(), range(len(text)), text.encode().translate(_ascii_kinds()))
    letters, kinds = _tables()
    raw = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = np.minimum(raw, np.uint32(SIZE - 1))
    folded = letters[codes]
    kept = np.flatnonzero(folded)
    plain = folded[kept].tobytes().decode("utf-32-le", "surrogatepass")
    return Folded(plain, kept.tolist(), kinds[codes].tobytes())


@cache
def _tables() -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Folded character (0: dropped) and kind by code point; a third of a second, once."""
    letters, _, kinds = build_tables()
    blanked = (letters == ord(" ")) & ~np.isin(kinds, (Kind.SPACE, Kind.NEWLINE))
    for code in np.flatnonzero(blanked):
        letters[code] = ord(_sign(chr(code)))
    return letters, kinds


def _sign(char: str) -> str:
    """Punctuation and emoji, which the scorer reads as spaces: a link is known by its dots."""
    plain = unicodedata.normalize("NFKD", char)[:1]
    return plain if plain.isascii() and plain else char


@cache
def _ascii_kinds() -> bytes:
    """What ``bytes.translate`` takes: the kind of each ASCII character."""
    return _tables()[1][:_ASCII].tobytes() + bytes(256 - _ASCII)
