"""Whatever hangs on an author's key, wherever it hangs: found, shown, erased."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, select, union, update

from service.comments import Case
from service.storage.store import case_of
from service.storage.tables import comments, standings, waves

_AT_ONCE: Final = 500


def authors(tx: Connection) -> Iterator[str]:
    """Every author's key that stands anywhere in the database."""
    columns = comments.c.author_key, standings.c.author_key, waves.c.last_author
    for row in tx.execute(union(*(select(column).where(column != "") for column in columns))):
        yield row[0]


def written_by(tx: Connection, author_keys: Sequence[str]) -> Iterator[tuple[str, Case]]:
    """What is kept of these authors' comments, oldest first, with the ids of their sites."""
    for part in _parts(author_keys):
        theirs = select(comments).where(comments.c.author_key.in_(part)).order_by(comments.c.id)
        for row in tx.execute(theirs):
            yield row.site_id, case_of(row)


def said_of(tx: Connection, author_keys: Sequence[str]) -> Iterator[tuple[str, str, datetime]]:
    """What moderators said of these authors as people, and when, with the ids of their sites."""
    for part in _parts(author_keys):
        for row in tx.execute(select(standings).where(standings.c.author_key.in_(part))):
            yield row.site_id, row.standing, row.set_at


def erase(
    tx: Connection, author_keys: Sequence[str], before: datetime | None = None
) -> tuple[dict[str, list[str]], int]:
    """Delete these authors' comments, all or those before a moment, and what moderators said of
    them as people; the ids of the erased comments by site, and how many standings there were.
    """
    erased: dict[str, list[str]] = {}
    stood = 0
    for part in _parts(author_keys):
        theirs, known = comments.c.author_key.in_(part), standings.c.author_key.in_(part)
        earlier = (comments.c.created_at < before,) if before else ()
        gone = delete(comments).where(theirs, *earlier)
        for row in tx.execute(gone.returning(comments.c.site_id, comments.c.id)):
            erased.setdefault(row.site_id, []).append(row.id)
        since = (standings.c.set_at < before,) if before else ()
        stood += tx.execute(delete(standings).where(known, *since)).rowcount
        _leave_waves(tx, part)
    return erased, stood


def leave_old_waves(tx: Connection, before: datetime) -> None:
    """Forget who wrote the last copy of waves that have long ended; it tells nothing any more."""
    old = waves.c.last_at < before, waves.c.last_author != ""
    tx.execute(update(waves).where(*old).values(last_author=""))


def _leave_waves(tx: Connection, author_keys: Sequence[str]) -> None:
    theirs = waves.c.last_author.in_(author_keys)
    tx.execute(update(waves).where(theirs).values(last_author=""))


def _parts(author_keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """So many at a time as one statement takes."""
    for start in range(0, len(author_keys), _AT_ONCE):
        yield author_keys[start : start + _AT_ONCE]
