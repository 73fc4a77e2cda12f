"""What one person ruled lately, stroke by stroke."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from service.desk.cards import Doing
from service.storage.tables import comments, rulings, sites, standings, waves

_STROKE = func.coalesce(rulings.c.batch, rulings.c.id)


def strokes(
    tx: Connection, moderator: str, since: datetime, skipped: int, limit: int
) -> list[Doing]:
    """Their strokes since then, the latest first; what was ruled at once is one of them."""
    mine = rulings.c.moderator == moderator, rulings.c.created_at >= since
    grouped = (
        select(
            func.max(rulings.c.id).label("id"),
            func.count().label("ruled"),
            func.count(rulings.c.undone_at).label("undone"),
        )
        .where(*mine)
        .group_by(_STROKE)
        .order_by(func.max(rulings.c.created_at).desc(), func.max(rulings.c.id).desc())
        .offset(skipped)
        .limit(limit)
    )
    counts = {row.id: row for row in tx.execute(grouped)}
    shown = _shown(tx, list(counts))
    return [_doing(shown[one], counts[one]) for one in counts if one in shown]


def standings_by(tx: Connection, moderator: str, since: datetime, limit: int) -> list[Row[Any]]:
    """Whom they blocked or trust since then: standing, key, when, and a comment by that person."""
    latest = select(func.max(comments.c.id)).where(comments.c.author_key == standings.c.author_key)
    comment = latest.correlate(standings).scalar_subquery().label("comment_id")
    mine = standings.c.set_by == moderator, standings.c.set_at >= since
    query = select(standings, comment).where(*mine).order_by(standings.c.set_at.desc())
    return [row for row in tx.execute(query.limit(limit)) if row.comment_id]


def _shown(tx: Connection, ids: Sequence[str]) -> dict[str, Row[Any]]:
    """One ruling of each stroke with its comment, and the wave that it rolls on with, if any."""
    rolls = (waves.c.id == comments.c.wave_id) & (waves.c.ruling == rulings.c.verdict)
    query = (
        select(
            rulings,
            comments.c.content,
            sites.c.name.label("site_name"),
            waves.c.id.label("ruled_wave"),
        )
        .join(comments, comments.c.id == rulings.c.comment_id)
        .join(sites, sites.c.id == comments.c.site_id)
        .outerjoin(waves, rolls)
    )
    return {row.id: row for row in tx.execute(query.where(rulings.c.id.in_(ids)))}


def _doing(row: Row[Any], counted: Row[Any]) -> Doing:
    return Doing(
        comment_id=row.comment_id,
        content=row.content,
        site=row.site_name,
        verdict=row.verdict,
        labels=tuple(row.labels),
        created_at=row.created_at,
        ruled=counted.ruled,
        standing=counted.ruled - counted.undone,
        batch=row.batch or "",
        ruling_id=row.sent_id or row.id,
        wave_id=(row.ruled_wave or "") if row.batch else "",
    )
