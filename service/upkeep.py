"""Keeping house: forget an author, apply retention, back up, restore."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from service import events, privacy
from service.comments import Case, utc_now
from service.errors import Refused
from service.forgotten import Ledger
from service.storage import accounts, complaints, forgetting
from service.storage import events as told
from service.storage.engine import Database, Transaction, open_database
from service.storage.migrate import migrate, refusal


@dataclass(frozen=True, slots=True)
class Standing:
    """``blocked`` or ``trusted``, and since when."""

    standing: str
    set_at: datetime


def forget(
    database: Database, secret: bytes, emails: Sequence[str], ledger: Ledger
) -> Mapping[str, int]:
    """Erase what these addresses wrote and were called on every site, and the bytes; the counts.

    They stand in the ledger first: see `forget_again`.
    """
    with database.read() as tx:
        keys = _keys(tx, secret, emails)
    now = utc_now()
    ledger.write(keys, now)
    with database.begin() as tx:
        counts = _erase(tx, keys, now)
    database.forget_freed_pages()
    return counts


def forget_again(database: Database, ledger: Ledger) -> Mapping[str, int]:
    """Erase what a backup brought back: whatever is older than its author's being forgotten."""
    moments, counts = ledger.read(), {"comments": 0, "standings": 0}
    with database.begin() as tx:
        known = {key: ledger.digest(key) for key in forgetting.authors(tx)} if moments else {}
        for key, digest in known.items():
            if digest in moments:
                erased = _erase(tx, [key], utc_now(), before=moments[digest])
                counts = {name: counts[name] + erased[name] for name in counts}
    database.forget_freed_pages()
    return counts


def kept_of(
    database: Database, secret: bytes, emails: Sequence[str]
) -> Iterator[tuple[str, Case | Standing]]:
    """What is kept of these addresses, with the names of their sites: comments, and what moderators
    said of the person."""
    with database.read() as tx:
        names = {site.id: site.name for site in accounts.all_sites(tx)}
        keys = _keys(tx, secret, emails)
        for site_id, case in forgetting.written_by(tx, keys):
            yield names[site_id], case
        for site_id, standing, set_at in forgetting.said_of(tx, keys):
            yield names[site_id], Standing(standing, set_at)


def _keys(tx: Transaction, secret: bytes, emails: Sequence[str]) -> list[str]:
    """The addresses' keys on every site; a line of odd blanks is no address, and nobody's key."""
    sites = accounts.all_sites(tx)
    keys = (privacy.author_key(email, site.id, secret) for site in sites for email in emails)
    return [key for key in keys if key]


def _erase(
    tx: Transaction, keys: Sequence[str], now: datetime, before: datetime | None = None
) -> Mapping[str, int]:
    """Erase by key, and tell the sites of each comment."""
    erased, standings = forgetting.erase(tx, keys, before)
    complaints.close_orphans(tx, now)
    for site_id, ids in sorted(erased.items()):  # sites in one order, or two could lock up
        told.forget_subjects(tx, ids)
        told.tell(tx, site_id, [events.erased(comment_id) for comment_id in ids], now)
    return {"comments": sum(map(len, erased.values())), "standings": standings}


def backup(database: Database, file: str) -> None:
    """A consistent copy of a SQLite database, made while others write.

    In one piece: SQLite begins anew when somebody writes between two, and nobody waits for this.
    """
    target = Path(file)
    unfinished = target.with_name(f".{target.name}.part")
    try:
        with _opened(_sqlite_path(database)) as source, _opened(unfinished) as copy:
            source.backup(copy)
        unfinished.replace(target)
    except (OSError, sqlite3.Error) as error:
        unfinished.unlink(missing_ok=True)
        raise Refused(f"{file} cannot be written ({type(error).__name__})") from error


def restore(database: Database, file: str) -> None:
    """Put a backup in the database's place, whatever state that is in, and bring it up to date.

    Nobody may serve meanwhile (`home.alone`). The log of the old file goes first: beside the new
    one it would be replayed over it. A restore that was interrupted is run again.
    """
    target = Path(_sqlite_path(database))
    unfinished = target.with_name(f".{target.name}.part")
    try:
        with _opened(file) as source, _opened(unfinished) as copy:
            _prove_backup(source, file)
            source.backup(copy)
        _prove_ours(unfinished, file)
        for log in ("-wal", "-shm"):
            target.with_name(target.name + log).unlink(missing_ok=True)
        unfinished.replace(target)
    except (OSError, sqlite3.OperationalError) as error:
        raise Refused(f"{target} cannot be replaced ({type(error).__name__})") from error
    finally:
        unfinished.unlink(missing_ok=True)
    migrate(database)


def _prove_backup(source: sqlite3.Connection, file: str) -> None:
    try:
        sound = source.execute("PRAGMA quick_check").fetchone() == ("ok",)
        ours = source.execute("SELECT name FROM sqlite_schema WHERE name = 'alembic_version'")
        if sound and ours.fetchone():
            return
    except sqlite3.DatabaseError:
        pass
    raise Refused(f"{file} is damaged or no backup of Saring; nothing was changed")


def _prove_ours(copy: Path, file: str) -> None:
    """Before anything is replaced: a later release's backup is of no use here."""
    opened = open_database(f"sqlite:///{copy}")
    try:
        if wrong := refusal(opened):
            raise Refused(f"{file} {wrong}; nothing was changed")
    finally:
        opened.engine.dispose()
        opened.close()
        for log in ("-wal", "-shm"):
            copy.with_name(copy.name + log).unlink(missing_ok=True)


def _opened(file: str | Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(file))


def _sqlite_path(database: Database) -> str:
    if not database.is_sqlite or not database.engine.url.database:
        raise Refused("this is a PostgreSQL database; use pg_dump and pg_restore")
    return database.engine.url.database
