"""Comments counted by the quarter of an hour, and how far in its events each site is counted.

A quarter without a row has to be counted. `marks` goes up with every change that no event tells of,
and whoever counts writes only where neither it nor the number moved on any site meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_unless_there

from service.storage import spans
from service.storage.tables import comments, events, sites, tallied, tallies
from service.storage.tabs import REAL

QUARTER: Final = timedelta(minutes=15)
_SECONDS: Final = 900
_AT_ONCE: Final = 500
_START: Final = -1

Body = dict[str, dict[str, int]]
"""``verdicts``, ``languages``, ``codes`` and ``models``, each with how many comments had which."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one site: the number of the last event that was counted, marks, and the last event's."""

    number: int
    marks: int
    last: int


def quarter_of(moment: datetime) -> int:
    """Quarters of an hour since 1970."""
    return int(moment.timestamp()) // _SECONDS


def start_of(quarter: int) -> datetime:
    """When a quarter began."""
    return datetime.fromtimestamp(quarter * _SECONDS, UTC)


def quarter_of_id(comment_id: str) -> int:
    """That in which a comment came."""
    return int(comment_id[:8] + comment_id[9:13], 16) // 1000 // _SECONDS


def progress(tx: Connection) -> dict[str, Progress]:
    """How far each site is counted; one that never was begins before its first event."""
    number = func.coalesce(tallied.c.number, _START)
    marks = func.coalesce(tallied.c.marks, 0)
    query = select(sites.c.id, number, marks, sites.c.last_event)
    rows = tx.execute(query.outerjoin(tallied, tallied.c.site_id == sites.c.id))
    return {row[0]: Progress(row[1], row[2], row[3]) for row in rows}


def begin(tx: Connection, found: Mapping[str, Progress]) -> None:
    """Sites that are new here start at their last event. Where they have any, every quarter has to
    be counted again, for a row is of all sites."""
    for site_id, site in found.items():
        if site.number == _START:
            row = {"site_id": site_id, "number": site.last, "marks": 0}
            made = insert_unless_there(tallied).on_conflict_do_nothing()
            if tx.execute(made, row).rowcount and site.last:
                tx.execute(delete(tallies))


def touched(tx: Connection, site_id: str, number: int, most: int) -> tuple[set[int], int]:
    """The quarters of the comments that a site's next events are about, and the last of these."""
    mine = events.c.site_id == site_id, events.c.number > number
    query = select(events.c.number, events.c.subject).where(*mine).order_by(events.c.number)
    rows = tx.execute(query.limit(most)).all()
    return {quarter_of_id(row.subject) for row in rows}, rows[-1].number if rows else number


def counted(tx: Connection, first: int) -> set[int]:
    """The quarters from the first on that have a row."""
    return set(tx.execute(select(tallies.c.quarter).where(tallies.c.quarter >= first)).scalars())


def next_comment(tx: Connection, quarter: int) -> int | None:
    """The first quarter from this one on in which a comment came."""
    later = select(comments.c.id).where(spans.since(comments.c.id, start_of(quarter)))
    found = tx.execute(later.order_by(comments.c.id).limit(1)).scalar()
    return None if found is None else quarter_of_id(found)


def count(tx: Connection, quarter: int) -> Body:
    """Read the comments of a quarter."""
    model = comments.c.decision["model_version"].as_string().label("model")
    kinds = (comments.c.verdict, comments.c.language, comments.c.codes, model)
    within = spans.between(comments.c.id, start_of(quarter), start_of(quarter + 1))
    # Not grouped by the database: SQLite sorts all of them in memory first.
    rows = tx.execute(select(*kinds).where(*within, REAL).execution_options(yield_per=_AT_ONCE))
    alike = Counter(map(tuple, rows))
    body: dict[str, Counter[str]] = {
        name: Counter() for name in ("verdicts", "languages", "codes", "models")
    }
    for (verdict, language, codes, version), number in alike.items():
        body["verdicts"][verdict] += number
        body["languages"][str(language)] += number
        body["models"][str(version)] += number
        for code in filter(None, codes.split("|")):
            body["codes"][code] += number
    return {name: dict(counts) for name, counts in body.items()}


def put(
    tx: Connection,
    before: Mapping[str, Progress],
    after: Mapping[str, int],
    bodies: Mapping[int, Body],
    left: Iterable[int] = (),
) -> bool:
    """Write counts and how far they go, and which quarters are left to be counted; nothing of it
    where another process or a change was quicker on any site, or there is one more, for the counts
    are of all sites together."""
    _hold(tx)
    if _places(progress(tx)) != _places(before):
        return False
    for site_id, number in after.items():
        if number != before[site_id].number:
            mine = tallied.c.site_id == site_id
            tx.execute(update(tallied).where(mine).values(number=number))
    _forget(tx, {*bodies, *left})
    if bodies:
        rows = [{"quarter": quarter, "body": body} for quarter, body in bodies.items()]
        tx.execute(insert(tallies), rows)
    return True


def forget_older(tx: Connection, quarter: int) -> None:
    """What nobody looks at any more."""
    tx.execute(delete(tallies).where(tallies.c.quarter < quarter))


def mark(tx: Connection, site_id: str, comment_ids: Sequence[str]) -> None:
    """These comments changed and no event tells of it: their quarters are to be counted again."""
    mine = tallied.c.site_id == site_id
    tx.execute(update(tallied).where(mine).values(marks=tallied.c.marks + 1))
    _forget(tx, {quarter_of_id(comment_id) for comment_id in comment_ids})


def mark_before(tx: Connection, moment: datetime) -> None:
    """The same for everything that came before a moment."""
    _hold(tx)
    tx.execute(update(tallied).values(marks=tallied.c.marks + 1))
    tx.execute(delete(tallies).where(tallies.c.quarter <= quarter_of(moment)))


def bodies(tx: Connection, first: int) -> list[tuple[int, Body]]:
    """The counts of the quarters from this one on that had any comment."""
    query = select(tallies.c.quarter, tallies.c.body).where(tallies.c.quarter >= first)
    rows = tx.execute(query.order_by(tallies.c.quarter))
    return [(row.quarter, row.body) for row in rows if row.body["verdicts"]]


def _places(found: Mapping[str, Progress]) -> dict[str, tuple[int, int]]:
    return {site_id: (site.number, site.marks) for site_id, site in found.items()}


def _hold(tx: Connection) -> None:
    """Let nobody else count or mark, all taking the sites in one order."""
    tx.execute(select(tallied.c.site_id).order_by(tallied.c.site_id).with_for_update())


def _forget(tx: Connection, quarters: Iterable[int]) -> None:
    listed = sorted(quarters)
    for start in range(0, len(listed), _AT_ONCE):
        some: Any = tallies.c.quarter.in_(listed[start : start + _AT_ONCE])
        tx.execute(delete(tallies).where(some))
