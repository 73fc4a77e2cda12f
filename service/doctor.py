"""`saring doctor`: look at each part of the installation, and say in one line what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from service import home, signing
from service.comments import utc_now
from service.errors import BadSettings, ServiceError, Unavailable
from service.models.installed import Models
from service.settings import Settings
from service.storage import accounts, examination, outbox
from service.storage.engine import Database, open_database
from service.storage.migrate import pending, prove_writable

_LEAST_FREE_BYTES: Final = 200 * 1024 * 1024
_OTHERS: Final = 0o077
_LATE: Final = timedelta(hours=1)
_PURGED_WITHIN: Final = timedelta(days=2)
_CLOCKS_AGREE: Final = timedelta(minutes=5)


def examine(settings: Settings, now: Callable[[], datetime] = utc_now) -> dict[str, str]:
    """Each part of the installation with an empty string, or what is wrong with it."""
    found = {
        "home and secret": _failure_of(lambda: _home(settings)),
        "permissions": _failure_of(lambda: _permissions(settings)),
    }
    found |= _examine_database(settings, now())
    found["model"] = _failure_of(lambda: _model(settings))
    found["disk"] = _failure_of(lambda: _disk(settings))
    return found


def _examine_database(settings: Settings, now: datetime) -> dict[str, str]:
    """The database's parts; where it does not answer, the others are not looked at."""
    try:
        database = open_database(settings.database_url)
        wrong = pending(database)
    except ServiceError as error:
        wrong = str(error)
    found = {"database and migrations": wrong}
    for name, check in _OF_THE_DATABASE.items():
        found[name] = (
            "not looked at: see the database"
            if wrong
            else _failure_of(partial(check, database, settings, now))
        )
    return found


def _home(settings: Settings) -> None:
    home.prepare(settings)


def _permissions(settings: Settings) -> None:
    kept = [settings.home / "secret", *settings.home.glob("saring.db*")]
    open_to_all = [str(p) for p in kept if p.exists() and p.stat().st_mode & _OTHERS]
    if open_to_all:
        raise BadSettings(f"others may use {', '.join(open_to_all)}; chmod 600")


def _file(database: Database, _settings: Settings, _now: datetime) -> None:
    with database.read() as tx:
        damage = examination.damage(tx)
    if damage:
        raise BadSettings(f"the file is damaged ({damage}); stop the service, saring restore")


def _writing(database: Database, _settings: Settings, _now: datetime) -> None:
    try:
        prove_writable(database)
    except Unavailable as error:
        raise BadSettings(
            f"nothing can be stored ({error}); is its disk full, or read-only?"
        ) from error


def _people(database: Database, _settings: Settings, _now: datetime) -> None:
    with database.read() as tx:
        sites, moderators = examination.site_count(tx), accounts.all_moderators(tx)
    if not sites:
        raise BadSettings("there is no site; saring site add NAME")
    if not any(role == "admin" and not disabled for _, role, disabled in moderators):
        raise BadSettings("no admin may sign in; saring moderator add NAME --role admin")


def _secrets(database: Database, settings: Settings, _now: datetime) -> None:
    secret = home.prepare(settings).secret
    with database.read() as tx:
        kept = examination.sealed_secrets(tx)
    closed = [name for site_id, name, sealed in kept if not signing.opened(secret, site_id, sealed)]
    if closed:
        raise BadSettings(
            f"Coral's secret of {', '.join(closed)} was kept under another secret than this home's;"
            " restore the secret of that time, or set Coral's again"
        )


def _webhooks(database: Database, _settings: Settings, now: datetime) -> None:
    with database.read() as tx:
        backlog = outbox.backlog(tx)
    if backlog.dead:
        raise BadSettings(f"{backlog.dead} messages were given up; saring webhook dead")
    if backlog.since and now - backlog.since > _LATE:
        minutes = (now - backlog.since) // timedelta(minutes=1)
        raise BadSettings(f"a message has waited for {minutes} minutes; saring webhook list")


def _retention(database: Database, settings: Settings, now: datetime) -> None:
    with database.read() as tx:
        oldest, _ = examination.span_of_comments(tx)
        kept = [(oldest, settings.retention_days)]
        for site in accounts.all_sites(tx):
            if site.rules.retention_days:
                oldest = examination.oldest_of(tx, site.id)
                kept.append((oldest, site.rules.retention_days))
    for since, days in kept:
        if days and since and now - since > timedelta(days=days) + _PURGED_WITHIN:
            raise BadSettings(
                f"a comment is {(now - since).days} days old, {days} are allowed; "
                "run saring purge every day"
            )


def _clock(database: Database, _settings: Settings, now: datetime) -> None:
    with database.read() as tx:
        _, newest = examination.span_of_comments(tx)
    if newest and newest - now > _CLOCKS_AGREE:
        raise BadSettings(f"the newest comment came at {newest:%Y-%m-%d %H:%M}, which is to come")


def _model(settings: Settings) -> None:
    Models.of(home.prepare(settings)).load()


def _disk(settings: Settings) -> None:
    try:
        free = shutil.disk_usage(Path(settings.home)).free
    except OSError as error:
        raise BadSettings(f"'{settings.home}' cannot be looked at ({error.strerror})") from error
    if free < _LEAST_FREE_BYTES:
        raise BadSettings(f"{free // 2**20} MiB free; at least {_LEAST_FREE_BYTES // 2**20} wanted")


_OF_THE_DATABASE: Final[Mapping[str, Callable[[Database, Settings, datetime], None]]] = {
    "database file": _file,
    "storing": _writing,
    "sites and admins": _people,
    "kept secrets": _secrets,
    "webhooks": _webhooks,
    "retention": _retention,
    "clock": _clock,
}


def _failure_of(check: Callable[[], None]) -> str:
    try:
        check()
    except ServiceError as error:
        return str(error)
    return ""
