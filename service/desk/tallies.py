"""Counts by the quarter of an hour, kept right by reading what the events say has changed.

The dashboard adds them up: counting the comments of a month anew took longer the more there were.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from service.errors import Unavailable
from service.storage import tallies
from service.storage.engine import Database, Transaction
from service.storage.tallies import Body, Progress

WINDOW: Final = 32 * 24 * 4  # quarters: thirty days in any time zone
_EVENTS: Final = 2_000
_MOST_ROUNDS: Final = 1_000
_EMPTY: Final[Body] = {"verdicts": {}, "languages": {}, "codes": {}, "models": {}}


class Tallies:
    """Keeps the counts; any number of processes may do so at the same time."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def catch_up(self) -> int:
        """Count what came or changed since the last time; how many quarters were counted."""
        return self._rounds(settled_only=False)

    def settle(self) -> int:
        """The same for the quarters that are over, which is what housekeeping does: to count the
        open one anew with every few comments takes the longer the more there are in it."""
        return self._rounds(settled_only=True)

    def since(self, moment: datetime) -> list[tuple[datetime, Body]]:
        """When each quarter since then began in which a comment came, with its counts."""
        with suppress(Unavailable):  # a disk that is full shows what was counted before
            self.catch_up()
        with self._database.read() as tx:
            found = tallies.bodies(tx, tallies.quarter_of(moment))
        return [(tallies.start_of(quarter), body) for quarter, body in found]

    def _rounds(self, *, settled_only: bool) -> int:
        done = 0
        for _ in range(_MOST_ROUNDS):
            quarters, more = self._round(settled_only)
            done += quarters
            if not more:
                break
        return done

    def _round(self, settled_only: bool) -> tuple[int, bool]:
        """One step: how many quarters were counted, and whether there is more to do."""
        newest = tallies.quarter_of(self._now())
        first = newest - WINDOW
        with self._database.read() as tx:
            before = tallies.progress(tx)
            after, due = self._due(tx, before)
            due |= (set(range(first, newest + 1)) | _ahead(tx, newest)) - tallies.counted(tx, first)
            left = {quarter for quarter in due if settled_only and quarter >= newest}
            bodies = _counted(tx, sorted(quarter for quarter in due - left if quarter >= first))
        if any(site.number < 0 for site in before.values()):
            self._begin()
            return 0, True
        if not bodies and all(after[site] == before[site].number for site in after):
            return 0, False
        with self._database.begin() as tx:
            written = tallies.put(tx, before, after, bodies, left)
            tallies.forget_older(tx, first)
        behind = any(after[site] < before[site].last for site in after)
        return len(bodies) if written else 0, behind or not written

    def _begin(self) -> None:
        with self._database.begin() as tx:
            tallies.begin(tx, tallies.progress(tx))

    @staticmethod
    def _due(tx: Transaction, before: Mapping[str, Progress]) -> tuple[dict[str, int], set[int]]:
        """How far each site's events are read, and the quarters of the comments they are about."""
        after, due = {site_id: site.number for site_id, site in before.items()}, set()
        for site_id, site in before.items():
            if site.last > site.number:
                about, after[site_id] = tallies.touched(tx, site_id, site.number, _EVENTS)
                due |= about
        return after, due


def _ahead(tx: Transaction, newest: int) -> set[int]:
    """Later quarters in which a comment came: the clock was set back since."""
    found: set[int] = set()
    while (came := tallies.next_comment(tx, max(found, default=newest) + 1)) is not None:
        found.add(came)
    return found


def _counted(tx: Transaction, quarters: Sequence[int]) -> dict[int, Body]:
    """Counts of these quarters, in their order; what is empty is passed over in one step."""
    found = dict.fromkeys(quarters, _EMPTY)
    place = 0
    while place < len(quarters):
        came = tallies.next_comment(tx, quarters[place])
        if came is None:
            break
        place = bisect_left(quarters, came)
        if place < len(quarters) and quarters[place] == came:
            found[came] = tallies.count(tx, came)
            place += 1
    return found
