"""What a moderator did: for taking back, from a page, anything of the whole session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from service.desk.cards import Doing, Standing
from service.desk.pseudonyms import hue, pseudonym
from service.desk.signins import SESSION_LASTS
from service.storage import doings
from service.storage.engine import Database

_A_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Done:
    """A page of somebody's strokes, the latest first, and on the first page whom they blocked.

    Each standing comes with a comment by that person, through which it is lifted.
    """

    strokes: Sequence[Doing]
    standings: Sequence[tuple[Standing, str]]
    number: int
    more: bool


class Doings:
    """Reads back what one person ruled for as long as a session can last."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def page(self, moderator: str, number: int) -> Done:
        """Fifty strokes, those of page ``number`` from 1 on."""
        since = self._now() - SESSION_LASTS
        with self._database.read() as tx:
            skipped = (number - 1) * _A_PAGE
            found = doings.strokes(tx, moderator, since, skipped, _A_PAGE + 1)
            rows = doings.standings_by(tx, moderator, since, _A_PAGE) if number == 1 else []
        stood = [
            (
                Standing(
                    r.author_key, pseudonym(r.author_key), hue(r.author_key), r.standing,
                    r.set_by, r.set_at, "",
                ),
                r.comment_id,
            )
            for r in rows
        ]  # fmt: skip
        return Done(found[:_A_PAGE], stood, number, len(found) > _A_PAGE)
