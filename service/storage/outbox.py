"""Webhooks and the outbox: what is still to be told, by whom it is being told just now.

A delivery may be claimed when nothing earlier of the same subject waits for the same webhook, so
order is kept per comment. A claim is an optimistic update of its lease: of two workers that saw
the same delivery, one changes the row and the other changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from service.comments import new_id
from service.events import Event
from service.storage.events import GIVE_UP_AFTER, event
from service.storage.tables import deliveries, events, sites, webhooks


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a site wants to be told. `generation` names its secret."""

    id: str
    site: str
    url: str
    allow_private: bool
    generation: int
    old_secret_until: datetime | None
    waiting: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook, claimed under a lease."""

    webhook: Webhook
    event: Event
    attempts: int
    give_up_at: datetime
    lease: str
    last_answer: str = ""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the outbox holds: letters that wait, the dead, and since when the oldest waits."""

    waiting: int
    dead: int
    since: datetime | None


def add_webhook(
    tx: Connection, webhook_id: str, site_id: str, url: str, allow_private: bool, now: datetime
) -> None:
    """Store a webhook; it is told what happens from now on."""
    row = {"id": webhook_id, "site_id": site_id, "url": url, "allow_private": allow_private}
    tx.execute(insert(webhooks), {**row, "generation": 0, "created_at": now})


def all_webhooks(tx: Connection) -> list[Webhook]:
    """Every webhook, with how much waits for it and how much was given up."""
    counted = (
        select(
            deliveries.c.webhook_id,
            func.sum(case((deliveries.c.dead, 0), else_=1)).label("waiting"),
            func.sum(case((deliveries.c.dead, 1), else_=0)).label("dead"),
        )
        .group_by(deliveries.c.webhook_id)
        .subquery()
    )
    query = (
        select(webhooks, sites.c.name, counted.c.waiting, counted.c.dead)
        .join(sites, sites.c.id == webhooks.c.site_id)
        .outerjoin(counted, counted.c.webhook_id == webhooks.c.id)
        .order_by(sites.c.name, webhooks.c.id)
    )
    return [_webhook(row, row.waiting or 0, row.dead or 0) for row in tx.execute(query)]


def remove_webhook(tx: Connection, webhook_id: str) -> bool:
    """Forget a webhook and what waited for it; False if there was none.

    The site's row is locked first, as `events.tell` does: nothing is queued for it meanwhile.
    """
    whose = select(webhooks.c.site_id).where(webhooks.c.id == webhook_id).scalar_subquery()
    tx.execute(update(sites).where(sites.c.id == whose).values(last_event=sites.c.last_event))
    return tx.execute(delete(webhooks).where(webhooks.c.id == webhook_id)).rowcount > 0


def roll_secret(tx: Connection, webhook_id: str, old_until: datetime) -> int | None:
    """Begin the next secret while the one before stays good for a time; its generation."""
    values = {"generation": webhooks.c.generation + 1, "old_secret_until": old_until}
    mine = update(webhooks).where(webhooks.c.id == webhook_id).values(values)
    row = tx.execute(mine.returning(webhooks.c.generation)).first()
    return None if row is None else int(row.generation)


def is_due(tx: Connection, now: datetime) -> bool:
    """Whether anything may be sent now."""
    return tx.execute(_claimable(now)).first() is not None


def claim(tx: Connection, now: datetime, leased_until: datetime) -> Delivery | None:
    """Take the delivery that has waited longest, or None where nothing may be sent now."""
    for row in tx.execute(_claimable(now)).all():
        lease = new_id()
        seen = and_(_this(row.webhook_id, row.event_id), deliveries.c.lease == row.lease)
        values = {"lease": lease, "leased_until": leased_until}
        if tx.execute(update(deliveries).where(seen).values(values)).rowcount:
            return Delivery(_webhook(row), event(row), row.attempts, row.give_up_at, lease)
    return None


def done(tx: Connection, delivery: Delivery) -> bool:
    """The receiver said 2xx; False if the lease had run out and another holds it."""
    return tx.execute(delete(deliveries).where(_leased(delivery))).rowcount > 0


def failed(
    tx: Connection, delivery: Delivery, answer: str, next_at: datetime, *, dead: bool
) -> None:
    """Put a delivery back for later, or give it up."""
    values = {
        "attempts": delivery.attempts + 1,
        "next_at": next_at,
        "dead": dead,
        "leased_until": None,
        "last_answer": answer,
    }
    tx.execute(update(deliveries).where(_leased(delivery)).values(values))


def silence(tx: Connection, webhook_id: str, until: datetime | None) -> None:
    """Send nothing to a webhook until then: a receiver that is down need not be asked by all."""
    mine = webhooks.c.id == webhook_id
    if until is None:
        mine = and_(mine, webhooks.c.quiet_until.is_not(None))  # seldom so: no row is written
    tx.execute(update(webhooks).where(mine).values(quiet_until=until))


def backlog(tx: Connection) -> Backlog:
    """How much waits for all webhooks together, since when, and how much was given up."""
    waits = case((deliveries.c.dead, None), else_=deliveries.c.give_up_at)
    query = select(func.count(waits), func.min(waits), func.count())
    waiting, oldest, everything = tx.execute(query.select_from(deliveries)).one()
    since = oldest and oldest - GIVE_UP_AFTER
    return Backlog(waiting, everything - waiting, since)


def dead_letters(tx: Connection, webhook_id: str) -> list[Delivery]:
    """What was given up, in the order of events."""
    query = _joined().where(deliveries.c.dead, deliveries.c.webhook_id == webhook_id)
    return [
        Delivery(_webhook(row), event(row), row.attempts, row.give_up_at, "", row.last_answer)
        for row in tx.execute(query.order_by(deliveries.c.number))
    ]


def revive(tx: Connection, webhook_id: str, event_ids: Sequence[str], now: datetime) -> int:
    """Send dead letters again, all of them where none is named; how many."""
    mine = and_(deliveries.c.webhook_id == webhook_id, deliveries.c.dead)
    if event_ids:
        mine = and_(mine, deliveries.c.event_id.in_(event_ids))
    again = {"dead": False, "attempts": 0, "next_at": now, "give_up_at": now + GIVE_UP_AFTER}
    return tx.execute(update(deliveries).where(mine).values(again)).rowcount


def _claimable(now: datetime) -> Any:
    earlier = deliveries.alias("earlier")
    blocked = exists().where(
        earlier.c.webhook_id == deliveries.c.webhook_id,
        earlier.c.subject == deliveries.c.subject,
        earlier.c.number < deliveries.c.number,
        earlier.c.dead.is_(False),
    )
    return (
        _joined()
        .where(
            deliveries.c.dead.is_(False),
            deliveries.c.next_at <= now,
            or_(deliveries.c.leased_until.is_(None), deliveries.c.leased_until <= now),
            or_(webhooks.c.quiet_until.is_(None), webhooks.c.quiet_until <= now),
            ~blocked,
        )
        .order_by(deliveries.c.next_at, deliveries.c.number)
        .limit(4)
    )


def _joined() -> Any:
    return (
        select(
            *(deliveries.c[name] for name in _DELIVERY_COLUMNS),
            *(events.c[name] for name in ("id", "type", "created_at", "data")),
            *(webhooks.c[name] for name in _WEBHOOK_COLUMNS),
            sites.c.name,
        )
        .join(webhooks, webhooks.c.id == deliveries.c.webhook_id)
        .join(events, events.c.id == deliveries.c.event_id)
        .join(sites, sites.c.id == webhooks.c.site_id)
    )


_DELIVERY_COLUMNS = (
    "webhook_id", "event_id", "number", "attempts", "give_up_at", "lease", "last_answer",
)  # fmt: skip
_WEBHOOK_COLUMNS = ("url", "allow_private", "generation", "old_secret_until")


def _webhook(row: Row[Any], waiting: int = 0, dead: int = 0) -> Webhook:
    named = {name: getattr(row, name) for name in _WEBHOOK_COLUMNS}
    webhook_id = row.webhook_id if hasattr(row, "webhook_id") else row.id
    return Webhook(webhook_id, row.name, **named, waiting=waiting, dead=dead)


def _this(webhook_id: str, event_id: str) -> ColumnElement[bool]:
    return and_(deliveries.c.webhook_id == webhook_id, deliveries.c.event_id == event_id)


def _leased(delivery: Delivery) -> ColumnElement[bool]:
    mine = _this(delivery.webhook.id, delivery.event.id)
    return and_(mine, deliveries.c.lease == delivery.lease)
