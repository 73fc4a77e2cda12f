"""Storing a site's past: comments that people judged before they came here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, or_, select

from service.comments import Submission
from service.storage.tables import comments

_AT_ONCE: Final = 200


def known_twins(tx: Connection, submissions: Sequence[Submission]) -> set[int]:
    """Twin digests, of names and of authors, of which a comment is stored."""
    found: set[int] = set()
    for start in range(0, len(submissions), _AT_ONCE):
        part = submissions[start : start + _AT_ONCE]
        by_name = comments.c.twin_by_name.in_([s.twin_by_name for s in part])
        by_author = comments.c.twin_by_author.in_([s.twin_by_author for s in part])
        query = select(comments.c.twin_by_name, comments.c.twin_by_author)
        for row in tx.execute(query.where(or_(by_name, by_author))):
            found |= {row.twin_by_name, row.twin_by_author}
    return found
