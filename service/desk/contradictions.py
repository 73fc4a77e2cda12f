"""Contradictions: what people ruled both ways, for moderators who look a second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from service import labels
from service.comments import Ruling, Verdict
from service.labels import Label
from service.storage import verdicts
from service.storage.engine import Database

NEWEST: Final = 2_000
"""So many ruled comments, the last that came, are compared for one look at the page."""

_A_PAGE: Final = 10
_OF_A_KIND: Final = 5


@dataclass(frozen=True, slots=True)
class Opinion:
    """A ruled comment: its masked text, the verdict in force, and the rulings that stand on it,
    oldest first."""

    id: str
    site: str
    content: str = field(repr=False)
    verdict: Verdict
    rulings: tuple[Ruling, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Near copies that were ruled both ways, or one comment on which moderators disagree.

    ``more`` counts the near copies that are not among ``opinions``.
    """

    opinions: tuple[Opinion, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Found:
    """A page of contradictions, ``number`` of ``pages`` from 1 on, and how many there are."""

    contradictions: tuple[Contradiction, ...]
    count: int
    number: int
    pages: int


class Contradictions:
    """What `saring labels conflicts` lists, of the newest rulings, a page at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, number: int) -> Found:
        """The latest ruling first; a number past the last page is the last."""
        groups = labels.conflicts(labels.newest(self._database, NEWEST))
        groups.sort(key=_last_ruled, reverse=True)
        pages = max(1, -(-len(groups) // _A_PAGE))
        number = min(max(number, 1), pages)
        shown = groups[(number - 1) * _A_PAGE : number * _A_PAGE]
        return Found(tuple(self._contradictions(shown)), len(groups), number, pages)

    def _contradictions(self, groups: Sequence[list[Label]]) -> list[Contradiction]:
        shown = [_telling(group) for group in groups]
        with self._database.read() as tx:
            said = verdicts.rulings_on(tx, [row.id for rows in shown for row in rows])
        return [
            Contradiction(
                tuple(_opinion(row, said.get(row.id, ())) for row in rows), len(group) - len(rows)
            )
            for group, rows in zip(groups, shown, strict=True)
        ]


def _last_ruled(group: list[Label]) -> str:
    return max(row.ruled_at for row in group)


def _telling(group: list[Label]) -> list[Label]:
    """The latest few of either verdict: a wave of copies must not hide the one that differs."""
    latest = sorted(group, key=lambda row: row.ruled_at, reverse=True)
    return [
        row
        for verdict in ("accept", "reject")
        for row in [row for row in latest if row.verdict == verdict][:_OF_A_KIND]
    ]


def _opinion(row: Label, said: Sequence[Ruling]) -> Opinion:
    stand = tuple(ruling for ruling in said if ruling.undone_at is None)
    return Opinion(row.id, row.site, row.content, row.verdict, stand)
