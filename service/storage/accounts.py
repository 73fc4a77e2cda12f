"""Sites with their rules, and moderators: who may speak to the service."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from service.comments import Site
from service.errors import Conflict
from service.learnt import Learnt
from service.rules import Rules
from service.storage.tables import learnt, moderators, site_rules, sites


@dataclass(frozen=True, slots=True)
class KeyDigests:
    """What is kept of a site's two keys."""

    full: str
    short: str


def add_site(tx: Connection, site_id: str, name: str, keys: KeyDigests, now: datetime) -> None:
    """Store a new site; a name that is taken is a `Conflict`."""
    row = {"id": site_id, "name": name, "coral_generation": 0, "created_at": now}
    try:
        tx.execute(insert(sites), {**row, "key_digest": keys.full, "short_key_digest": keys.short})
    except IntegrityError as error:
        raise Conflict(f"there is already a site named {name!r}") from error


def site_by_digest(tx: Connection, digest: str) -> tuple[Site, bool] | None:
    """The site that a key's digest belongs to, and whether it is the full key; None: unknown."""
    query = _with_rules().where(
        or_(sites.c.key_digest == digest, sites.c.short_key_digest == digest)
    )
    row = tx.execute(query).first()
    return None if row is None else (_site(row), row.key_digest == digest)


def site_by_name(tx: Connection, name: str) -> Site | None:
    """A site by its name, or None."""
    row = tx.execute(_with_rules().where(sites.c.name == name)).first()
    return None if row is None else _site(row)


def all_sites(tx: Connection) -> list[Site]:
    """Every site, by name."""
    return [_site(row) for row in tx.execute(_with_rules().order_by(sites.c.name))]


def sites_with_coral(tx: Connection) -> list[tuple[Site, int, bytes | None]]:
    """Every site, with how often our Coral secret was rolled and, if kept, Coral's own, sealed."""
    query = _with_rules().add_columns(sites.c.coral_generation, sites.c.coral_secret)
    return [(_site(row), row.coral_generation, row.coral_secret) for row in tx.execute(query)]


def set_coral_secret(tx: Connection, site_id: str, sealed: bytes | None) -> None:
    """Keep the secret that a site's Coral made, sealed; None: our derived one is good again."""
    tx.execute(update(sites).where(sites.c.id == site_id).values(coral_secret=sealed))


def set_keys(tx: Connection, site_id: str, keys: KeyDigests) -> None:
    """Replace a site's keys; our Coral secret is rolled with them, and Coral's own forgotten."""
    values = {"key_digest": keys.full, "short_key_digest": keys.short}
    rolled = {"coral_generation": sites.c.coral_generation + 1, "coral_secret": None}
    tx.execute(update(sites).where(sites.c.id == site_id).values(**values, **rolled))


def coral_generation(tx: Connection, site_id: str) -> int:
    """How many times a site's Coral secret was rolled."""
    query = select(sites.c.coral_generation).where(sites.c.id == site_id)
    return int(tx.execute(query).scalar_one())


def add_rules(tx: Connection, site_id: str, rules: Rules, changed_by: str, now: datetime) -> None:
    """Append one version of a site's rules; a version that exists already is a `Conflict`."""
    row = {"site_id": site_id, "version": rules.version, "body": rules.settings()}
    try:
        tx.execute(insert(site_rules), {**row, "changed_by": changed_by, "changed_at": now})
    except IntegrityError as error:
        raise Conflict("someone else changed these rules meanwhile; look again") from error


def rules_history(tx: Connection, site_id: str, most: int) -> list[tuple[int, str, datetime]]:
    """The latest versions of a site's rules, newest first, with who and when."""
    columns = (site_rules.c.version, site_rules.c.changed_by, site_rules.c.changed_at)
    query = select(*columns).where(site_rules.c.site_id == site_id)
    rows = tx.execute(query.order_by(site_rules.c.version.desc()).limit(most))
    return [(row.version, row.changed_by, row.changed_at) for row in rows]


def add_moderator(
    tx: Connection, moderator_id: str, name: str, role: str, password_hash: str, now: datetime
) -> None:
    """Store a new moderator; a name that is taken is a `Conflict`."""
    row = {"id": moderator_id, "name": name, "role": role, "disabled": False, "created_at": now}
    try:
        tx.execute(insert(moderators), {**row, "password_hash": password_hash})
    except IntegrityError as error:
        raise Conflict(f"there is already a moderator named {name!r}") from error


def all_moderators(tx: Connection) -> list[tuple[str, str, bool]]:
    """Every moderator's name, role and whether disabled, by name."""
    columns = (moderators.c.name, moderators.c.role, moderators.c.disabled)
    return [
        (row.name, row.role, row.disabled) for row in tx.execute(select(*columns).order_by("name"))
    ]


def change_moderator(tx: Connection, name: str, **values: Any) -> bool:
    """Set columns of one moderator; False if there is none of that name."""
    return (
        tx.execute(update(moderators).where(moderators.c.name == name).values(**values)).rowcount
        > 0
    )


@cache
def _with_rules() -> Any:
    """Sites joined to the latest version of their rules, where there is one; made once, for each
    worker asks every second."""
    latest = (
        select(site_rules.c.site_id, func.max(site_rules.c.version).label("version"))
        .group_by(site_rules.c.site_id)
        .subquery()
    )
    rules = and_(site_rules.c.site_id == latest.c.site_id, site_rules.c.version == latest.c.version)
    all_ = learnt.alias()
    newest = select(func.max(all_.c.version)).where(all_.c.site_id == sites.c.id)
    bounds = and_(learnt.c.site_id == sites.c.id, learnt.c.version == newest.scalar_subquery())
    joined = sites.outerjoin(latest, latest.c.site_id == sites.c.id).outerjoin(site_rules, rules)
    return select(
        sites.c.id,
        sites.c.name,
        sites.c.key_digest,
        site_rules.c.version,
        site_rules.c.body,
        learnt.c.version.label("learnt_version"),
        learnt.c.model_version,
        learnt.c.body.label("learnt_body"),
    ).select_from(joined.outerjoin(learnt, bounds))


def _site(row: Row[Any]) -> Site:
    rules = Rules() if row.version is None else Rules.from_json(row.body, row.version)
    if row.learnt_version is None:
        return Site(row.id, row.name, rules)
    known = Learnt.from_json(row.id, row.learnt_version, row.model_version, row.learnt_body)
    return Site(row.id, row.name, replace(rules, learnt=known))
