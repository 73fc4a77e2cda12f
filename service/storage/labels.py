"""What people ruled, read for learning: a page at a time, oldest comment first."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from service.comments import Case, Verdict
from service.storage.store import case_of
from service.storage.tables import comments, moderators, rulings, sites

_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Word:
    """One ruling that stands; ``moderator`` is an id, or the name of a door or of an import."""

    moderator: str
    verdict: Verdict
    labels: tuple[str, ...]
    created_at: datetime
    saw_score: bool | None


@dataclass(frozen=True, slots=True)
class Ruled:
    """A comment with every ruling on it that stands, oldest first; the last is in force."""

    case: Case
    site: str
    site_id: str
    wave_id: str
    signature: bytes
    sampled: bool
    words: tuple[Word, ...]


def ruled(tx: Connection, site_id: str = "", after: str = "") -> Iterator[Ruled]:
    """Every comment that is ruled on, or those after the comment ``after``; no test strings."""
    while True:
        query = select(comments, sites.c.name.label("site_name")).join(sites)
        query = query.where(comments.c.ruling.is_not(None), comments.c.is_test.is_(False))
        query = query.where(comments.c.id > after).order_by(comments.c.id).limit(_PAGE)
        rows = tx.execute(query.where(comments.c.site_id == site_id) if site_id else query).all()
        words = _words(tx, [row.id for row in rows])
        yield from (_ruled(row, words[row.id]) for row in rows if row.id in words)
        if len(rows) < _PAGE:
            return
        after = rows[-1].id


def before_newest(tx: Connection, most: int) -> str:
    """The comment after which ``most`` came that are ruled on; "" where there are no more."""
    query = select(comments.c.id).order_by(comments.c.id.desc()).limit(1).offset(most)
    query = query.where(comments.c.ruling.is_not(None), comments.c.is_test.is_(False))
    return str(tx.scalar(query) or "")


def beside(
    tx: Connection, places: Container[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], Verdict, str]]:
    """Accepted and rejected texts of some articles (site and permalink), in one pass over all.

    An index would cost every comment that is stored; learning looks once a night.
    """
    c = comments.c
    query = select(c.site_id, c.permalink, c.verdict, c.content)
    query = query.where(c.permalink != "", c.verdict != "hold", c.is_test.is_(False))
    for row in tx.execution_options(yield_per=_PAGE).execute(query):
        if (row.site_id, row.permalink) in places:
            yield (row.site_id, row.permalink), row.verdict, row.content


def articles(tx: Connection, site_id: str = "") -> set[tuple[str, str]]:
    """Site and permalink of every article with a comment that is ruled on."""
    query = select(comments.c.site_id, comments.c.permalink).distinct()
    query = query.where(comments.c.ruling.is_not(None), comments.c.permalink != "")
    rows = tx.execute(query.where(comments.c.site_id == site_id) if site_id else query)
    return {(row.site_id, row.permalink) for row in rows}


def latest(tx: Connection, count: int) -> list[tuple[Case, str]]:
    """The comments that came last, of every site, with the names of their sites."""
    query = select(comments, sites.c.name.label("site_name")).join(sites)
    query = query.where(comments.c.is_test.is_(False)).order_by(comments.c.id.desc()).limit(count)
    return [(case_of(row), row.site_name) for row in tx.execute(query)]


def _words(tx: Connection, ids: Sequence[str]) -> dict[str, tuple[Word, ...]]:
    query = (
        select(rulings, moderators.c.id.label("moderator_id"))
        .outerjoin(moderators, moderators.c.name == rulings.c.moderator)
        .where(rulings.c.comment_id.in_(ids), rulings.c.undone_at.is_(None))
        .order_by(rulings.c.created_at, rulings.c.id)
    )
    found: dict[str, tuple[Word, ...]] = {}
    for row in tx.execute(query):
        found[row.comment_id] = (*found.get(row.comment_id, ()), _word(row))
    return found


def _word(row: Row[Any]) -> Word:
    who = row.moderator_id or row.moderator
    return Word(who, row.verdict, tuple(row.labels), row.created_at, row.saw_score)


def _ruled(row: Row[Any], words: tuple[Word, ...]) -> Ruled:
    return Ruled(
        case=case_of(row),
        site=row.site_name,
        site_id=row.site_id,
        wave_id=row.wave_id or "",
        signature=row.signature or b"",
        sampled=row.sampled,
        words=words,
    )
