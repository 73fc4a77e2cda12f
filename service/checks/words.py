"""Words of a folded text, and the words that were pulled apart to hide them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from service.checks.folding import Folded

SIGNS: Final = {"a": "4@", "b": "8", "e": "3", "g": "69", "i": "1!|", "l": "1|", "o": "0"}
SIGNS.update({"s": "5$", "t": "7"})
"""Digits and signs that stand for a letter."""

WORD: Final = re.compile(r"[^\W_]+")
_SPACED = re.compile(r"(?<![^\W_])[^\W_](?:[\W_]{1,3}[^\W_](?![^\W_])){2,}")
_SIGNED = re.compile(r"(?<![^\W_@!|])\$?[^\W_]+(?:[@$!|]+[^\W_]+)*\${0,2}")
_GAP = re.compile(r"[\W_]+")
_RUN = re.compile(r"(.)\1+", re.DOTALL)
# One reading for characters that stand for each other; i, l and 1 cannot be told apart.
_DIGITS = str.maketrans("01l3456789", "oiieasgtbg")
_ALL = str.maketrans("01l3456789@$!|", "oiieasgtbgasii")


class Word(NamedTuple):
    """A word, where it stands in the original (code points), and the key it is looked up by.

    The key reads digits as letters and every repeated letter once, so words that may mean the
    same have the same key; `fits` then tells whether they really do.
    """

    text: str
    start: int
    end: int
    key: str


def keys(folded: Folded) -> list[str]:
    """The keys of all words in order, without the words: what a look-up needs at first."""
    return WORD.findall(_RUN.sub(r"\1", folded.text.translate(_DIGITS)))


def words(folded: Folded) -> list[Word]:
    """Every run of letters and digits, in order. Linear in the length of the text."""
    text, positions = folded.text, folded.positions
    spans = (match.span() for match in WORD.finditer(text))
    return [
        Word(text[start:end], positions[start], positions[end - 1] + 1, key)
        for (start, end), key in zip(spans, keys(folded), strict=True)
    ]


def spaced(folded: Folded, known: Sequence[str]) -> Iterator[Word]:
    """Runs of single letters as one word: "s l o t", "s.l.o.t", "s-l-o-t".

    ``known`` are the keys of the text: without three single letters nothing is pulled apart.
    """
    if sum(len(key) == 1 for key in known) > 2:
        for match in _SPACED.finditer(folded.text):
            for start, end in _pieces(folded.text, match.start(), match.end()):
                yield _word(folded, start, end, _GAP.sub("", folded.text[start:end]))


def is_spaced(folded: Folded) -> bool:
    """Whether there is any run of single letters; much cheaper than to look at all words."""
    return _SPACED.search(folded.text) is not None


def signed(folded: Folded) -> Iterator[Word]:
    """Words with signs for letters: "b@ngsat", "a$u"."""
    if any(sign in folded.text for sign in "@$!|"):
        for match in _SIGNED.finditer(folded.text):
            if not match[0].isalnum():
                yield _word(folded, *match.span(), match[0])


def _word(folded: Folded, start: int, end: int, text: str) -> Word:
    return Word(text, *folded.span(start, end), key_of(text))


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The whole run, and its parts where wider gaps part words: "s l o t   j p" is slot and jp."""
    gaps = [gap.span() for gap in _GAP.finditer(text, start, end)]
    narrow = min(last - first for first, last in gaps)
    wide = [gap for gap in gaps if gap[1] - gap[0] > narrow]
    if not wide:
        return [(start, end)]
    starts = [start, *(gap[1] for gap in wide)]
    ends = [*(gap[0] for gap in wide), end]
    return [(start, end), *zip(starts, ends, strict=True)]


def key_of(text: str) -> str:
    """The key of one folded word, its signs read as letters."""
    return _RUN.sub(r"\1", text.translate(_ALL))


def fits(entry: str, text: str) -> bool:
    """Whether a word of the same key is ``entry`` with letters repeated or signs for letters.

    A doubled letter may make another word ("god", "good"), so in words under five letters only a
    tripled one is an emphasis. The end of ``text`` beyond the last letters of ``entry`` is free.
    """
    plain = text[: len(entry)] == entry
    if plain or (len(entry) < 3 and not text.isalpha()) or text.isdecimal():
        return plain
    runs = zip(_runs(entry), _runs(text), strict=False)
    return all(_run_fits(wanted, found, len(entry) >= 5) for wanted, found in runs)


def _runs(text: str) -> Iterator[str]:
    """Stretches of characters that have one letter in the key."""
    start, read = 0, text.translate(_ALL)
    for end in range(1, len(read) + 1):
        if end == len(read) or read[end] != read[start]:
            yield text[start:end]
            start = end


def _run_fits(wanted: str, found: str, doubled: bool) -> bool:
    letter, more = wanted[0], len(found) - len(wanted)
    if wanted != letter * len(wanted):  # "il": both letters have the key i; take no liberties
        return more == 0 and all(_stands(a, b) for a, b in zip(wanted, found, strict=True))
    emphasis = more > 0 and (doubled or len(found) >= 3)
    return (more == 0 or emphasis) and all(_stands(letter, sign) for sign in found)


def _stands(letter: str, sign: str) -> bool:
    return sign == letter or sign in SIGNS.get(letter, "")
