"""Readers' complaints: a person must answer each within 2×24 hours.

The time is that of Dewan Pers, Pedoman Pemberitaan Media Siber (2012), on what readers write.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from service import events, privacy
from service.comments import Complaint, Signal, Site, new_id
from service.errors import Conflict, Missing
from service.storage import complaints, holding, store
from service.storage import events as told
from service.storage.engine import Database, Transaction

ANSWERED_WITHIN: Final = timedelta(hours=48)
_RAISED: Final = Signal("COMPLAINT", 1.0)


class Complaints:
    """Takes complaints in and lists them for the record."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def file(
        self, site: Site, reason: str, detail: str, comment_id: str, permalink: str | None = None
    ) -> Complaint:
        """Store a complaint and raise it on the case; the verdict in force stays.

        A permalink that names several comments is a `Conflict`; no such comment is `Missing`.
        """
        now = self._now()
        with self._database.begin() as tx:
            comment_id = comment_id or _comment_at(tx, site, privacy.mask(permalink or ""))
            self._raise(tx, site, comment_id)
            due_at = now + ANSWERED_WITHIN
            complaint = Complaint(
                new_id(), comment_id, reason, privacy.mask(detail), created_at=now, due_at=due_at
            )
            complaints.add(tx, site.id, complaint)
            news = events.complained(complaint.id, comment_id, reason, due_at)
            told.tell(tx, site.id, [news], now)
        return complaint

    def month(self, site: Site, year: int, month: int) -> list[Complaint]:
        """What arrived in a month, as the site's time zone counts it."""
        zone = ZoneInfo(site.rules.time_zone)
        start = datetime(year, month, 1, tzinfo=zone)
        end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
        with self._database.read() as tx:
            return complaints.between(tx, site.id, start, end)

    def _raise(self, tx: Transaction, site: Site, comment_id: str) -> None:
        """Add COMPLAINT to the machine's reasons, once; the version says that the case changed."""
        holding.hold(tx, [comment_id])
        case = store.comment_by_id(tx, site.id, comment_id)
        if case is None:
            raise Missing("no such comment")
        reasons = case.decision.reasons
        if all(signal.code != _RAISED.code for signal in reasons):
            reasons = (*reasons, _RAISED)
        store.put_reasons(tx, comment_id, replace(case.decision, reasons=reasons))


def _comment_at(tx: Transaction, site: Site, permalink: str) -> str:
    found = complaints.comments_at(tx, site.id, permalink)
    if not found:
        raise Missing("no comment has this permalink")
    if len(found) > 1:
        raise Conflict("several comments have this permalink; name one", "several_comments")
    return found[0]
