"""What the tables hold, read as plainly as can be."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from service.comments import Case, Decision
from service.storage.engine import Database
from service.storage.tables import comments, complaints, metadata, rulings, waves


def row_of(database: Database, comment_id: str) -> Any:
    """One comment's row."""
    with database.read() as tx:
        return tx.execute(select(comments).where(comments.c.id == comment_id)).one()


def rows(database: Database) -> dict[str, list[Any]]:
    """Comments, rulings, complaints and waves at one moment; rulings in the order of their time."""
    columns = (
        comments.c.id, comments.c.verdict, comments.c.ruling, comments.c.version,
        comments.c.wave_id, comments.c.sampled, comments.c.complaint_due_at, comments.c.codes,
        comments.c.author_key,
    )  # fmt: skip
    by_time = rulings.c.created_at, rulings.c.id
    with database.read() as tx:
        return {
            "comments": list(tx.execute(select(*columns))),
            "rulings": list(tx.execute(select(rulings).order_by(*by_time))),
            "complaints": list(tx.execute(select(complaints))),
            "waves": list(tx.execute(select(waves))),
        }


def everything(database: Database) -> str:
    """All that stands in any table, as one text."""
    with database.read() as tx:
        found = [[tuple(row) for row in tx.execute(select(t))] for t in metadata.sorted_tables]
    return repr(found)


def codes_of(judged: Case | Decision) -> frozenset[str]:
    """The reasons that speak against a comment."""
    decision = judged.decision if isinstance(judged, Case) else judged
    return frozenset(signal.code for signal in decision.reasons if signal.weight > 0)
