"""Sessions and tokens of moderators, and the guesses at their passwords."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.desk.cards import Moderator
from service.storage.tables import guesses, moderators, sessions, tokens


def password_of(tx: Connection, name: str) -> tuple[Moderator, str] | None:
    """A moderator who may sign in, with the password's hash; None: unknown or disabled."""
    mine = moderators.c.name == name, moderators.c.disabled.is_(False)
    row = tx.execute(select(moderators).where(*mine)).first()
    return None if row is None else (Moderator(row.id, row.name, row.role), row.password_hash)


def add_session(tx: Connection, digest: str, moderator_id: str, now: datetime) -> None:
    """Remember who signed in."""
    row = {"digest": digest, "moderator_id": moderator_id, "created_at": now, "seen_at": now}
    tx.execute(insert(sessions), row)


def by_session(
    tx: Connection, digest: str, *, begun_after: datetime, seen_after: datetime
) -> tuple[Moderator, datetime] | None:
    """Whose session this is and when it was last used; None: ended, too old or too long idle."""
    fresh = sessions.c.created_at > begun_after, sessions.c.seen_at > seen_after
    row = tx.execute(_owner(sessions, digest).add_columns(sessions.c.seen_at).where(*fresh)).first()
    return None if row is None else (Moderator(row.id, row.name, row.role, digest), row.seen_at)


def touch_session(tx: Connection, digest: str, now: datetime) -> None:
    """Note that a session is in use."""
    tx.execute(update(sessions).where(sessions.c.digest == digest).values(seen_at=now))


def end_session(tx: Connection, digest: str) -> None:
    """Sign out."""
    tx.execute(delete(sessions).where(sessions.c.digest == digest))


def end_sessions(tx: Connection, name: str) -> None:
    """Sign a moderator out everywhere."""
    theirs = select(moderators.c.id).where(moderators.c.name == name)
    tx.execute(delete(sessions).where(sessions.c.moderator_id.in_(theirs)))


def forget_sessions(tx: Connection, begun_before: datetime) -> None:
    """Drop sessions that are too old to be any good."""
    tx.execute(delete(sessions).where(sessions.c.created_at < begun_before))


def add_token(tx: Connection, digest: str, name: str, now: datetime) -> bool:
    """Give a moderator a token; False if there is none of that name."""
    theirs = tx.execute(select(moderators.c.id).where(moderators.c.name == name)).scalar()
    if theirs is None:
        return False
    tx.execute(insert(tokens), {"digest": digest, "moderator_id": theirs, "created_at": now})
    return True


def by_token(tx: Connection, digest: str) -> Moderator | None:
    """Whose token this is; None: unknown, revoked, or its moderator is disabled."""
    row = tx.execute(_owner(tokens, digest)).first()
    return None if row is None else Moderator(row.id, row.name, row.role)


def revoke_tokens(tx: Connection, name: str) -> int:
    """Take every token from a moderator; how many there were."""
    theirs = select(moderators.c.id).where(moderators.c.name == name)
    return tx.execute(delete(tokens).where(tokens.c.moderator_id.in_(theirs))).rowcount


def locked_until(tx: Connection, name_digest: str) -> datetime | None:
    """Until when nobody may try a name's password; None where nobody guessed."""
    mine = guesses.c.name_digest == name_digest
    return tx.execute(select(guesses.c.locked_until).where(mine)).scalar()


def count_guess(tx: Connection, name_digest: str, now: datetime) -> int:
    """One more wrong password: the how manieth. Counted in the row, so that none is lost."""
    tx.execute(delete(guesses).where(guesses.c.locked_until < now - timedelta(days=1)))
    written = sqlite if tx.dialect.name == "sqlite" else postgresql
    first = {"name_digest": name_digest, "failures": 1, "locked_until": now}
    once_more = {"failures": guesses.c.failures + 1}
    statement = written.insert(guesses).values(first).on_conflict_do_update(
        index_elements=["name_digest"], set_=once_more
    )  # fmt: skip
    return int(tx.execute(statement.returning(guesses.c.failures)).scalar_one())


def lock(tx: Connection, name_digest: str, until: datetime) -> None:
    """Let nobody try a name's password until then."""
    mine = guesses.c.name_digest == name_digest
    tx.execute(update(guesses).where(mine).values(locked_until=until))


def forget_guesses(tx: Connection, name_digest: str) -> None:
    """The right password was given, or a new one set."""
    tx.execute(delete(guesses).where(guesses.c.name_digest == name_digest))


def _owner(table: Table, digest: str) -> Any:
    there = moderators.c.id == table.c.moderator_id
    columns = (moderators.c.id, moderators.c.name, moderators.c.role)
    known = table.c.digest == digest, moderators.c.disabled.is_(False)
    return select(*columns).join(table, there).where(*known)
