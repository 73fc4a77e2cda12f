"""Hostile text for a page: marked where it weighed; nothing in it can hide or reorder."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from itertools import groupby
from typing import Final, Literal

from service.comments import Match

Kind = Literal["text", "mark", "sign"]
MOST_SHOWN: Final = 3_000
_MOST_MARKS: Final = 4
_UNSEEN: Final = frozenset(["Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"])
_HARMLESS: Final = frozenset("\n\t\u200d\ufe0f")  # joined emoji need the last two


def pieces(text: str, matches: Iterable[Match], most: int = MOST_SHOWN) -> list[tuple[Kind, str]]:
    """The text in order as ("text", …), ("mark", …) and ("sign", …).

    A sign names a character that would not be seen, such as a bidi override, or counts combining
    marks beyond the fourth on one letter; what is longer than `most` ends in a sign too.
    """
    weighed = bytearray(len(text))
    for match in matches:
        start, end = max(0, match.start), min(len(text), match.end)
        weighed[start:end] = b"\1" * max(0, end - start)
    kinds = _kinds(text[:most], weighed)
    found: list[tuple[Kind, str]] = []
    for kind, run in groupby(zip(kinds, text, strict=False), key=lambda pair: pair[0]):
        letters = "".join(letter for _, letter in run)
        found.append((kind, letters) if kind != "sign" else ("sign", _named(letters)))
    if len(text) > most:
        found.append(("sign", f"… +{len(text) - most:,}"))
    return found


def _kinds(text: str, weighed: bytearray) -> list[Kind]:
    kinds: list[Kind] = []
    marks = 0
    for place, letter in enumerate(text):
        category = "Ll" if letter < "\x7f" and letter >= " " else unicodedata.category(letter)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if (category in _UNSEEN and letter not in _HARMLESS) or marks > _MOST_MARKS:
            kinds.append("sign")
        else:
            kinds.append("mark" if weighed[place] else "text")
    return kinds


def _named(letters: str) -> str:
    if len(letters) > 1:
        return f"{len(letters):,} × U+{ord(letters[0]):04X}"
    return f"U+{ord(letters):04X}"
