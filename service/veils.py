"""What a text says to its reader where letters are written in code or in other forms of themselves,
or with unseen ones between."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Final
from unicodedata import normalize

Places = Sequence[tuple[int, int]]

# Joiners, marks of direction, soft hyphens, variation selectors, tags: nobody sees them.
_UNSEEN: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
# Circled, small, full-width and mathematical letters, the one-dot leader: NFKC has the plain one.
_FORMS: Final = (
    "\u2024\u2460-\u24ff\ufe50-\ufe6f\uff01-\uff5e\U0001d400-\U0001d7ff\U0001f130-\U0001f149"
)
_VEIL: Final = re.compile(
    rf"([{_UNSEEN}]+)|[{_FORMS}]|%[2-7][0-9a-fA-F]"
    r"|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,10});?"
)
_LAYERS: Final = 4  # "%2540" is an at sign to whoever decodes twice


def lift(text: str) -> str:
    """The text without its veils; linear time."""
    for _ in range(_LAYERS):
        plain = _VEIL.sub(_letter, text)
        if plain == text:
            break
        text = plain
    return text


def places(text: str) -> Places:
    """For each letter of the lifted text, where it begins and ends in the text itself."""
    stood: list[tuple[int, int]] = [(place, place + 1) for place in range(len(text))]
    for _ in range(_LAYERS):
        plain = _VEIL.sub(_letter, text)
        if plain == text:
            break
        text, stood = plain, _lifted(text, stood)
    return stood


def _lifted(text: str, stood: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    done = 0
    for veil in _VEIL.finditer(text):
        letter = _letter(veil)
        if letter == veil[0]:
            continue
        kept += stood[done : veil.start()]
        if letter:
            kept.append((stood[veil.start()][0], stood[veil.end() - 1][1]))
        done = veil.end()
    return [*kept, *stood[done:]]


def _letter(veil: re.Match[str]) -> str:
    """The one letter that it stands for, nothing, or the veil itself where it is none."""
    written = veil[0]
    if veil[1]:
        return ""
    if written[0] == "%":
        return chr(int(written[1:], 16))
    meant = html.unescape(written) if written[0] == "&" else normalize("NFKC", written)
    return meant if len(meant) == 1 else written
