"""Rulings made in one stroke, in a few statements however many they are.

The writer's lock must not be held for as long as five thousand single rulings take.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, exists, insert, or_, select, update

from service.comments import Ruling, Verdict, new_id
from service.storage import complaints, holding, verdicts
from service.storage.tables import comments, rulings
from service.storage.tables import complaints as complained
from service.storage.tabs import UNRULED


@dataclass(frozen=True, slots=True)
class Restored:
    """A comment of a stroke that was taken back, and what is in force instead."""

    comment_id: str
    verdict: Verdict
    decided_by: str


def rule_waiting(
    tx: Connection, wave_id: str, verdict: Verdict, moderator: str, batch: str, now: datetime
) -> list[Ruling]:
    """Rule on each copy of a wave that no person has ruled on.

    Those that readers complain about stand alone: their complaint is read before it is answered.
    """
    mine = and_(comments.c.wave_id == wave_id, UNRULED)
    holding.hold_where(tx, mine)
    values = {"verdict": verdict, "ruling": verdict, "version": comments.c.version + 1}
    changed = update(comments).where(mine).values(values).returning(comments.c.id)
    ids = tx.execute(changed).scalars().all()
    made = [Ruling(new_id(), one, verdict, (), "", moderator, now) for one in ids]
    if made:
        rows = [verdicts.ruling_row(ruling, batch) for ruling in verdicts.in_order(tx, made)]
        tx.execute(insert(rulings), rows)
    return made


def take_back(tx: Connection, batch: str, now: datetime) -> tuple[list[Restored], list[str]]:
    """Take back what still stands of a stroke.

    Returns the comments that are the machine's again, and those in which an earlier ruling is in
    force again. A later ruling on a comment stays in force.
    """
    standing = and_(rulings.c.batch == batch, rulings.c.undone_at.is_(None))
    other = rulings.alias("other")
    ruled_apart = exists().where(
        other.c.comment_id == comments.c.id,
        other.c.undone_at.is_(None),
        or_(other.c.batch.is_(None), other.c.batch != batch),
    )
    of_batch = select(rulings.c.comment_id).where(standing)
    # In a statement of its own: within one, PostgreSQL sees no ruling that came after it began.
    holding.hold_where(tx, comments.c.id.in_(of_batch))
    machine = comments.c.decision["verdict"].as_string()
    values = {"ruling": None, "verdict": machine, "version": comments.c.version + 1}
    freed = tx.execute(
        update(comments)
        .where(comments.c.id.in_(of_batch), ~ruled_apart)
        .values(values)
        .returning(comments.c.id, comments.c.verdict, comments.c.decision)
    ).all()
    restored = [Restored(row.id, row.verdict, row.decision["decided_by"]) for row in freed]
    rest = set(tx.execute(of_batch).scalars()) - {one.comment_id for one in restored}
    earlier = [c for c in sorted(rest) if verdicts.undo_if_of(tx, c, batch, now)]
    _reopen(tx, batch)
    tx.execute(update(rulings).where(standing).values(undone_at=now))
    return restored, earlier


def _reopen(tx: Connection, batch: str) -> None:
    """What the stroke answered waits again."""
    mine = select(rulings.c.id).where(rulings.c.batch == batch, rulings.c.undone_at.is_(None))
    answered = select(complained.c.comment_id, complained.c.ruling_id)
    for row in tx.execute(answered.where(complained.c.ruling_id.in_(mine))).all():
        complaints.reopen(tx, row.comment_id, row.ruling_id)
