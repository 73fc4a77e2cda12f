"""What the dashboard shows: the last thirty days in numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from service.storage import figures
from service.storage.engine import Database

DAYS: Final = 30
_RULINGS: Final = 10_000
Pairs = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Volumes by day and verdict, and what they are made of."""

    days: Sequence[tuple[date, Mapping[str, int]]]
    reasons: Pairs
    languages: Pairs
    models: Pairs
    seconds: Sequence[float]

    def within(self, share: float) -> float | None:
        """In how many seconds this share of rulings had come, or None without any."""
        if not self.seconds:
            return None
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))]

    @property
    def totals(self) -> Mapping[str, int]:
        """Comments by verdict over all days."""
        return {
            verdict: sum(counts.get(verdict, 0) for _, counts in self.days)
            for verdict in ("accept", "hold", "reject")
        }


class Dashboard:
    """Counts what happened; it changes nothing."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def figures(self) -> Figures:
        """The last thirty days of every site, today included."""
        today = self._now().date()
        first = today - timedelta(days=DAYS - 1)
        since = self._now().replace(hour=0, minute=0, second=0, microsecond=0)
        since -= timedelta(days=DAYS - 1)
        with self._database.read() as tx:
            counted = {(day, verdict): n for day, verdict, n in figures.by_day(tx, since)}
            days = [first + timedelta(days=number) for number in range(DAYS)]
            return Figures(
                days=[(day, _of_day(counted, day)) for day in days],
                reasons=figures.by_reason(tx, since),
                languages=figures.by_language(tx, since),
                models=figures.by_model(tx, since),
                seconds=figures.seconds_to_rulings(tx, since, _RULINGS),
            )


def _of_day(counted: Mapping[tuple[str, str], int], day: date) -> dict[str, int]:
    verdicts = ("accept", "hold", "reject")
    return {verdict: counted.get((day.isoformat(), verdict), 0) for verdict in verdicts}
