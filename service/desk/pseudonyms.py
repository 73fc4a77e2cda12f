"""Short names that can be said aloud, from keyed hashes: the same person, the same name."""

from __future__ import annotations

from typing import Final

_BEGINNINGS: Final = (
    "b",
    "d",
    "g",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "w",
    "y",
    "c",
)
_VOWELS: Final = ("a", "e", "i", "o", "u", "a", "i", "u")
_ENDINGS: Final = ("", "n", "r", "s", "", "ng", "l", "")
HUES: Final = 12


def pseudonym(author_key: str) -> str:
    """Three syllables, half a million names; empty for a comment without an author."""
    if not author_key:
        return ""
    number = int(author_key[:16], 16)
    syllables = []
    for _ in range(3):
        number, beginning = divmod(number, len(_BEGINNINGS))
        number, vowel = divmod(number, len(_VOWELS))
        syllables.append(_BEGINNINGS[beginning] + _VOWELS[vowel])
    return "".join(syllables).capitalize() + _ENDINGS[number % len(_ENDINGS)]


def hue(author_key: str) -> int:
    """One of twelve colours."""
    return int(author_key[16:20] or "0", 16) % HUES
