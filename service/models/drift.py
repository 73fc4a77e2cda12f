"""Whether what comes in still looks as it did: by week, against the site's own first weeks and
against training time.

Each week's comments are sampled and scored by the model in force, so weeks stay comparable when
the model changes: the past is measured again by the new one. Rejected comments are left out, or
every wave of spam would be an alarm. Only counts are kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from service.rates import Rate
from service.scoring.looks import Looks
from service.scoring.scorer import Assessment, NoModel, Scorer
from service.storage import drift as stored
from service.storage.drift import Measured
from service.storage.engine import Database

WEEKS: Final = 8
SHIFT: Final = 0.25
LEAST_ROWS: Final = 200
_SAMPLE: Final = 1_000
_AT_ONCE: Final = 20
_REST: Final = 4.0
_WEEK: Final = timedelta(days=7)
_FRESH: Final = timedelta(hours=6)
OVERRULED: Final = "overruled"


@dataclass(frozen=True, slots=True)
class Week:
    """One week against the earliest one that is known and large enough.

    ``moved`` and ``from_training`` map measures (heads, ``language``, ``unknown``) to population
    stability indices; they are empty without a reference. ``alarms`` names what has shifted by more
    than `SHIFT` and than chance allows, and ``overruled`` where people overrule the machine more.
    """

    monday: str
    rows: int
    overruled: Rate
    moved: Mapping[str, float] = field(default_factory=dict)
    from_training: Mapping[str, float] = field(default_factory=dict)
    alarms: tuple[str, ...] = ()


class Drift:
    """Measures a week at a time; `measure` is a task of housekeeping."""

    def __init__(
        self,
        database: Database,
        scorer: Callable[[], Scorer | NoModel],
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._scorer = scorer
        self._now = now

    def measure(self) -> int:
        """Count the next week that is not counted under the model in force; how many were."""
        scorer = self._scorer()
        if isinstance(scorer, NoModel):
            return 0
        monday = self._due(scorer)
        if monday is None:
            return 0
        with self._database.read() as tx:
            texts = stored.sample(tx, monday, monday + _WEEK, _SAMPLE)
            errors, ruled = stored.overruled(tx, monday, monday + _WEEK)
        looks = Looks.of(_scored(scorer, texts))
        body = {**looks.to_json(), "overruled": errors, "ruled": ruled}
        found = Measured(monday.date().isoformat(), body, self._now())
        with self._database.begin() as tx:
            stored.put(tx, scorer.version, found)
        return 1

    def weeks(self) -> list[Week]:
        """What is known under the model in force, the latest week first."""
        scorer = self._scorer()
        with self._database.read() as tx:
            measured = stored.weeks(tx, scorer.version)
        trained = Looks.from_json((scorer.metadata and scorer.metadata.reference) or {})
        known = [(m, looks) for m in measured if (looks := Looks.from_json(m.body))]
        large = [pair for pair in known if pair[1].rows >= LEAST_ROWS]
        first = large[0] if large else None
        return [_week(m, looks, first, trained) for m, looks in reversed(known)]

    def alarms(self) -> tuple[str, ...]:
        """What has moved in the latest week that is large enough to say."""
        found = [week for week in self.weeks() if week.rows >= LEAST_ROWS]
        return found[0].alarms if found else ()

    def _due(self, scorer: Scorer) -> datetime | None:
        """The Monday of a week to count: missing ones first, then those that were not over."""
        this = _monday(self._now())
        with self._database.read() as tx:
            known = {m.week: m.at for m in stored.weeks(tx, scorer.version)}
            first = stored.first_comment(tx, this - (WEEKS - 1) * _WEEK)
        if first is None:
            return None
        monday = _monday(first)
        while monday <= this:
            at = known.get(monday.date().isoformat())
            over = at is not None and at >= monday + _WEEK
            if at is None or (not over and self._now() - at >= _FRESH):
                return monday
            monday += _WEEK
        return None


def _week(
    measured: Measured, looks: Looks, first: tuple[Measured, Looks] | None, trained: Looks | None
) -> Week:
    rate = _overruled(measured)
    far = looks.moved(trained) if trained else {}
    if not looks.rows:
        return Week(measured.week, 0, rate)
    if first is None or first[0] is measured:
        return Week(measured.week, looks.rows, rate, {}, far)
    moved, chance = looks.moved(first[1]), looks.chance(first[1])
    alarms: list[str] = []
    if looks.rows >= LEAST_ROWS:
        alarms = [name for name, by in moved.items() if by > SHIFT and by > chance[name]]
    if rate.interval[0] > _overruled(first[0]).interval[1]:
        alarms.append(OVERRULED)
    return Week(measured.week, looks.rows, rate, moved, far, tuple(alarms))


def _overruled(measured: Measured) -> Rate:
    return Rate(int(measured.body.get("overruled", 0)), int(measured.body.get("ruled", 0)))


def _scored(scorer: Scorer, texts: list[str]) -> list[Assessment]:
    """A few texts at a time, with rests: answers have the processor first."""
    found: list[Assessment] = []
    for start in range(0, len(texts), _AT_ONCE):
        began = time.perf_counter()
        found += scorer.assess(texts[start : start + _AT_ONCE])
        time.sleep(_REST * (time.perf_counter() - began))
    return found


def _monday(moment: datetime) -> datetime:
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
