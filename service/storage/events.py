"""Events, in an order that no reader can miss a part of.

Each site counts its events in ``sites.last_event``. A transaction raises that count in its last
statements, and the row stays locked until it commits (SQLite has one writer anyway), so numbers
become visible in their own order and without a hole: whoever has seen number n has been shown
every number below it. Transactions that tell several sites go through them by id.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import (
    BigInteger,
    Connection,
    Row,
    String,
    bindparam,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    select,
    update,
)

from service.comments import new_id
from service.events import Event, News
from service.storage.engine import Hot
from service.storage.prepared import Prepared
from service.storage.tables import UtcDateTime, deliveries, events, sites, webhooks

GIVE_UP_AFTER: Final = timedelta(hours=24)

_COUNT: Final = Prepared(
    update(sites)
    .where(sites.c.id == bindparam("site"))
    .values(last_event=sites.c.last_event + bindparam("more", type_=BigInteger))
    .returning(
        sites.c.last_event,
        exists(select(webhooks.c.id).where(webhooks.c.site_id == bindparam("site"))),
    )
)
_TELL: Final = Prepared(
    insert(events), ("id", "site_id", "number", "type", "subject", "data", "created_at")
)
_QUEUE: Final = Prepared(
  insert(deliveries).from_select(
    [
        "webhook_id", "event_id", "number", "subject", "dead", "attempts", "next_at", "give_up_at",
        "lease", "leased_until", "last_answer",
    ],
    select(
        webhooks.c.id, events.c.id, events.c.number, events.c.subject, false(), literal(0),
        bindparam("now", type_=UtcDateTime), bindparam("give_up_at", type_=UtcDateTime),
        literal("", String), bindparam("nobody", None, type_=UtcDateTime), literal("", String),
    )
    .join(events, events.c.site_id == webhooks.c.site_id)
    .where(webhooks.c.site_id == bindparam("site"), events.c.number > bindparam("before")),
  )
)  # fmt: skip


def tell(tx: Hot, site_id: str, news: Sequence[News], now: datetime) -> None:
    """Write events, and one delivery for each webhook of the site. Call it last before commit."""
    if not news:
        return
    [(last, has_webhooks)] = _COUNT.rows(tx, {"site": site_id, "more": len(news)})
    before = last - len(news)
    rows = [_row(site_id, number, item, now) for number, item in enumerate(news, before + 1)]
    for row in rows:
        _TELL.run(tx, row)
    if not has_webhooks:
        return
    values = {"site": site_id, "before": before, "now": now, "give_up_at": now + GIVE_UP_AFTER}
    _QUEUE.run(tx, values)


def after(tx: Connection, site_id: str, number: int, count: int) -> list[Event]:
    """A page of a site's events behind a number, in their order."""
    mine = events.c.site_id == site_id, events.c.number > number
    rows = tx.execute(select(events).where(*mine).order_by(events.c.number).limit(count))
    return [event(row) for row in rows]


def span(tx: Connection, site_id: str) -> tuple[int, int]:
    """The number before the first event that is still kept, and the last number given."""
    last = tx.execute(select(sites.c.last_event).where(sites.c.id == site_id)).scalar_one()
    first = select(func.min(events.c.number)).where(events.c.site_id == site_id)
    kept = tx.execute(first).scalar_one()
    return (last if kept is None else kept - 1), last


def forget_subjects(tx: Connection, subjects: Sequence[str]) -> None:
    """Remove what was told of erased comments, and what was still to be told."""
    for start in range(0, len(subjects), 500):
        some = subjects[start : start + 500]
        tx.execute(delete(events).where(events.c.subject.in_(some)))


def event(row: Row[tuple[object, ...]]) -> Event:
    """An event from a row that has its columns."""
    return Event(row.id, row.number, row.type, row.created_at, row.data)


def _row(site_id: str, number: int, item: News, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(now.timestamp()),
        "site_id": site_id,
        "number": number,
        "type": item.type,
        "subject": item.subject,
        "data": dict(item.data),
        "created_at": now,
    }
