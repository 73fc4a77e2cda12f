"""Waves of which copies wait: found by skipping from one to the next, whatever their size.

`SELECT DISTINCT wave_id` would read every copy. A recursive query asks for the next wave's id
instead, one index look-up each, on SQLite and PostgreSQL alike (a "loose index scan").
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Select, func, literal, select, text

from service.storage.tables import comments, waves

_copies: Final = comments.alias("copies")
# Word for word what the partial index says, or the database does not take it.
_WAITING: Final = text(
    "copies.verdict = 'hold' AND copies.wave_id IS NOT NULL AND NOT copies.is_test"
)
_UNRAISED: Final = _copies.c.complaint_due_at.is_(None)  # else it has a card of its own


def wave_ids(tx: Connection, after: str, most: int, *, newest: bool = False) -> list[str]:
    """The next waves of which copies wait that nobody complains about, by age of the wave."""
    return list(tx.execute(_steps(after, most, newest)).scalars())


def count(tx: Connection, most: int) -> int:
    """How many such waves there are, up to `most`."""
    return tx.execute(
        select(func.count()).select_from(_steps("", most, False).subquery())
    ).scalar_one()


def head_of_wave() -> Any:
    """The copy that stands for its wave: the one that has waited longest without a complaint."""
    mine = (_copies.c.wave_id == waves.c.id, _WAITING, _UNRAISED)
    return select(func.min(_copies.c.id)).where(*mine).correlate(waves).scalar_subquery()


def _steps(after: str, most: int, newest: bool) -> Select[Any]:
    column = _copies.c.wave_id

    def next_after(place: Any) -> Select[Any]:
        beyond = column < place if newest else column > place
        step = select(column).select_from(_copies).where(_WAITING, _UNRAISED, beyond)
        return step.order_by(column.desc() if newest else column).limit(1)

    begin = literal(after or ("~" if newest else ""))
    first = select(next_after(begin).scalar_subquery().label("id"), literal(1).label("number"))
    steps = first.cte("steps", recursive=True)
    following = next_after(steps.c.id).correlate(steps).scalar_subquery()
    further = select(following, steps.c.number + 1)
    more = further.where(steps.c.id.is_not(None), steps.c.number < most)
    steps = steps.union_all(more)
    return select(steps.c.id).where(steps.c.id.is_not(None))
