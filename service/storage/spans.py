"""A span of time as a range of ids: ids are in the order of time, and every table has them indexed.

An index over `created_at` would be one more page to write for each comment, and without one a
count over the last month reads everything that was ever stored. Ids are exact to the millisecond.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement

from service.comments import earliest_id

Ids = ColumnElement[str]
Condition = ColumnElement[bool]


def since(ids: Ids, moment: datetime) -> Condition:
    """What came at that moment or later."""
    return ids >= earliest_id(moment)


def before(ids: Ids, moment: datetime) -> Condition:
    """What came earlier than that moment."""
    return ids < earliest_id(moment)


def between(ids: Ids, start: datetime, end: datetime) -> tuple[Condition, Condition]:
    """What came from `start` on and before `end`."""
    return since(ids, start), before(ids, end)
