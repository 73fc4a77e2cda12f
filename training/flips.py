"""Which past decisions would be others: the comments that champion and challenger judge apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from training.challenge import Model
from training.evidence import masked
from training.serving import ACCEPT, HOLD, REJECT

CODES: Final = {"accept": ACCEPT, "hold": HOLD, "reject": REJECT}
ORDER: Final = (
    ("accept", "reject"), ("accept", "hold"), ("hold", "reject"),
    ("hold", "accept"), ("reject", "hold"), ("reject", "accept"),
)  # fmt: skip
"""What hurts most first: a comment that was published and would be no more."""

MOST_SHOWN: Final = 8
MOST_IDS: Final = 50


@dataclass(frozen=True, slots=True)
class Flip:
    """Comments that would go from one verdict to another."""

    before: str
    after: str
    ids: tuple[str, ...]
    examples: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For gate.json: how many, and which, without a word of them."""
        ids = list(self.ids[:MOST_IDS])
        return {"from": self.before, "to": self.after, "comments": len(self.ids), "ids": ids}


def flips(champion: Model, challenger: Model, past: Sequence[tuple[str, str]]) -> list[Flip]:
    """By scores alone: what rules and people say of these comments stays as it is."""
    texts = [text for _, text in past]
    before, after = (model.judge(texts).verdicts for model in (champion, challenger))
    found = []
    for one, other in ORDER:
        rows = np.flatnonzero((before == CODES[one]) & (after == CODES[other]))
        if len(rows):
            shown = tuple(masked(texts[i]) for i in rows[:MOST_SHOWN])
            found.append(Flip(one, other, tuple(past[int(i)][0] for i in rows), shown))
    return found
