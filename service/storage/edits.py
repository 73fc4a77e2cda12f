"""Put an edited comment in the place of the earlier one, and let nothing of that one stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, select, update
from sqlalchemy.exc import IntegrityError

from service.comments import Case
from service.errors import Conflict
from service.storage import store
from service.storage.tables import bands, comments, links, rulings, waves


@dataclass(frozen=True, slots=True)
class Standing:
    """A comment as an edit finds it: the version to replace, and the verdict in force."""

    case: Case
    version: int
    complained: bool
    wave_id: str = ""


def find(tx: Connection, site_id: str, comment_id: str) -> Standing | None:
    """The comment that is to be edited, or None where this site has no such comment."""
    case = store.comment_by_id(tx, site_id, comment_id)
    if case is None:
        return None
    query = select(comments.c.version, comments.c.complaint_due_at, comments.c.wave_id)
    row = tx.execute(query.where(comments.c.id == comment_id)).one()
    return Standing(case, row.version, row.complaint_due_at is not None, row.wave_id or "")


def replace(
    tx: Connection,
    site_id: str,
    case: Case,
    seen_version: int,
    *,
    wave_id: str | None,
    signature: bytes | None,
    sampled: bool,
) -> None:
    """Store the edited case in place; every column that came from the earlier text is set anew.

    A comment that changed since that version is a `Conflict`, as is a twin of another.
    """
    row = store.comment_row(site_id, case)
    row.update(wave_id=wave_id, signature=signature, sampled=sampled, ruling=None)
    row["version"] = seen_version + 1
    mine = and_(comments.c.id == case.id, comments.c.version == seen_version)
    try:
        done = tx.execute(update(comments).where(mine).values(row)).rowcount
    except IntegrityError as error:
        raise Conflict("the same comment is already here", "duplicate") from error
    if not done:
        raise Conflict("someone changed this comment meanwhile; look again", "stale")


def end_rulings(tx: Connection, comment_id: str, now: datetime) -> None:
    """Rulings were on the earlier text: they stay in the log and are no longer in force."""
    mine = and_(rulings.c.comment_id == comment_id, rulings.c.undone_at.is_(None))
    tx.execute(update(rulings).where(mine).values(undone_at=now))


def drop_links(tx: Connection, comment_id: str) -> None:
    """Forget where the earlier text led."""
    tx.execute(delete(links).where(links.c.comment_id == comment_id))


def drop_bands(tx: Connection, comment_id: str) -> bool:
    """Take away what made the earlier text findable; whether there was any."""
    return tx.execute(delete(bands).where(bands.c.comment_id == comment_id)).rowcount > 0


def heir_of_wave(tx: Connection, wave_id: str, comment_id: str) -> tuple[str, str] | None:
    """Id and text of another comment in a wave that this one was in, if there is one."""
    others = and_(comments.c.wave_id == wave_id, comments.c.id != comment_id)
    query = select(comments.c.id, comments.c.content).where(others).order_by(comments.c.id)
    heir = tx.execute(query.limit(1)).first()
    return None if heir is None else (heir.id, heir.content)


def end_wave(tx: Connection, wave_id: str) -> None:
    """Forget a wave in which nobody is left: its ruling was on words that are gone."""
    tx.execute(delete(waves).where(waves.c.id == wave_id))
