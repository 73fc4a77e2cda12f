"""Retention: what may not be kept longer goes, while others write."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from service.moderation import ANSWERS_KEPT
from service.storage import accounts, aging, complaints, forgetting, tallies
from service.storage.aging import Piece
from service.storage.company import COPIES_KEPT
from service.storage.engine import Database, Transaction

EVENTS_KEPT: Final = timedelta(days=90)
AT_ONCE: Final = 200
_BANDS_AT_ONCE: Final = 1_000
_BANDS_PIECES: Final = 5
_WAVES_LAST: Final = timedelta(days=1)

Erase = Callable[[Transaction, str, datetime, int], Piece]


def purge(database: Database, retention_days: int, now: datetime) -> Mapping[str, int]:
    """Erase what is past retention (0 keeps all), old answers and old events; the counts.

    It goes by small transactions: broken off, it has erased the oldest, and goes on the next time.
    """
    oldest = now - timedelta(days=retention_days) if retention_days else None
    counts = {"comments": 0, "answers": 0, "complaints": 0, "events": 0}
    cuts = _cuts(database, oldest, now)
    for site_id, before in cuts.items():
        erase = partial(aging.comments_piece, site_id=site_id or None)
        counts["comments"] += _all(database, erase, before)
    counts["answers"] = _all(database, aging.answers_piece, now - ANSWERS_KEPT)
    with database.begin() as tx:
        if oldest:
            counts["complaints"] = complaints.erase_older(tx, oldest)
        complaints.close_orphans(tx, now)
        if cuts:  # an earlier purge may have been broken off before it came here
            tallies.mark_before(tx, max(cuts.values()))
        forgetting.leave_old_waves(tx, now - _WAVES_LAST)
    kept_from = now - EVENTS_KEPT
    counts["events"] = _all(database, aging.events_piece, max(oldest or kept_from, kept_from))
    database.forget_freed_pages()
    return counts


class Bands:
    """Forgets by which bands near copies of old comments were found: a third of what was stored.

    What is held or was edited since keeps its bands, and is not looked at again once it has been
    passed; its bands go after the next start of a process.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._seen = ""

    def sweep(self) -> int:
        """A few pieces; how many bands went. A task of housekeeping."""
        before, erased = self._now() - COPIES_KEPT, 0
        for _ in range(_BANDS_PIECES):
            with self._database.begin() as tx:
                piece = aging.bands_piece(tx, self._seen, before, _BANDS_AT_ONCE)
            erased += piece.erased
            if not piece.until:
                break
            self._seen = piece.until
        return erased


def _cuts(database: Database, oldest: datetime | None, now: datetime) -> dict[str, datetime]:
    """Up to when comments go: of all sites under an empty name, and of those that keep less."""
    with database.read() as tx:
        mine = {site.id: site.rules.retention_days for site in accounts.all_sites(tx)}
    own = {site_id: now - timedelta(days=days) for site_id, days in mine.items() if days}
    return {"": oldest, **own} if oldest else own


def _all(database: Database, erase: Erase, before: datetime) -> int:
    """Piece by piece, with rests as long as the work: the others have half of the time."""
    after, erased = "", 0
    while True:
        began = time.perf_counter()
        with database.begin() as tx:
            piece = erase(tx, after, before, AT_ONCE)
        erased += piece.erased
        if not piece.until:
            return erased
        after = piece.until
        time.sleep(time.perf_counter() - began)
