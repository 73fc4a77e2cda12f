"""Erase what is old, a piece at a time: one transaction over a year of comments would keep every
writer waiting until it is done.

A piece is the next so many ids, whether or not all of them may go, so each piece costs the same and
none is looked at twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, delete, select
from sqlalchemy.sql.elements import ColumnElement

from service.storage import spans
from service.storage.tables import answers, bands, comments, events


@dataclass(frozen=True, slots=True)
class Piece:
    """How many rows went, and the id up to which was looked; empty at the end."""

    erased: int
    until: str


def comments_piece(
    tx: Connection, after: str, before: datetime, most: int, site_id: str | None = None
) -> Piece:
    """Comments behind an id and older than a moment, of all sites or one, with all that hangs on
    them."""
    only = () if site_id is None else (comments.c.site_id == site_id,)
    return _piece(tx, comments.c.id, after, before, most, *only)


def answers_piece(tx: Connection, after: str, before: datetime, most: int) -> Piece:
    """First answers to requests with an Idempotency-Key, by the comments that they told of."""
    return _piece(tx, answers.c.comment_id, after, before, most)


def events_piece(tx: Connection, after: str, before: datetime, most: int) -> Piece:
    """Events, told or not."""
    return _piece(tx, events.c.id, after, before, most)


def bands_piece(tx: Connection, after: str, before: datetime, most: int) -> Piece:
    """Bands by which near copies of old comments were found; of what is held they stay, and of
    what was edited since."""
    held = select(comments.c.id).where(
        comments.c.id == bands.c.comment_id, comments.c.verdict == "hold"
    )
    return _piece(
        tx, bands.c.comment_id, after, before, most, bands.c.created_at < before, ~held.exists()
    )


def _piece(
    tx: Connection,
    ids: Column[str],
    after: str,
    before: datetime,
    most: int,
    *only: ColumnElement[bool],
) -> Piece:
    due = (ids > after, spans.before(ids, before))
    last = select(ids).where(*due).order_by(ids).offset(most - 1).limit(1)
    until = tx.execute(last).scalar() or ""
    within = (*due, ids <= until) if until else due
    return Piece(tx.execute(delete(ids.table).where(*within, *only)).rowcount, until)
