"""What a comment says itself: long verbatim parts of earlier comments of the page taken out.

Spammers copy an honest comment and add a link; honest readers quote spam to complain about it.
Neither the copied part nor the quoted one may be learnt or matched as the writer's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from service.checks.folding import fold
from service.checks.words import WORD, Word, words

LONG: Final = 8
"""Words in a row that two people hardly ever write by chance."""


def unquoted(text: str, quoted: Sequence[str]) -> str:
    """The text without stretches of eight words or more that stand in one of the others.

    Words are compared folded, so other fonts, case and punctuation are still a quotation. What is
    left keeps its own letters. Linear in all texts together.
    """
    own = words(fold(text))
    if len(own) < LONG or not quoted:
        return text
    known = {window for other in quoted for window in _windows(_plain(other))}
    taken = [i for i, window in enumerate(_windows([w.text for w in own])) if window in known]
    return _without(text, own, taken) if taken else text


def _plain(text: str) -> list[str]:
    return WORD.findall(fold(text).text)


def _windows(found: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(found[i : i + LONG]) for i in range(len(found) - LONG + 1))


def _without(text: str, own: Sequence[Word], taken: Sequence[int]) -> str:
    kept, done = [], 0
    for first in taken:
        kept.append(text[done : own[first].start])
        done = own[first + LONG - 1].end
    kept.append(text[done:])
    return " ".join(part.strip() for part in kept if WORD.search(part))
