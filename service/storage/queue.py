"""The queue: pages by key, never by offset, so that what waits behind a page costs it nothing."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Integer,
    Row,
    Select,
    bindparam,
    case,
    func,
    literal,
    select,
    tuple_,
)

from service.comments import Site
from service.desk.cards import MOST_AT_ONCE, Entry, Filters, Order
from service.storage import rolling
from service.storage.store import case_of
from service.storage.tables import UtcDateTime, comments, complaints, sites, standings, waves
from service.storage.tabs import COMPLAINED, HELD, REAL, UNRULED, bounded, narrowed, of_tab

LOOKED_THROUGH: Final = 500
"""Filters look through so many comments at a time; the cursor leads to the next so many."""
_WAVES_LOOKED_THROUGH: Final = 200
_PAST_COUNTED: Final = 500
_PARTS: Final = [part / 100 for part in range(100)]


@dataclass(frozen=True, slots=True)
class Key:
    """Where a page ends: a comment's or a wave's id, and what else the order goes by."""

    id: str = ""
    margin: float = -1.0
    due: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Entries in order; ``looked_until`` where the filters have not seen all that comes after."""

    entries: list[Entry]
    looked_until: Key | None = None


def complained(tx: Connection, filters: Filters, after: Key, limit: int) -> Found:
    """Comments that readers complain about, whatever their verdict, the most urgent first."""
    key = tuple_(comments.c.complaint_due_at, comments.c.id)
    query = _read().where(COMPLAINED, *narrowed(filters))
    if after.id:
        due = literal(datetime.fromisoformat(after.due), UtcDateTime)
        query = query.where(key > tuple_(due, literal(after.id)))
    query = query.order_by(comments.c.complaint_due_at, comments.c.id)
    return Found(_entries(tx, query.limit(limit)))


def singles(tx: Connection, filters: Filters, order: Order, after: Key, limit: int) -> Found:
    """Comments of a tab one by one; on the tab of what is held, those that wait alone."""
    if order == "teaches" and filters.tab == "held":
        return _by_margin(tx, filters, after, limit)
    down, c = order == "newest", comments.c
    keys = [c.wave_id, c.id] if filters.tab == "held" else [c.id]  # as the index has them
    by = [key.desc() for key in keys] if down else keys
    where: list[Any] = [c.id < after.id if down else c.id > after.id] if after.id else []
    end = _end_of_look(tx, of_tab(select(c.id), filters).where(*where).order_by(*by), filters)
    if end:
        where.append(c.id >= end.id if down else c.id <= end.id)
    query = of_tab(_read(), filters).where(*where, *narrowed(filters))
    return Found(_entries(tx, query.order_by(*by).limit(limit)), Key(end.id) if end else None)


def _by_margin(tx: Connection, filters: Filters, after: Key, limit: int) -> Found:
    c = comments.c
    key, by = tuple_(c.margin, c.id), (c.wave_id, c.margin, c.id)
    where = [key > tuple_(literal(after.margin), literal(after.id))] if after.id else []
    ids = of_tab(select(c.id, c.margin), filters).where(*where).order_by(*by)
    end = _end_of_look(tx, ids, filters)
    if end:
        where.append(key <= tuple_(literal(end.margin), literal(end.id)))
    query = of_tab(_read(), filters).where(*where, *narrowed(filters))
    found = _entries(tx, query.order_by(*by).limit(limit))
    return Found(found, Key(end.id, end.margin) if end else None)


def _end_of_look(tx: Connection, ids: Select[Any], filters: Filters) -> Row[Any] | None:
    """The last comment that filters look at in one go, or None where they look at all that is."""
    if not filters.are_narrow:
        return None
    return tx.execute(ids.offset(LOOKED_THROUGH - 1).limit(1)).first()


def wave_heads(tx: Connection, filters: Filters, order: Order, after: Key, limit: int) -> Found:
    """For each wave of which copies wait, the copy that has waited longest."""
    most = _WAVES_LOOKED_THROUGH if filters.are_narrow else limit
    ids = rolling.wave_ids(tx, after.id, most, newest=order == "newest")
    query = _read().join(waves, comments.c.id == rolling.head_of_wave())
    heads = _entries(tx, query.where(waves.c.id.in_(ids), *narrowed(filters)))
    by_wave = {entry.wave_id: entry for entry in heads}
    kept = [by_wave[wave_id] for wave_id in ids if wave_id in by_wave][:limit]
    return Found(kept, Key(ids[-1]) if len(ids) == most else None)


def entry(tx: Connection, comment_id: str) -> Entry | None:
    """One comment of any site, or None."""
    return next(iter(_entries(tx, _read().where(comments.c.id == comment_id))), None)


def entries(tx: Connection, comment_ids: Sequence[str]) -> list[Entry]:
    """Some comments in this order."""
    found = {e.case.id: e for e in _entries(tx, _read().where(comments.c.id.in_(comment_ids)))}
    return [found[one] for one in comment_ids if one in found]


def site_of_wave(tx: Connection, wave_id: str) -> Site | None:
    """The site that a wave rolls over, or None."""
    query = select(sites.c.id, sites.c.name).join(waves, waves.c.site_id == sites.c.id)
    row = tx.execute(query.where(waves.c.id == wave_id)).first()
    return None if row is None else Site(row.id, row.name)


def wave_counts(tx: Connection, wave_id: str) -> tuple[int, int, int]:
    """How many copies a wave has here, how many of them wait on its card, and how many a ruling
    on it would rule on; each up to `MOST_AT_ONCE`.

    Counted from the copies: those that were erased or edited into something else are none.
    """
    mine = select(comments.c.id).where(comments.c.wave_id == wave_id)
    waiting, unruled = mine.where(HELD, ~COMPLAINED), mine.where(UNRULED)
    copies, waiting_copies, open_copies = (
        bounded(tx, query, MOST_AT_ONCE) for query in (mine, waiting, unruled)
    )
    return max(copies, 1), waiting_copies, open_copies


def arrived_after(tx: Connection, comment_id: str) -> int:
    """How many held comments and complaints came after one, each up to `COUNTED`."""
    held = select(comments.c.id).where(comments.c.id > comment_id, HELD)
    raised = complaints.c.id > comment_id, complaints.c.resolved_at.is_(None)
    return bounded(tx, held) + bounded(tx, select(complaints.c.id).where(*raised))


def newest_held(tx: Connection) -> str:
    """The id of what came last, a held comment or a complaint; empty where there is neither."""
    held = tx.execute(select(func.max(comments.c.id)).where(HELD)).scalar()
    return max(held or "", tx.execute(select(func.max(complaints.c.id))).scalar() or "")


def matching(tx: Connection, filters: Filters, limit: int) -> list[tuple[str, str, int]]:
    """Site, id and version of what these filters find, copies included.

    What readers complain about is read one by one. Of what waits the oldest come first, else the
    newest.
    """
    columns = comments.c.site_id, comments.c.id, comments.c.version
    # Read in the order of ids until there are enough, not sorted out of the index of scores.
    score = comments.c.score + 0.0
    found = tx.execute(_matching(filters, *columns, score=score).limit(limit))
    return [(row.site_id, row.id, row.version) for row in found]


def matched(tx: Connection, filters: Filters, most: int, *, ruled: bool = False) -> int:
    """How many those are, or those of them that somebody ruled on, up to `most`."""
    query = _matching(filters, literal(1)).order_by(None)
    return bounded(tx, query.where(comments.c.ruling.is_not(None)) if ruled else query, most)


def _matching(filters: Filters, *columns: Any, score: Any = comments.c.score) -> Select[Any]:
    query = select(*columns).select_from(comments)
    if filters.site:
        query = query.join(sites, sites.c.id == comments.c.site_id)
    waits = filters.tab == "held"
    query = (query.where(HELD) if waits else of_tab(query, filters)).where(~COMPLAINED)
    order = comments.c.id if waits else comments.c.id.desc()
    return query.where(*narrowed(filters, score)).order_by(order)


def heights(tx: Connection, filters: Filters, most: int) -> list[int]:
    """How much of what waits, copies included, has its score in each hundredth, up to `most`.

    Filters see the newest `LOOKED_THROUGH` only. Without them no comment is read: the index tells.
    """
    waiting = select(comments.c.id, comments.c.score).where(HELD)
    if filters.are_narrow:
        newest = waiting.join(sites).where(*narrowed(filters)).order_by(comments.c.id.desc())
        scores = [row.score for row in tx.execute(newest.limit(LOOKED_THROUGH))]
        found = Counter(bisect(_PARTS, score) - 1 for score in scores)
        return [min(found[part], most) for part in range(100)]
    return list(tx.execute(_HEIGHTS, {"most": most}).scalars())


def past_of_author(tx: Connection, author_key: str) -> tuple[int, int, datetime | None, str]:
    """Accepted and rejected among an author's last 500, when the first came, the standing."""
    mine = comments.c.author_key == author_key
    seen = select(func.min(comments.c.created_at)).where(mine)
    latest = select(comments.c.verdict).where(mine, REAL).order_by(comments.c.created_at.desc())
    within = latest.limit(_PAST_COUNTED).subquery()
    by_verdict = select(within.c.verdict, func.count()).group_by(within.c.verdict)
    past = {row[0]: row[1] for row in tx.execute(by_verdict)}
    accepted, rejected = past.get("accept", 0), past.get("reject", 0)
    stands = select(standings.c.standing).where(standings.c.author_key == author_key)
    return accepted, rejected, tx.execute(seen).scalar(), tx.execute(stands).scalar() or ""


def _heights() -> Select[Any]:
    """For each hundredth a look into the index, which ends when there is enough."""
    first = select(literal(0).label("part")).cte("parts", recursive=True)
    parts = first.union_all(select(first.c.part + 1).where(first.c.part < 99))
    above = comments.c.score >= parts.c.part / 100.0
    below = comments.c.score < case((parts.c.part == 99, 2.0), else_=(parts.c.part + 1) / 100.0)
    inside = select(literal(1)).select_from(comments).where(HELD, above, below)
    enough = inside.limit(bindparam("most", type_=Integer)).correlate(parts).subquery()
    height = select(func.count()).select_from(enough).scalar_subquery()
    return select(height).select_from(parts).order_by(parts.c.part)


_HEIGHTS: Final = _heights()


def _read() -> Select[Any]:
    return select(comments, sites.c.name.label("site_name")).join(
        sites, sites.c.id == comments.c.site_id
    )


def _entries(tx: Connection, query: Select[Any]) -> list[Entry]:
    return [_entry(row) for row in tx.execute(query)]


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        case=case_of(row),
        site=Site(row.site_id, row.site_name),
        version=row.version,
        verdict=row.verdict,
        sampled=row.sampled,
        score=row.score,
        margin=row.margin,
        wave_id=row.wave_id or "",
        complaint_due_at=row.complaint_due_at,
    )
