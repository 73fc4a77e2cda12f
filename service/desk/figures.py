"""What the dashboard shows: the last thirty days in numbers."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from statistics import median
from typing import Final

from service.comments import VERDICTS, Complaint
from service.desk.tallies import Tallies
from service.rates import Rate
from service.storage import figures
from service.storage.engine import Database
from service.storage.tallies import Body

DAYS: Final = 30
WITHIN: Final = (60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600, 48 * 3600)
"""Bounds, in seconds, of the classes in which times to decision are counted."""
_RULINGS: Final = 5_000
Pairs = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two people ruled on the same spot checks, not knowing of each other.

    ``pairs`` counts (first, second) verdicts.
    """

    pairs: Mapping[tuple[str, str], int]

    @property
    def rate(self) -> Rate:
        """The share on which both agree, with its interval."""
        agreed = sum(count for (first, second), count in self.pairs.items() if first == second)
        return Rate(agreed, sum(self.pairs.values()))

    @property
    def kappa(self) -> float | None:
        """Agreement beyond chance, or None where chance alone would agree always.

        Cohen, "A coefficient of agreement for nominal scales", 1960.
        """
        total = sum(self.pairs.values())
        first, second = (self._said_by(place) for place in (0, 1))
        chance = (
            sum(first[verdict] * second[verdict] for verdict in first) / total**2 if total else 1
        )
        return None if chance == 1 else (self.rate.errors / total - chance) / (1 - chance)

    def _said_by(self, place: int) -> Counter[str]:
        said: Counter[str] = Counter()
        for pair, count in self.pairs.items():
            said[pair[place]] += count
        return said


@dataclass(frozen=True, slots=True)
class Answers:
    """Complaints against the 2 × 24 hours: those of the last days, and all that wait."""

    in_time: int
    late: int
    waiting: int
    overdue: int
    median_seconds: float | None
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Volumes by day and verdict, what they are made of, and how people keep up with them."""

    days: Sequence[tuple[date, Mapping[str, int]]]
    reasons: Pairs
    languages: Pairs
    models: Pairs
    seconds: Sequence[float]
    agreement: Agreement
    answers: Answers

    def within(self, share: float) -> float | None:
        """In how many seconds this share of rulings had come, or None without any."""
        if not self.seconds:
            return None
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))]

    @property
    def times(self) -> Sequence[tuple[int | None, int]]:
        """How many rulings came within each of `WITHIN` and not before; last, those later."""
        ends = [bisect_right(self.seconds, bound) for bound in WITHIN] + [len(self.seconds)]
        bounds: list[int | None] = [*WITHIN, None]
        counts = [end - start for start, end in zip([0, *ends], ends, strict=False)]
        return list(zip(bounds, counts, strict=True))

    @property
    def totals(self) -> Mapping[str, int]:
        """Comments by verdict over all days."""
        return {v: sum(counts.get(v, 0) for _, counts in self.days) for v in VERDICTS}


class Dashboard:
    """Counts what happened; it changes nothing."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._tallies = Tallies(database, now)

    def figures(self, zone: tzinfo) -> Figures:
        """The last thirty days of every site as that zone counts days, today included."""
        now = self._now()
        today = now.astimezone(zone).date()
        days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
        since = datetime.combine(days[0], time(), zone)
        totals, volumes = _summed(self._tallies.since(since), zone)
        with self._database.read() as tx:
            pairs = Counter(figures.opinions(tx, since))
            return Figures(
                days=[(day, _verdicts(volumes[day])) for day in days],
                reasons=totals["codes"].most_common(),
                languages=totals["languages"].most_common(),
                models=totals["models"].most_common(),
                seconds=figures.seconds_to_rulings(tx, since, _RULINGS),
                agreement=Agreement(pairs),
                answers=answers(figures.complaints_since(tx, since), now),
            )

    def shadow(self, site_id: str, days: int) -> Sequence[tuple[str, str, int]]:
        """What a site's shadow rules would have changed: verdict given, theirs, how many."""
        with self._database.read() as tx:
            found = figures.by_shadow(tx, site_id, self._now() - timedelta(days=days))
        return sorted(row for row in found if row[0] != row[1])


def answers(complaints: Sequence[Complaint], now: datetime) -> Answers:
    """Complaints counted by how they were answered, if they were."""
    waiting = [one for one in complaints if one.resolved_at is None]
    answered = [one for one in complaints if one.resolved_at is not None]
    took = [
        (one.resolved_at - one.created_at).total_seconds() for one in answered if one.resolved_at
    ]
    return Answers(
        in_time=sum(one.in_time is True for one in answered),
        late=sum(one.in_time is False for one in answered),
        waiting=len(waiting),
        overdue=sum(one.due_at < now for one in waiting),
        median_seconds=median(took) if took else None,
        next_due_at=min((one.due_at for one in waiting), default=None),
    )


def _summed(
    quarters: Sequence[tuple[datetime, Body]], zone: tzinfo
) -> tuple[Mapping[str, Counter[str]], Mapping[date, Counter[str]]]:
    """Counts of each kind over all quarters, and the verdicts of each day."""
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    volumes: dict[date, Counter[str]] = defaultdict(Counter)
    for began, body in quarters:
        for kind, counts in body.items():
            totals[kind].update(counts)
        volumes[began.astimezone(zone).date()].update(body["verdicts"])
    return totals, volumes


def _verdicts(counts: Mapping[str, int]) -> Mapping[str, int]:
    return {verdict: counts.get(verdict, 0) for verdict in VERDICTS}
