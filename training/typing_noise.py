"""How people type in a hurry: small letters, no full stop, slips of the finger, shouting."""

from __future__ import annotations

import re
from random import Random

_LINK = re.compile(r"[./@\[\]]\w|\d")


def _lower(text: str, _rng: Random) -> str:
    return text.lower()


def _no_full_stop(text: str, _rng: Random) -> str:
    return text.rstrip(".")


def _no_punctuation(text: str, _rng: Random) -> str:
    return re.sub(r"[.,;:!'’]+(?=\s|$)", "", text)


def _more_punctuation(text: str, rng: Random) -> str:
    return text.rstrip(".!") + rng.choice(("!", "!!", "!!!", "...", "..", " ..", "!?"))


def _shout(text: str, _rng: Random) -> str:
    return text.upper() if len(text) < 120 else text


def _slip(text: str, rng: Random) -> str:
    """Swap, drop or double a letter inside one plain word."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) > 4 and not _LINK.search(word)]
    if not long:
        return text
    place = rng.choice(long)
    word = words[place]
    at = rng.randrange(1, len(word) - 2)
    slips = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
    )
    words[place] = rng.choice(slips)
    return " ".join(words)


_HABITS = (_lower, _lower, _no_full_stop, _no_punctuation, _more_punctuation, _slip, _slip, _shout)


def typed(text: str, rng: Random) -> str:
    """Return `text` as somebody in a hurry may type it; one time in three it stays tidy."""
    for _ in range(rng.choice((0, 1, 1, 2, 2, 0))):
        text = rng.choice(_HABITS)(text, rng)
    return text
