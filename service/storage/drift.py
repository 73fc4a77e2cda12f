"""A week's comments and rulings, sampled and counted; and the counts that were made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from service.comments import IMPORTER, REPORTERS
from service.storage import spans
from service.storage.tables import comments, drift_weeks, rulings


@dataclass(frozen=True, slots=True)
class Measured:
    """What was counted of one week (by its Monday, ISO 8601) under one model, and when."""

    week: str
    body: Mapping[str, Any]
    at: datetime


def sample(tx: Connection, start: datetime, end: datetime, most: int) -> list[str]:
    """About `most` texts that came in between and were not rejected, drawn evenly by a hash.

    The same ones whenever it is asked, so that two processes count the same.
    """
    theirs = (
        *spans.between(comments.c.id, start, end),
        comments.c.is_test.is_(False),
        comments.c.verdict != "reject",
    )
    count = tx.execute(select(func.count()).select_from(comments).where(*theirs)).scalar_one()
    every = max(1, round(count / most))
    drawn = select(comments.c.content).where(*theirs, comments.c.twin_by_name % every == 0)
    return list(tx.execute(drawn.order_by(comments.c.id).limit(2 * most)).scalars())


def overruled(tx: Connection, start: datetime, end: datetime) -> tuple[int, int]:
    """Of people's rulings in that time on what the machine had accepted or rejected: how many said
    otherwise, and how many there were."""
    machine = comments.c.decision["verdict"].as_string()
    query = (
        select(machine != rulings.c.verdict, func.count())
        .join(rulings, rulings.c.comment_id == comments.c.id)
        .where(
            rulings.c.created_at >= start,
            rulings.c.created_at < end,
            rulings.c.undone_at.is_(None),
            rulings.c.moderator.not_in((*REPORTERS, IMPORTER)),
            machine != "hold",
        )
        .group_by(machine != rulings.c.verdict)
    )
    counts = {bool(row[0]): row[1] for row in tx.execute(query)}
    return counts.get(True, 0), sum(counts.values())


def first_comment(tx: Connection, since: datetime) -> datetime | None:
    """When the oldest comment since then came in."""
    later = select(comments.c.created_at).where(spans.since(comments.c.id, since))
    found: datetime | None = tx.execute(later.order_by(comments.c.id).limit(1)).scalar()
    return found


def put(tx: Connection, version: str, measured: Measured) -> None:
    """Store a week's counts in place of earlier ones."""
    counts = {"body": dict(measured.body), "measured_at": measured.at}
    row = insert(drift_weeks).values(model_version=version, week=measured.week, **counts)
    tx.execute(row.on_conflict_do_update(index_elements=["model_version", "week"], set_=counts))


def weeks(tx: Connection, version: str) -> list[Measured]:
    """What was counted under a model, the oldest week first."""
    query = select(drift_weeks).where(drift_weeks.c.model_version == version)
    rows = tx.execute(query.order_by(drift_weeks.c.week))
    return [Measured(row.week, row.body, row.measured_at) for row in rows]
