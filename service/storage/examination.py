"""What can be seen in a database that something is wrong with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DatabaseError

from service.storage.tables import comments, sites


def damage(tx: Connection) -> str:
    """What SQLite finds wrong with its file, or nothing; PostgreSQL watches over its own."""
    if tx.dialect.name != "sqlite":
        return ""
    try:
        said = tx.execute(text("PRAGMA quick_check(1)")).scalar_one()
    except DatabaseError as error:
        said = str(error.orig)
    return "" if said == "ok" else str(said).splitlines()[0]


def span_of_comments(tx: Connection) -> tuple[datetime | None, datetime | None]:
    """When the oldest and the newest comment came."""
    oldest = select(comments.c.created_at).order_by(comments.c.id).limit(1)
    newest = select(comments.c.created_at).order_by(comments.c.id.desc()).limit(1)
    return tx.execute(oldest).scalar(), tx.execute(newest).scalar()


def oldest_of(tx: Connection, site_id: str) -> datetime | None:
    """When the oldest comment of a site came."""
    mine = select(comments.c.created_at).where(comments.c.site_id == site_id)
    return tx.execute(mine.order_by(comments.c.id).limit(1)).scalar()


def sealed_secrets(tx: Connection) -> list[tuple[str, str, bytes]]:
    """Id, name and sealed Coral secret of each site that has one."""
    mine = select(sites.c.id, sites.c.name, sites.c.coral_secret)
    found = tx.execute(mine.where(sites.c.coral_secret.is_not(None)))
    return [(row.id, row.name, row.coral_secret) for row in found]


def site_count(tx: Connection) -> int:
    """How many sites there are."""
    return tx.execute(select(func.count()).select_from(sites)).scalar_one()
