"""Figures over a site's or the whole installation's last days."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from service.comments import IMPORTER, REPORTERS, Complaint
from service.storage import spans
from service.storage.tables import comments, complaints, rulings
from service.storage.tabs import REAL
from service.storage.verdicts import CHECKED, CHECKS_COUNTED


def by_shadow(tx: Connection, site_id: str, since: datetime) -> list[tuple[str, str, int]]:
    """Verdict given, verdict that the shadow rules would have given, and how many."""
    given, instead = (comments.c.decision[name].as_string() for name in ("verdict", "shadow"))
    query = select(given, instead, func.count()).where(
        comments.c.site_id == site_id, instead.is_not(None), *_lately(since)
    )
    return [(row[0], row[1], row[2]) for row in tx.execute(query.group_by(given, instead))]


def seconds_to_rulings(tx: Connection, since: datetime, most: int) -> list[float]:
    """How long each of the latest rulings on what the machine held came after its comment; what
    was ruled elsewhere and imported came with it."""
    held = comments.c.decision["verdict"].as_string() == "hold"
    query = (
        select(rulings.c.created_at, comments.c.created_at)
        .join(comments, comments.c.id == rulings.c.comment_id)
        .where(
            rulings.c.created_at >= since,
            rulings.c.undone_at.is_(None),
            rulings.c.moderator != IMPORTER,
            held,
        )
        .order_by(rulings.c.created_at.desc(), rulings.c.id.desc())
        .limit(most)
    )
    # A clock that was set back between the two makes it no time at all.
    waited = ((ruled - came).total_seconds() for ruled, came in tx.execute(query))
    return sorted(max(seconds, 0.0) for seconds in waited)


def opinions(tx: Connection, since: datetime) -> list[tuple[str, str]]:
    """For each spot check that two people ruled on: what the first and the second of them said.

    The first word of each counts: what somebody says later is said knowing of the other. Of the
    latest `CHECKS_COUNTED` spot checks among the comments that came since then.
    """
    checked = select(comments.c.id).where(CHECKED, spans.since(comments.c.id, since))
    latest = checked.order_by(comments.c.id.desc()).limit(CHECKS_COUNTED).subquery()
    query = (
        select(rulings.c.comment_id, rulings.c.moderator, rulings.c.verdict)
        .join(latest, latest.c.id == rulings.c.comment_id)
        .where(
            rulings.c.undone_at.is_(None),
            rulings.c.moderator.not_in((*REPORTERS, IMPORTER)),
        )
        .order_by(rulings.c.created_at, rulings.c.id)
    )
    said: dict[str, dict[str, str]] = {}
    for comment_id, moderator, verdict in tx.execute(query):
        said.setdefault(comment_id, {}).setdefault(moderator, verdict)
    both = [list(words.values())[:2] for words in said.values() if len(words) > 1]
    return [(first, second) for first, second in both]


def complaints_since(tx: Connection, since: datetime) -> list[Complaint]:
    """Complaints that arrived since then, and those that still wait whenever they arrived."""
    mine = (complaints.c.created_at >= since) | complaints.c.resolved_at.is_(None)
    names = Complaint.__dataclass_fields__
    rows = tx.execute(select(complaints).where(mine).order_by(complaints.c.due_at))
    return [Complaint(**{name: getattr(row, name) for name in names}) for row in rows]


def _lately(since: datetime) -> tuple[Any, ...]:
    return spans.since(comments.c.id, since), REAL
