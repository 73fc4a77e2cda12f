"""Comments held until the commit, so that what is read of them is still so when it is written.

Everybody takes locks in one order: comments by id, then waves, then sites (`events.tell`). Who
took them in another could wait for somebody who waits for them. SQLite has one writer anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, select

from service.storage.tables import comments

_AT_ONCE: Final = 500


def hold(tx: Connection, comment_ids: Sequence[str]) -> None:
    """Let nobody else change these comments."""
    listed = sorted(comment_ids)
    for start in range(0, len(listed), _AT_ONCE):
        hold_where(tx, comments.c.id.in_(listed[start : start + _AT_ONCE]))


def hold_where(tx: Connection, *which: Any) -> None:
    """The same for those that conditions name."""
    if tx.dialect.name != "sqlite":
        theirs = select(comments.c.id).where(*which).order_by(comments.c.id)
        tx.execute(theirs.with_for_update()).all()
