"""Readers who quote a comment to complain about it: "Min, tolong hapus komentar ini: …".

What they quote is not their word. A copy with filler around it does not complain, so a text is
heard as a complaint only if it asks for something to be done about what it repeats.
"""

from __future__ import annotations

import re
from typing import Final

from service.checks.folding import fold
from service.checks.hosts import find
from service.checks.words import WORD

_ASKS = (
    "hapus dihapus hapusin dihapusin menghapus lapor laporkan laporin dilaporkan melaporkan report "
    "reported reporting blokir diblokir blok block blocked ban banned dibanned bersihkan bersihin "
    "dibersihkan saring disaring filter takedown delete deleted remove removed flag flagged hide "
    "sembunyikan tindak ditindak dibiarkan dibiarin biarkan ditertibkan tertibkan spam spammer "
    "spamming judol scam penipuan penipu bot buzzer"
)
ASKS: Final = frozenset(_ASKS.split())
"""Words that ask to take something down or say what is wrong with it."""

FEWEST_WORDS: Final = 3
"""Own words that a complaint has besides the quotation."""

MOSTLY: Final = 0.6
"""The share of another comment's words that a quotation of it repeats."""

_MARK = re.compile('[:"\u201c\u201d\u2018\u00ab>\n]')
_LONG: Final = 5


def complains(text: str) -> bool:
    """Whether there is a word that asks for something to be done."""
    return not ASKS.isdisjoint(WORD.findall(fold(text).text))


def quoted_part(text: str) -> str:
    """What stands behind the first mark that announces a quotation, if it is long enough."""
    mark = _MARK.search(text)
    if mark is None:
        return ""
    part = text[mark.end() :].strip()
    return part if len(WORD.findall(part)) >= _LONG else ""


def own_words(text: str, other: str) -> str:
    """What a complaint about another comment says itself; empty where it is no such complaint.

    Only words that the other lacks and that have no digit count, so that neither the brand that
    changes from copy to copy nor filler made of the template's words is anything of one's own.
    A link that the other has not makes it no quotation.
    """
    spoken, theirs = WORD.findall(fold(text).text), set(WORD.findall(fold(other).text))
    if not theirs or len(theirs.intersection(spoken)) < MOSTLY * len(theirs):
        return ""
    own = [word for word in spoken if word not in theirs and word.isalpha()]
    if len(own) < FEWEST_WORDS or ASKS.isdisjoint(own) or _hosts(text) - _hosts(other):
        return ""
    return " ".join(own)


def _hosts(text: str) -> set[str]:
    return {host.name for host in find(fold(text))}
