"""What a site's word lists say of a submission."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from service.checks.folding import Folded, fold
from service.checks.lists import Hit, WordList
from service.comments import Match, Signal, Submission
from service.mailboxes import MailDomains

BANNED_WEIGHT: Final = 1.0
SUSPECT_WEIGHT: Final = 0.5


def _nothing() -> WordList:
    return WordList(())


@dataclass(frozen=True, slots=True)
class Lists:
    """A site's lists. What stands inside an allowed phrase is neither banned nor suspect."""

    banned: WordList = field(default_factory=_nothing)
    suspect: WordList = field(default_factory=_nothing)
    allowed: WordList = field(default_factory=_nothing)
    mail: MailDomains = field(default_factory=MailDomains)


def listed(submission: Submission, lists: Lists, folded: Folded | None = None) -> list[Signal]:
    """BANNED_WORD and SUSPECT_WORD for text and name; matches are places in the text.

    ``folded`` is the folded text where the caller has it already.
    """
    if not (lists.banned or lists.suspect):
        return []
    content = folded or fold(submission.content)
    name = fold(submission.author_name)
    raised = []
    kinds = (("BANNED_WORD", lists.banned, BANNED_WEIGHT),)
    for code, words, weight in (*kinds, ("SUSPECT_WORD", lists.suspect, SUSPECT_WEIGHT)):
        places = {(hit.start, hit.end) for hit in _standing(content, words, lists.allowed)}
        if places or _standing(name, words, lists.allowed):
            matches = tuple(Match(start, end, weight) for start, end in sorted(places))
            raised.append(Signal(code, weight, matches=matches))
    return raised


def _standing(folded: Folded, words: WordList, allowed: WordList) -> list[Hit]:
    """Hits that no allowed phrase covers."""
    hits = words.find(folded)
    spared = allowed.find(folded) if hits else []
    starts = [hit.start for hit in spared]
    reach = [0, *accumulate((hit.end for hit in spared), max)]
    return [hit for hit in hits if reach[bisect_right(starts, hit.start)] < hit.end]
