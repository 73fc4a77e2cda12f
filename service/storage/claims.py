"""Who has which card before them. A claim only tells; it never locks anybody out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select
from sqlalchemy.exc import IntegrityError

from service.desk.cards import Claim
from service.storage.tables import claims


def let_go(tx: Connection, moderator: str, now: datetime, latest: datetime) -> None:
    """Let go of the card that somebody had, and of those that nobody looks at any more.

    Commit before `claim`: two who change cards would each wait for the other one's.
    """
    mine = claims.c.moderator == moderator
    tx.execute(delete(claims).where(mine | ~_holds(now, latest)))


def claim(tx: Connection, card: str, moderator: str, until: datetime) -> None:
    """Take a card that nobody else has."""
    try:
        with tx.begin_nested():
            tx.execute(insert(claims), {"card": card, "moderator": moderator, "until": until})
    except IntegrityError:
        return  # somebody else has it; they are told of it


def on(tx: Connection, cards: Sequence[str], now: datetime, latest: datetime) -> dict[str, Claim]:
    """The claims on some cards that still hold; one made now holds until `latest`."""
    query = select(claims).where(claims.c.card.in_(cards), _holds(now, latest))
    return {row.card: Claim(row.moderator, row.until) for row in tx.execute(query)}


def _holds(now: datetime, latest: datetime) -> ColumnElement[bool]:
    """One that lasts longer than any can is of a clock that was set back since."""
    return and_(claims.c.until > now, claims.c.until <= latest)
