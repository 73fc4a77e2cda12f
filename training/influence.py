"""Who may move the model, and how far: a weight for every lesson, and what to tell people of it.

Rulings can be wrong, bought or stolen. Near copies count once, contradictions not at all; nobody
outweighs all others together, no author is a whole lesson plan, and a moderator whose rulings
contradict what all the others taught is listened to less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import binomtest

from service.scoring.labels import HEADS
from training.lessons import Lessons

Floats = NDArray[np.float64]
MOST_PER_AUTHOR: Final = 5.0
OTHERS_ENOUGH: Final = 50.0
FEWEST_JUDGED: Final = 12
_EVIDENCE: Final = 0.7
_ROUNDS: Final = 3
_KNOWN_BAD: Final = 0.9
_TRUSTED_FROM, _IGNORED_UNTIL = 0.8, 0.55
_AGREED: Final = 0.5
_DISTRUSTED: Final = 0.5
_MOST_AGREED: Final = 2.0


@dataclass(slots=True)
class Influence:
    """A factor for each lesson, and why some are less than one."""

    factor: Floats
    contradictory: int = 0
    copies: int = 0
    capped: list[str] = field(default_factory=list)
    trust: dict[str, float] = field(default_factory=dict)

    @property
    def doubted(self) -> dict[str, float]:
        """Moderators who are listened to less than fully."""
        return {who: share for who, share in self.trust.items() if share < 1.0}

    @property
    def distrusted(self) -> set[str]:
        """Moderators who are hardly listened to: their rulings judge no model either."""
        return {who for who, share in self.trust.items() if share < _DISTRUSTED}


def weigh(lessons: Lessons, ages: Floats, half_life_days: float = 0.0) -> Influence:
    """Everything that can be said of lessons without a model."""
    found = Influence(np.ones(len(lessons)))
    if not len(lessons):
        return found
    groups, disputed = lessons.numbers("group"), contradictory(lessons)
    found.contradictory = int(disputed.sum())
    found.factor[disputed] = 0.0
    found.factor *= [min(1.0 + _AGREED * row.agreed, _MOST_AGREED) for row in lessons.rows]
    if half_life_days:
        found.factor *= 0.5 ** (ages / half_life_days)
    sizes = np.bincount(groups, found.factor > 0)
    found.factor /= np.maximum(sizes[groups], 1.0)
    found.copies = int(np.maximum(sizes - 1, 0).sum())
    _cap_authors(found, lessons)
    cap_moderators(found, lessons)
    return found


def contradictory(lessons: Lessons) -> NDArray[np.bool_]:
    """Groups of near copies that were both accepted and rejected, and rows that people dispute."""
    if not len(lessons):
        return np.zeros(0, np.bool_)
    groups, bad = lessons.numbers("group"), lessons.bad
    size = groups.max() + 1
    both = (np.bincount(groups, bad, size) > 0) & (np.bincount(groups, ~bad, size) > 0)
    disputed = np.array([row.disagreed > row.agreed for row in lessons.rows])
    return np.asarray(both[groups] | disputed)


def _cap_authors(found: Influence, lessons: Lessons) -> None:
    authors = np.array([f"{row.site}/{row.author}" if row.author else "" for row in lessons.rows])
    _, numbers = np.unique(authors, return_inverse=True)
    totals = np.bincount(numbers, found.factor)
    factor = np.minimum(1.0, MOST_PER_AUTHOR / np.maximum(totals[numbers], 1e-9))
    found.factor *= np.where(authors == "", 1.0, factor)


def cap_moderators(found: Influence, lessons: Lessons) -> None:
    """Nobody outweighs all others together, once those have said enough. Imports are no person."""
    people = np.array([row.moderator if row.source == "person" else "" for row in lessons.rows])
    names, numbers = np.unique(people, return_inverse=True)
    totals = np.bincount(numbers, found.factor)
    for number, name in enumerate(names):
        others = totals.sum() - totals[number]
        if name and others >= OTHERS_ENOUGH and totals[number] > others:
            found.factor[numbers == number] *= others / totals[number]
            found.capped.append(str(name))


def distrust(
    found: Influence, lessons: Lessons, base: Floats, others: Callable[[Floats], Floats]
) -> None:
    """Listen less to moderators whom the rest contradicts; `found` is changed.

    Parameters
    ----------
    base : ndarray of shape (lessons, heads)
        Log-odds of the base.
    others : callable
        Log-odds after learning with these factors alone, of the same shape.
    """
    people = np.array([row.moderator if row.source == "person" else "" for row in lessons.rows])
    names, counts = np.unique(people, return_counts=True)
    known = [str(n) for n, count in zip(names, counts, strict=True) if n and count >= FEWEST_JUDGED]
    if len(names) < 2:
        return
    for _ in range(_ROUNDS):
        trust = {}
        for who in known:
            if who not in found.doubted:
                after = others(np.where(people == who, 0.0, found.factor))
                trust[who] = _trust(*_agreement(lessons, people == who, base, after))
        found.trust |= trust
        worst = min(trust, key=lambda who: trust[who], default="")
        if not worst or trust[worst] == 1.0:
            return
        # The worst first: until a liar is out of it, what "all others" say is partly the lie.
        found.trust |= {who: 1.0 for who in trust if who != worst}
        found.factor[people == worst] *= trust[worst]


def _agreement(
    lessons: Lessons, own: NDArray[np.bool_], base: Floats, after: Floats
) -> tuple[int, int]:
    """Of one person's rulings on which others or the base have something to say: with, and all.

    Others speak where what they taught moved a score to its side. The base speaks only where it is
    sure that a comment is bad: that it sees nothing wrong is no evidence against who found
    something new.
    """
    agreed = judged = 0
    for head in ("spam", "toxicity"):
        column = HEADS.index(head)
        target = lessons.targets[:, column]
        rows = np.flatnonzero(own & ~np.isnan(target))
        now, shift = after[rows, column], after[rows, column] - base[rows, column]
        bad = (now >= 0.0) & ((shift >= _EVIDENCE) | (expit(base[rows, column]) >= _KNOWN_BAD))
        good = (now < 0.0) & (shift <= -_EVIDENCE)
        agreed += int((bad & (target[rows] == 1)).sum() + (good & (target[rows] == 0)).sum())
        judged += int(bad.sum() + good.sum())
    return agreed, judged


def _trust(agreed: int, judged: int) -> float:
    """1 where agreement may well be high, down to 0 where it is surely no better than chance."""
    if judged < FEWEST_JUDGED:
        return 1.0
    upper = binomtest(agreed, judged).proportion_ci(0.9, method="wilson").high
    return float(np.clip((upper - _IGNORED_UNTIL) / (_TRUSTED_FROM - _IGNORED_UNTIL), 0.0, 1.0))
