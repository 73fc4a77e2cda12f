"""What people rule: appended, never overwritten, and taken back by marking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_change

from service.comments import REPORTERS, Ruling, Verdict
from service.storage import complaints, spans
from service.storage.tables import comments, rulings, sites, standings, waves

_AT_ONCE: Final = 500
_TICK: Final = timedelta(microseconds=1)
CHECKS_COUNTED: Final = 5_000  # every scrape of the metrics reads them
# In the words of the partial index, or SQLite does not see that it serves.
CHECKED: Final = text("comments.sampled AND comments.ruling IS NOT NULL")


def rule(
    tx: Connection,
    ruling: Ruling,
    seen_version: int,
    batch: str | None = None,
    sent_id: str | None = None,
) -> bool:
    """Put a ruling in force; False if the comment changed since that version was seen.

    ``sent_id`` is the sender's own name for it, by which a second sending is known.
    """
    mine = and_(comments.c.id == ruling.comment_id, comments.c.version == seen_version)
    values = {"verdict": ruling.verdict, "ruling": ruling.verdict, "version": seen_version + 1}
    if not tx.execute(update(comments).where(mine).values(values)).rowcount:
        return False
    row = ruling_row(in_order(tx, [ruling])[0], batch)
    tx.execute(insert(rulings), {**row, "sent_id": sent_id})
    return True


def standing_of(tx: Connection, site_id: str, comment_id: str) -> tuple[int, Verdict | None] | None:
    """A comment's version and the ruling in force, or None where this site has no such comment.

    Both stay what they are until the commit.
    """
    mine = comments.c.site_id == site_id, comments.c.id == comment_id
    query = select(comments.c.version, comments.c.ruling).where(*mine)
    row = tx.execute(query.with_for_update()).first()
    return None if row is None else (row.version, row.ruling)


def in_order(tx: Connection, made: Sequence[Ruling]) -> list[Ruling]:
    """New rulings, none earlier than those before it on its comment: the latest is in force, also
    where the clock was set back between them."""
    latest: dict[str, datetime] = {}
    for start in range(0, len(made), _AT_ONCE):
        mine = rulings.c.comment_id.in_([one.comment_id for one in made[start : start + _AT_ONCE]])
        query = select(rulings.c.comment_id, func.max(rulings.c.created_at)).where(mine)
        latest |= {row[0]: row[1] for row in tx.execute(query.group_by(rulings.c.comment_id))}
    return [
        replace(one, created_at=max(one.created_at, latest[one.comment_id] + _TICK))
        if one.comment_id in latest
        else one
        for one in made
    ]


def by_person(tx: Connection, comment_id: str) -> bool:
    """Whether a ruling that stands is a person's own, not one that a door passed on."""
    mine = and_(rulings.c.comment_id == comment_id, rulings.c.undone_at.is_(None))
    query = select(rulings.c.id).where(mine, rulings.c.moderator.not_in(REPORTERS))
    return tx.execute(query.limit(1)).first() is not None


def add_opinion(tx: Connection, ruling: Ruling, sent_id: str | None) -> bool:
    """Note that a person agrees with the verdict in force where that says something new.

    It does on a spot check, since agreement is counted from two opinions on one comment, and
    anywhere of somebody who said otherwise before and gives way. Nothing else changes by it.
    """
    sampled = select(comments.c.sampled).where(comments.c.id == ruling.comment_id)
    mine = and_(
        rulings.c.comment_id == ruling.comment_id,
        rulings.c.undone_at.is_(None),
        rulings.c.moderator == ruling.moderator,
    )
    latest = rulings.c.created_at.desc(), rulings.c.id.desc()
    before = tx.execute(select(rulings.c.verdict).where(mine).order_by(*latest).limit(1)).scalar()
    if before == ruling.verdict or (before is None and not tx.execute(sampled).scalar()):
        return False
    row = ruling_row(in_order(tx, [ruling])[0], None)
    tx.execute(insert(rulings), {**row, "sent_id": sent_id})
    return True


def ruled_by(tx: Connection, comment_ids: Sequence[str], moderator: str) -> set[str]:
    """Those of some comments that a person ever ruled on, taken back or not."""
    theirs = rulings.c.comment_id.in_(comment_ids), rulings.c.moderator == moderator
    return set(tx.execute(select(rulings.c.comment_id).where(*theirs)).scalars())


def unseen_by(tx: Connection, comment_ids: Sequence[str], moderator: str) -> set[str]:
    """Spot checks among some comments that a person never ruled on."""
    mine = comments.c.id.in_(comment_ids), comments.c.sampled
    sampled = list(tx.execute(select(comments.c.id).where(*mine)).scalars())
    return set(sampled) - ruled_by(tx, sampled, moderator) if sampled else set()


def tally(
    tx: Connection, site_id: str, since: datetime, until: datetime
) -> list[tuple[Verdict, Verdict | None, int]]:
    """How many comments in that time, by the machine's verdict and the ruling."""
    machine = comments.c.decision["verdict"].as_string()
    query = (
        select(machine, comments.c.ruling, func.count())
        .where(
            comments.c.site_id == site_id,
            spans.since(comments.c.id, since),
            comments.c.created_at <= until,
            comments.c.is_test.is_(False),
        )
        .group_by(machine, comments.c.ruling)
    )
    return [(row[0], row[1], int(row[2])) for row in tx.execute(query)]


def undo(tx: Connection, comment_id: str, now: datetime) -> bool:
    """Take back the latest ruling on a comment that is held (`holding`); the one before it, or the
    machine, is in force."""
    in_force = _in_force(tx, comment_id)
    if in_force is None:
        return False
    tx.execute(update(rulings).where(rulings.c.id == in_force.id).values(undone_at=now))
    earlier = _in_force(tx, comment_id)
    machine = select(comments.c.decision).where(comments.c.id == comment_id)
    ruling = earlier.verdict if earlier else None
    verdict = ruling or tx.execute(machine).scalar_one()["verdict"]
    values = {"ruling": ruling, "verdict": verdict, "version": comments.c.version + 1}
    tx.execute(update(comments).where(comments.c.id == comment_id).values(values))
    complaints.reopen(tx, comment_id, in_force.id)
    return True


def undo_if_of(tx: Connection, comment_id: str, batch: str, now: datetime) -> bool:
    """The same where the ruling in force was made in that stroke; else False, and no change."""
    in_force = _in_force(tx, comment_id)
    return in_force is not None and in_force.batch == batch and undo(tx, comment_id, now)


def is_ruling(tx: Connection, ruling_id: str, comment_id: str) -> bool:
    """Whether a ruling of this id was made on a comment, taken back or not."""
    return tx.execute(_made(ruling_id, comment_id)).first() is not None


def is_undone(tx: Connection, ruling_id: str, comment_id: str) -> bool:
    """Whether a ruling was made and taken back."""
    row = tx.execute(_made(ruling_id, comment_id)).first()
    return row is not None and row.undone_at is not None


def names_in_force(tx: Connection, comment_id: str) -> tuple[str, ...]:
    """What the ruling in force is called, by us and by its sender; nothing where there is none."""
    found = _in_force(tx, comment_id)
    return (found.id, found.sent_id or found.id) if found else ()


def ruled_in_batch(tx: Connection, batch: str) -> list[str]:
    """The comments whose rulings were made in one stroke and still stand."""
    mine = and_(rulings.c.batch == batch, rulings.c.undone_at.is_(None))
    return list(tx.execute(select(rulings.c.comment_id).where(mine)).scalars())


def rule_wave(
    tx: Connection, site_id: str, wave_id: str, verdict: Verdict | None, ends_at: datetime | None
) -> bool:
    """Give a wave a ruling for its copies to come, or take it away; False if there is no wave."""
    mine = and_(waves.c.id == wave_id, waves.c.site_id == site_id)
    values = {"ruling": verdict, "ruling_ends_at": ends_at}
    return tx.execute(update(waves).where(mine).values(values)).rowcount > 0


def set_standing(
    tx: Connection, site_id: str, author_key: str, standing: str, set_by: str, now: datetime
) -> None:
    """Block an author, trust one, or (empty) neither."""
    if not standing:
        lift_standing(tx, author_key)
        return
    said = {"standing": standing, "set_by": set_by, "set_at": now}
    row = insert_or_change(standings).values(author_key=author_key, site_id=site_id, **said)
    tx.execute(row.on_conflict_do_update(index_elements=["author_key"], set_=said))


def all_standings(tx: Connection, most: int) -> list[tuple[str, str, str, datetime, str]]:
    """People who are blocked or trusted, the latest first: key, standing, by whom, when, site."""
    query = select(standings, sites.c.name.label("site_name")).join(
        sites, sites.c.id == standings.c.site_id
    )
    rows = tx.execute(query.order_by(standings.c.set_at.desc()).limit(most))
    return [(r.author_key, r.standing, r.set_by, r.set_at, r.site_name) for r in rows]


def lift_standing(tx: Connection, author_key: str) -> bool:
    """Take a standing away; False if there was none."""
    mine = standings.c.author_key == author_key
    return tx.execute(standings.delete().where(mine)).rowcount > 0


def sample_counts(tx: Connection, site_id: str | None) -> list[tuple[str, str, str, int]]:
    """Of the latest `CHECKS_COUNTED` sampled comments ruled on, of one site or all: language,
    machine verdict, ruling, and how many."""
    mine = () if site_id is None else (comments.c.site_id == site_id,)
    machine = comments.c.decision["verdict"].as_string().label("machine")
    latest = (
        select(comments.c.language, machine, comments.c.ruling)
        .where(*mine, CHECKED)
        .order_by(comments.c.id.desc())
        .limit(CHECKS_COUNTED)
        .subquery()
    )
    kinds = (latest.c.language, latest.c.machine, latest.c.ruling)
    query = select(*kinds, func.count()).group_by(*kinds)
    return [(str(row[0]), str(row[1]), str(row[2]), int(row[3])) for row in tx.execute(query)]


def past_rulings(tx: Connection, comment_id: str) -> Sequence[Ruling]:
    """Every ruling on a comment, oldest first, those that were taken back among them."""
    return rulings_on(tx, [comment_id]).get(comment_id, [])


def rulings_on(tx: Connection, comment_ids: Sequence[str]) -> dict[str, list[Ruling]]:
    """By comment, the same of several comments."""
    theirs = select(rulings).where(rulings.c.comment_id.in_(comment_ids))
    found: dict[str, list[Ruling]] = {}
    for row in tx.execute(theirs.order_by(rulings.c.created_at, rulings.c.id)):
        found.setdefault(row.comment_id, []).append(_ruling(row))
    return found


def _made(ruling_id: str, comment_id: str) -> Any:
    named = or_(rulings.c.sent_id == ruling_id, rulings.c.id == ruling_id)
    return select(rulings.c.undone_at).where(named, rulings.c.comment_id == comment_id)


def _in_force(tx: Connection, comment_id: str) -> Row[Any] | None:
    mine = and_(rulings.c.comment_id == comment_id, rulings.c.undone_at.is_(None))
    latest = rulings.c.created_at.desc(), rulings.c.id.desc()
    return tx.execute(select(rulings).where(mine).order_by(*latest).limit(1)).first()


def ruling_row(ruling: Ruling, batch: str | None) -> dict[str, Any]:
    """A ruling as the columns of its row."""
    return {
        "id": ruling.id,
        "comment_id": ruling.comment_id,
        "verdict": ruling.verdict,
        "labels": list(ruling.labels),
        "note": ruling.note,
        "moderator": ruling.moderator,
        "batch": batch,
        "saw_score": ruling.saw_score,
        "created_at": ruling.created_at,
    }


def _ruling(row: Row[Any]) -> Ruling:
    return Ruling(
        row.id,
        row.comment_id,
        row.verdict,
        tuple(row.labels),
        row.note,
        row.moderator,
        row.created_at,
        row.saw_score,
        row.undone_at,
    )
