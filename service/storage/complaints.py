"""Readers' complaints: open until a person rules, kept for the monthly record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from service.comments import Complaint, Ruling
from service.storage.facets import permalink_key
from service.storage.tables import comments, complaints

ERASED = "erased"

_OPEN = complaints.c.resolved_at.is_(None)


def add(tx: Connection, site_id: str, complaint: Complaint) -> None:
    """Store a complaint and let its comment wait for an answer."""
    row = {name: getattr(complaint, name) for name in Complaint.__dataclass_fields__}
    tx.execute(insert(complaints), {**row, "site_id": site_id})
    _set_due(tx, complaint.comment_id)


def waiting(tx: Connection, comment_id: str) -> bool:
    """Whether a complaint about this comment has no answer yet."""
    mine = select(complaints.c.id).where(complaints.c.comment_id == comment_id, _OPEN)
    return tx.execute(mine.limit(1)).first() is not None


def waiting_about(tx: Connection, comment_id: str) -> list[Complaint]:
    """The complaints about a comment that have no answer yet, the most urgent first."""
    mine = select(complaints).where(complaints.c.comment_id == comment_id, _OPEN)
    return [_complaint(row) for row in tx.execute(mine.order_by(complaints.c.due_at))]


def resolve(tx: Connection, ruling: Ruling) -> list[str]:
    """A ruling answers every open complaint about its comment; their ids."""
    mine = and_(complaints.c.comment_id == ruling.comment_id, _OPEN)
    values = {
        "resolved_at": ruling.created_at,
        "outcome": ruling.verdict,
        "ruling_id": ruling.id,
    }
    answered = tx.execute(update(complaints).where(mine).values(values).returning(complaints.c.id))
    ids = list(answered.scalars())
    if ids:
        _set_due(tx, ruling.comment_id)
    return ids


def reopen(tx: Connection, comment_id: str, ruling_id: str) -> None:
    """A ruling was taken back, so what it answered waits again, due when it was."""
    values = {"resolved_at": None, "outcome": "", "ruling_id": None}
    mine = complaints.c.ruling_id == ruling_id
    if tx.execute(update(complaints).where(mine).values(values)).rowcount:
        _set_due(tx, comment_id)


def close_orphans(tx: Connection, now: datetime) -> None:
    """Complaints about comments that are gone are answered by that, and their words go too."""
    gone = ~exists().where(comments.c.id == complaints.c.comment_id)
    values = {
        "detail": "",
        "resolved_at": func.coalesce(complaints.c.resolved_at, now),
        "outcome": case((_OPEN, ERASED), else_=complaints.c.outcome),
    }
    stale = and_(gone, or_(_OPEN, complaints.c.detail != ""))
    tx.execute(update(complaints).where(stale).values(values))


def erase_older(tx: Connection, before: datetime) -> int:
    """Apply retention; how many were erased."""
    return tx.execute(delete(complaints).where(complaints.c.created_at < before)).rowcount


def between(tx: Connection, site_id: str, start: datetime, end: datetime) -> list[Complaint]:
    """The complaints that arrived in a time, oldest first."""
    mine = and_(
        complaints.c.site_id == site_id,
        complaints.c.created_at >= start,
        complaints.c.created_at < end,
    )
    query = select(complaints).where(mine).order_by(complaints.c.created_at, complaints.c.id)
    return [_complaint(row) for row in tx.execute(query)]


def comments_at(tx: Connection, site_id: str, permalink: str) -> Sequence[str]:
    """The ids of up to two comments that were posted with this permalink."""
    mine = (
        comments.c.permalink_key == permalink_key(permalink),
        text("permalink_key <> 0"),  # to the letter what the index is over, or it is not used
        comments.c.site_id == site_id,
        comments.c.permalink == permalink,
    )
    return tx.execute(select(comments.c.id).where(*mine).limit(2)).scalars().all()


def _set_due(tx: Connection, comment_id: str) -> None:
    mine = and_(complaints.c.comment_id == comment_id, _OPEN)
    due = select(func.min(complaints.c.due_at)).where(mine).scalar_subquery()
    values = {"complaint_due_at": due}
    tx.execute(update(comments).where(comments.c.id == comment_id).values(values))


def _complaint(row: Any) -> Complaint:
    return Complaint(**{name: getattr(row, name) for name in Complaint.__dataclass_fields__})
