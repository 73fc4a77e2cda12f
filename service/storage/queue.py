"""The queue: pages by key, never by offset, so that what waits behind a page costs it nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, literal, select, text, tuple_

from service.cards import COUNTED, Entry, Filters, Order
from service.comments import Site
from service.storage.store import case_of
from service.storage.tables import comments, sites, standings, waves

_HELD: Final = text("comments.verdict = 'hold' AND NOT comments.is_test")
# Word for word what the partial indexes say, or the database does not take them.
_ALONE: Final = text(
    "comments.verdict = 'hold' AND comments.wave_id IS NULL AND NOT comments.is_test"
)
_SAMPLE: Final = text("comments.sampled AND comments.ruling IS NULL")
_REAL: Final = comments.c.is_test.is_(False)


@dataclass(frozen=True, slots=True)
class Key:
    """Where a page ends: a comment's or a wave's id and, in order of margin, the margin."""

    id: str = ""
    margin: float = -1.0


def singles(tx: Connection, filters: Filters, order: Order, after: Key, limit: int) -> list[Entry]:
    """Comments of a tab one by one; on the tab of what is held, those outside any wave."""
    query = _of_tab(filters)
    if order == "teaches" and filters.tab == "held":
        key = tuple_(comments.c.margin, comments.c.id)
        if after.id:
            query = query.where(key > tuple_(literal(after.margin), literal(after.id)))
        by = (comments.c.wave_id, comments.c.margin, comments.c.id)
        return _entries(tx, query.order_by(*by).limit(limit))
    if order == "oldest":
        query = query.where(comments.c.id > after.id).order_by(comments.c.id)
    else:
        query = query.order_by(comments.c.id.desc())
        query = query.where(comments.c.id < after.id) if after.id else query
    return _entries(tx, query.limit(limit))


def wave_heads(
    tx: Connection, filters: Filters, order: Order, after: Key, limit: int
) -> list[Entry]:
    """For each wave of which copies wait, the copy that has waited longest."""
    query = _read().join(waves, comments.c.id == _head_of_wave()).where(*_narrowed(filters))
    if order == "newest":
        query = query.order_by(waves.c.id.desc())
        query = query.where(waves.c.id < after.id) if after.id else query
    else:
        query = query.where(waves.c.id > after.id).order_by(waves.c.id)
    return _entries(tx, query.limit(limit))


def entry(tx: Connection, comment_id: str) -> Entry | None:
    """One comment of any site, or None."""
    return next(iter(_entries(tx, _read().where(comments.c.id == comment_id))), None)


def site_of_wave(tx: Connection, wave_id: str) -> Site | None:
    """The site that a wave rolls over, or None."""
    query = select(sites.c.id, sites.c.name).join(waves, waves.c.site_id == sites.c.id)
    row = tx.execute(query.where(waves.c.id == wave_id)).first()
    return None if row is None else Site(row.id, row.name)


def wave_counts(tx: Connection, wave_id: str) -> tuple[int, int]:
    """How large a wave is, and how many of its copies wait; the latter up to `COUNTED`."""
    size = tx.execute(select(waves.c.size).where(waves.c.id == wave_id)).scalar() or 1
    waiting = select(comments.c.id).where(comments.c.wave_id == wave_id, _HELD)
    return max(size, 1), _bounded(tx, waiting)


def counts(tx: Connection) -> dict[str, int]:
    """How many cards lie behind each tab, each up to `COUNTED`."""
    tabs = ("samples", "accepted", "rejected", "all")
    behind = {tab: _bounded(tx, _tab(select(comments.c.id), tab)) for tab in tabs}
    of_waves = select(waves.c.id).join(comments, comments.c.id == _head_of_wave())
    found = _bounded(tx, of_waves)
    alone = _bounded(tx, _tab(select(comments.c.id), "held"))
    return {"held": min(alone + found, COUNTED), "waves": found, **behind}


def arrived_after(tx: Connection, comment_id: str) -> int:
    """How many held comments came after one, up to `COUNTED`."""
    query = select(comments.c.id).where(comments.c.id > comment_id, _HELD)
    return _bounded(tx, query)


def newest_held(tx: Connection) -> str:
    """The id of the comment that was held last; empty where nothing is held."""
    return tx.execute(select(func.max(comments.c.id)).where(_HELD)).scalar() or ""


def matching(tx: Connection, filters: Filters, limit: int) -> list[tuple[str, str, int]]:
    """Site, id and version of what waits under these filters, copies included, oldest first."""
    query = select(comments.c.site_id, comments.c.id, comments.c.version)
    query = query.join(sites, sites.c.id == comments.c.site_id)
    kept = query.where(_HELD, *_narrowed(filters)).order_by(comments.c.id).limit(limit)
    return [(row.site_id, row.id, row.version) for row in tx.execute(kept)]


def spread(tx: Connection, filters: Filters, limit: int) -> list[tuple[str, float]]:
    """Ids and scores of what waits, copies included, the newest first."""
    query = select(comments.c.id, comments.c.score).select_from(comments).join(sites)
    kept = query.where(_HELD, *_narrowed(filters)).order_by(comments.c.id.desc()).limit(limit)
    return [(row.id, row.score) for row in tx.execute(kept)]


def past_of_author(tx: Connection, author_key: str) -> tuple[int, int, datetime | None, str]:
    """An author's accepted and rejected comments, when the first came, and the standing."""
    mine = comments.c.author_key == author_key
    seen = select(func.min(comments.c.created_at)).where(mine)
    accepted, rejected = (
        _bounded(tx, select(comments.c.id).where(mine, comments.c.verdict == verdict, _REAL))
        for verdict in ("accept", "reject")
    )
    stands = select(standings.c.standing).where(standings.c.author_key == author_key)
    return accepted, rejected, tx.execute(seen).scalar(), tx.execute(stands).scalar() or ""


def _head_of_wave() -> Any:
    copies = comments.alias("copies")
    held = (copies.c.wave_id == waves.c.id, copies.c.verdict == "hold")
    return select(func.min(copies.c.id)).where(*held).correlate(waves).scalar_subquery()


def _of_tab(filters: Filters) -> Select[Any]:
    return _tab(_read(), filters.tab).where(*_narrowed(filters))


def _tab(query: Select[Any], tab: str) -> Select[Any]:
    if tab == "held":
        return query.where(_ALONE)
    if tab == "samples":
        return query.where(_SAMPLE)
    if tab in ("accepted", "rejected"):
        return query.where(comments.c.verdict == tab.removesuffix("ed"), _REAL)
    return query.where(_REAL)


def _narrowed(filters: Filters) -> list[Any]:
    c, conditions = comments.c, []
    if filters.site:
        conditions.append(sites.c.name == filters.site)
    if filters.reason:
        conditions.append(c.codes.contains(f"|{filters.reason}|", autoescape=True))
    if filters.language:
        conditions.append(c.language == filters.language)
    if filters.article:
        article = filters.article
        conditions.append(
            c.post_title.icontains(article, autoescape=True) | (c.permalink == article)
        )
    if filters.author:
        conditions.append(c.author_key == filters.author)
    if filters.text:
        conditions.append(c.content.icontains(filters.text, autoescape=True))
    conditions += [c.score >= filters.least] if filters.least is not None else []
    conditions += [c.score <= filters.most] if filters.most is not None else []
    conditions += [c.created_at >= filters.since] if filters.since else []
    conditions += [c.created_at < filters.until] if filters.until else []
    return conditions


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
    )


def _bounded(tx: Connection, query: Select[Any]) -> int:
    within = query.limit(COUNTED).subquery()
    return tx.execute(select(func.count()).select_from(within)).scalar_one()
