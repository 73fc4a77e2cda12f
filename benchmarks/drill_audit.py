"""The ledger of what was promised against what the database holds, once all is over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from benchmarks.drill_stand import SITE
from benchmarks.drill_traffic import Ledger
from service.storage.engine import Database
from service.storage.tables import comments, deliveries, events, rulings, site_rules, sites

_ARRIVED = ("comment.accepted", "comment.held", "comment.rejected")


@dataclass(frozen=True)
class Breach:
    """A promise that was not kept: what kind, which way, and by which name it can be looked up."""

    kind: str  # comment, ruling, event, setting, webhook, database
    way: str  # lost, doubled, wrong
    name: str


def audit(database: Database, ledger: Ledger, told: Iterable[str]) -> list[Breach]:
    """Every breach; an empty list where each promise was kept exactly once.

    ``told``: the ids of the events that the webhook's receiver took.
    """
    with database.read() as tx:
        site = tx.execute(select(sites).where(sites.c.name == SITE)).one()
        return [
            *_comments(tx, site.id, ledger),
            *_rulings(tx, ledger),
            *_settings(tx, site.id, ledger),
            *_events(tx, site.id, site.last_event, ledger),
            *_webhooks(tx, site.id, set(told)),
            *(_whole(tx) if database.is_sqlite else ()),
        ]


def _comments(tx: Connection, site_id: str, ledger: Ledger) -> Iterator[Breach]:
    """Every text is there once at the most; what was promised is there under its id."""
    query = select(comments.c.id, comments.c.content).where(comments.c.site_id == site_id)
    stored = {row.id: row.content for row in tx.execute(query)}
    for content, count in Counter(stored.values()).items():
        if count > 1:
            yield Breach("comment", "doubled", content)
    for name, content in ledger.contents.items():
        if name in ledger.erased:
            if name in stored:
                yield Breach("comment", "wrong", name)
        elif name not in stored:
            yield Breach("comment", "lost", name)
        elif stored[name] != content:
            yield Breach("comment", "wrong", name)
    yield from (Breach("comment", "doubled", key) for key in ledger.changed_answers)


def _rulings(tx: Connection, ledger: Ledger) -> Iterator[Breach]:
    found = defaultdict(list)
    for row in tx.execute(select(rulings)):
        found[row.sent_id].append(row)
    standing = {row.id: row.ruling for row in tx.execute(select(comments.c.id, comments.c.ruling))}
    for name, (comment, verdict) in ledger.rulings.items():
        rows = found[name]
        if not rows:
            yield Breach("ruling", "lost", name)
        elif len(rows) > 1:
            yield Breach("ruling", "doubled", name)
        elif (rows[0].comment_id, rows[0].verdict) != (comment, verdict):
            yield Breach("ruling", "wrong", name)
        elif name in ledger.undone and rows[0].undone_at is None:
            yield Breach("ruling", "lost", f"undoing {name}")
        elif rows[0].undone_at is None and standing[comment] != verdict:
            yield Breach("ruling", "wrong", name)


def _settings(tx: Connection, site_id: str, ledger: Ledger) -> Iterator[Breach]:
    query = select(site_rules.c.body).where(site_rules.c.site_id == site_id)
    versions = tx.execute(query.order_by(site_rules.c.version)).scalars()
    saved = [words[0] for body in versions if (words := body.get("suspect_words"))]
    times = Counter(saved)
    for word in ledger.words:
        if times[word] != 1:
            yield Breach("setting", "doubled" if times[word] else "lost", word)
    known = set(ledger.words)
    if [word for word in saved if word in known] != ledger.words:
        yield Breach("setting", "wrong", "their order")


def _events(tx: Connection, site_id: str, last: int, ledger: Ledger) -> Iterator[Breach]:
    """One event for each arrival, ruling and undoing; the numbers have no hole.

    An erased comment takes its arrival along and leaves one event: a hole for each of those.
    """
    told = list(tx.execute(select(events).where(events.c.site_id == site_id)))
    by_type: dict[str, Counter[str]] = defaultdict(Counter)
    for row in told:
        kind = "arrived" if row.type in _ARRIVED else row.type
        by_type[kind][row.subject] += 1
    for name in ledger.contents:
        wanted = "comment.erased" if name in ledger.erased else "arrived"
        yield from _once(by_type[wanted][name], f"{wanted} {name}")
    for name, (comment, _) in ledger.rulings.items():
        yield from _once(by_type["comment.ruled"][comment], f"ruled {name}")
        if name in ledger.undone:
            yield from _once(by_type["comment.ruling_undone"][comment], f"undone {name}")
    if last - len(told) != by_type["comment.erased"].total():
        yield Breach("event", "lost", f"numbers to {last}, events {len(told)}")


def _once(count: int, name: str) -> Iterator[Breach]:
    if count != 1:
        yield Breach("event", "doubled" if count else "lost", name)


def _webhooks(tx: Connection, site_id: str, told: set[str]) -> Iterator[Breach]:
    """Each event was told or waits to be; none was given up."""
    all_of_them = tx.execute(select(events.c.id).where(events.c.site_id == site_id)).scalars()
    waiting = {row.event_id: row.dead for row in tx.execute(select(deliveries))}
    for name in all_of_them:
        if name not in told and waiting.get(name, True):
            yield Breach("webhook", "lost", name)


def _whole(tx: Connection) -> Iterator[Breach]:
    if tx.execute(text("PRAGMA integrity_check")).scalar_one() != "ok":
        yield Breach("database", "wrong", "integrity_check")
    if tx.execute(text("PRAGMA foreign_key_check")).first():
        yield Breach("database", "wrong", "foreign_key_check")
