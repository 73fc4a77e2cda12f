"""What people said of a site's comments, with how many they stand for; and the bounds drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, exists, func, insert, select
from sqlalchemy.exc import IntegrityError

from service.comments import IMPORTER, REPORTERS
from service.errors import Conflict
from service.learnt import Learnt
from service.storage import spans
from service.storage.tables import comments, learnt, rulings

_VERDICT = comments.c.decision["verdict"].as_string()
_LANGUAGE = comments.c.decision["language"].as_string()
_MODEL = comments.c.decision["model_version"].as_string()


class Stratum(NamedTuple):
    """Comments of one language that the machine treated alike, and how many there are."""

    language: str
    verdict: str
    comments: int


class Ruled(NamedTuple):
    """A comment that a person ruled on: its stratum, whether chance drew it, and its scores."""

    language: str
    verdict: str
    sampled: bool
    ruling: str
    scores: dict[str, float]


def strata(
    tx: Connection, site_id: str, model_version: str, since: datetime, until: datetime
) -> list[Stratum]:
    """How many comments there were, by language and machine verdict; waves and tests aside."""
    query = select(_LANGUAGE, _VERDICT, func.count()).where(
        *_of_site(site_id, model_version, since, until)
    )
    rows = tx.execute(query.group_by(_LANGUAGE, _VERDICT))
    return [Stratum(str(row[0]), str(row[1]), int(row[2])) for row in rows]


def ruled(
    tx: Connection, site_id: str, model_version: str, since: datetime, until: datetime
) -> list[Ruled]:
    """Those of them that people ruled on, reports and imports aside."""
    people = and_(
        rulings.c.comment_id == comments.c.id,
        rulings.c.undone_at.is_(None),
        rulings.c.moderator.not_in((*REPORTERS, IMPORTER)),
    )
    query = select(comments.c.decision, comments.c.sampled, comments.c.ruling).where(
        *_of_site(site_id, model_version, since, until),
        comments.c.ruling.is_not(None),
        exists().where(people),
    )
    return [
        Ruled(
            row.decision["language"],
            row.decision["verdict"],
            row.sampled,
            row.ruling,
            row.decision["scores"],
        )
        for row in tx.execute(query)
    ]


def latest(tx: Connection, site_id: str) -> Learnt | None:
    """The bounds in force on a site, or None."""
    query = select(learnt).where(learnt.c.site_id == site_id).order_by(learnt.c.version.desc())
    row = tx.execute(query.limit(1)).first()
    return None if row is None else of_row(row)


def of_row(row: Any) -> Learnt:
    """A row of bounds as what it holds."""
    return Learnt.from_json(row.site_id, row.version, row.model_version, row.body)


def add(tx: Connection, found: Learnt, now: datetime) -> None:
    """Append a version of a site's bounds; one that exists already is a `Conflict`."""
    row = {"site_id": found.site_id, "version": found.version, "body": found.to_json()}
    try:
        tx.execute(insert(learnt), {**row, "model_version": found.model_version, "learnt_at": now})
    except IntegrityError as error:
        raise Conflict("another process drew the same bounds") from error


def _of_site(site_id: str, model_version: str, since: datetime, until: datetime) -> Sequence[Any]:
    return (
        comments.c.site_id == site_id,
        *spans.between(comments.c.id, since, until),
        comments.c.is_test.is_(False),
        comments.c.wave_id.is_(None),
        model_version == _MODEL,
    )
