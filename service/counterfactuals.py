"""What would change a verdict: the least that could be missing from the text for a milder one.

Nothing is guessed: each shorter text is scored, checked and decided like a comment of its own, in
the company that the original has. What may be missing are links and the words that weighed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from service import surroundings
from service.comments import VERDICTS, Case, Counterfactual, History, Signal, Site
from service.judge import Judge
from service.storage.engine import Database

_SPACES: Final = re.compile(r"\s")
_MOST_WORDS: Final = 6
_MOST_LINKS: Final = 4
_MOST_CHARACTERS: Final = 60_000
"""All tries together; of a long text there are fewer."""


@dataclass(frozen=True, slots=True)
class Part:
    """Whole words of a text, in code points, that spoke against it."""

    start: int
    end: int
    weight: float
    link: bool


class Counterfactuals:
    """Answers only when asked; stores nothing."""

    def __init__(self, database: Database, judge: Judge, now: Callable[[], datetime]) -> None:
        self._database = database
        self._judge = judge
        self._now = now

    def find(self, site: Site, case: Case) -> Counterfactual | None:
        """The smallest cut that leads to an accept, else to anything milder, else None.

        None too where the machine accepted, where it would say something else today, and where
        nothing in the text is at fault.
        """
        said, text = case.decision.verdict, case.submission.content
        parts = _parts(text, case.decision.reasons)
        if said == "accept" or case.submission.test_verdict or not parts:
            return None
        history = self._history(site, case)
        if self._said(site, case, history, ()) != VERDICTS.index(said):
            return None
        if self._said(site, case, history, parts) >= VERDICTS.index(said):
            return None
        return self._smallest(site, case, history, parts)

    def _smallest(
        self, site: Site, case: Case, history: History, parts: Sequence[Part]
    ) -> Counterfactual | None:
        best, found = VERDICTS.index(case.decision.verdict), None
        tries = max(4, _MOST_CHARACTERS // len(case.submission.content))
        for cut, _ in zip(_cuts(parts), range(tries), strict=False):
            said = self._said(site, case, history, cut)
            if said < best:
                best, found = said, _told(cut, said)
            if said == 0:
                break
        return found

    def _said(self, site: Site, case: Case, history: History, cut: Sequence[Part]) -> int:
        """How hard the verdict would be, from 0 for an accept."""
        shorter = without(case.submission.content, cut)
        if not shorter:
            return len(VERDICTS)
        submission = replace(case.submission, content=shorter)
        return VERDICTS.index(self._judge.would_say(site, submission, history))

    def _history(self, site: Site, case: Case) -> History:
        """The company of the comment; what people said of its very text is not of a shorter one."""
        with self._database.read() as tx:
            around = surroundings.gather(tx, site, case.submission, self._now(), case)
        return replace(self._judge.settled(around.history), ruled=None)


def without(text: str, cut: Sequence[Part]) -> str:
    """The text without some parts and the spaces that would be left double."""
    kept, done = [], 0
    for part in sorted(cut, key=lambda part: part.start):
        kept.append(text[done : part.start].rstrip(" "))
        done = part.end
    kept.append(text[done:])
    joined = kept[0] + "".join(
        piece if not piece or piece[0].isspace() else f" {piece}" for piece in kept[1:]
    )
    return joined.strip()


def _parts(text: str, reasons: Sequence[Signal]) -> list[Part]:
    """Words that weighed, links first, the heaviest first; none lies within another."""
    found: list[Part] = []
    room = {True: _MOST_LINKS, False: _MOST_WORDS}
    matched = [(m, r.code == "LINKS") for r in reasons if r.weight > 0 for m in r.matches]
    for match, link in sorted(matched, key=lambda pair: (not pair[1], -pair[0].weight)):
        if not room[link] or _lies_in(found, match.start, match.end):
            continue  # before it is widened: a text without blanks is one word, however long
        start, end = _whole(text, match.start, match.end)
        if not _lies_in(found, start, end) and text[start:end].strip():
            found.append(Part(start, end, match.weight, link))
            room[link] -= 1
    return found


def _lies_in(found: Sequence[Part], start: int, end: int) -> bool:
    return any(part.start < end and start < part.end for part in found)


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch, widened to whole words."""
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    after = _SPACES.search(text, end)
    return start, after.start() if after else len(text)


def _cuts(parts: Sequence[Part]) -> Iterator[tuple[Part, ...]]:
    """What to try to leave out, the least first."""
    links = [part for part in parts if part.link]
    words = [part for part in parts if not part.link]
    yield from ((part,) for part in parts)
    sizes = [tuple(links)] if len(links) > 1 else []
    sizes += [tuple(words[:count]) for count in range(2, len(words) + 1)]
    sizes += [(*links, *words[:count]) for count in range(1, len(words) + 1)] if links else []
    yield from sorted(sizes, key=len)


def _told(cut: Sequence[Part], said: int) -> Counterfactual:
    places = tuple(sorted((part.start, part.end) for part in cut))
    return Counterfactual(places, all(part.link for part in cut), VERDICTS[said])
