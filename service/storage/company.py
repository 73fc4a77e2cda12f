"""The company of a comment: its author's past, its near copies, the hosts that it links to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_unless_there

from service.comments import REPORTERS, Case, History, Submission, Wave
from service.storage.engine import Hot
from service.storage.prepared import Prepared
from service.storage.tables import UtcDateTime, bands, comments, links, rulings, standings, waves

COPIES_KEPT: Final = timedelta(hours=24)
RECENT: Final = timedelta(hours=1)
MOST_BANDS: Final = 6  # a fixed number keeps it one prepared statement
_ENOUGH: Final = 50  # an author's past is counted up to here
_MOST_COUNTED: Final = 1000  # and what came in the last minute up to here
_MOST_CANDIDATES: Final = 32
_MOST_HOSTS: Final = 8  # more links than this hold a comment by themselves


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored comment that shares a band with the one at hand."""

    comment_id: str
    wave_id: str | None
    signature: bytes
    content: str


def past(tx: Hot, submission: Submission, now: datetime) -> History:
    """The author's and the text's past on this site, in one statement."""
    values = {
        "author": submission.author_key or None,
        "network": submission.network_key or None,
        "text": submission.text_key,
        "minute_ago": now - timedelta(minutes=1),
        "minute_hence": now + timedelta(minutes=1),
    }
    [row] = _PAST.rows(tx, values)
    accepted, rejected, author_last_minute, network_last_minute, repeats, standing, ruled = row
    return History(
        accepted,
        rejected,
        author_last_minute,
        network_last_minute,
        repeats,
        standing or "",
        ruled,
    )


def candidates(tx: Hot, keys: Sequence[int], now: datetime) -> list[Candidate]:
    """Comments of the last day, or still held, that share a band; newest first.

    ``keys``: one to `MOST_BANDS` of them.
    """
    padded = [*keys, *[keys[0]] * (MOST_BANDS - len(keys))]
    values: dict[str, Any] = {f"key{number}": key for number, key in enumerate(padded)}
    rows = _CANDIDATES.rows(tx, {**values, "oldest": now - COPIES_KEPT})
    return [Candidate(*row) for row in rows]


def wave(tx: Hot, wave_id: str, now: datetime) -> Wave | None:
    """A wave as it stands; its ruling only while it holds."""
    row = _WAVE.first(tx, {"wave_id": wave_id})
    if row is None:
        return None
    size, recent, recent_since, worst, ruling, ruling_ends_at = row
    in_force = ruling_ends_at is None or ruling_ends_at > now
    return Wave(
        wave_id,
        size,
        recent if now - recent_since < RECENT else 0,
        worst,
        ruling if in_force else None,
    )


def add_bands(tx: Hot, comment_id: str, keys: Iterable[int], now: datetime) -> None:
    """Make a comment findable by its near copies."""
    found = set(keys)
    if found:
        values = {f"key{number}": key for number, key in enumerate(found)}
        _ADD_BANDS[len(found) - 1].run(tx, {**values, "comment": comment_id, "now": now})


def grow_wave(tx: Hot, site_id: str, wave_id: str, case: Case) -> None:
    """Count one more copy; the second copy makes the wave and takes the first one into it.

    Only a change of author makes a wave recent: one person who repeats a phrase is no wave.
    """
    now, verdict, author = case.created_at, case.decision.verdict, case.submission.author_key
    values = {"wave": wave_id, "now": now, "verdict": verdict, "hour_ago": now - RECENT}
    values["author"] = author
    if _GROW.run(tx, values):
        return
    first_verdict, first_author = _BEGAN.first(tx, {"wave": wave_id}) or ("accept", "")
    row = {"id": wave_id, "site_id": site_id, "size": 2, "last_author": author}
    row["recent"] = 1 if author and first_author == author else 2
    row["worst"] = _harder(first_verdict, verdict)
    if _BEGIN_WAVE.run(tx, {**row, "recent_since": now, "last_at": now}):
        _JOIN_WAVE.run(tx, {"wave": wave_id})
    else:  # another copy came at the same moment
        _GROW.run(tx, values)


def linked(
    tx: Hot, site_id: str, names: Sequence[str], website: str, author: str
) -> tuple[frozenset[str], int]:
    """Hosts whose comments were mostly rejected on this site, by the verdicts in force; and under
    how many names but `author` one of them was given as a website. Each host's newest comments
    count, so that the work is bounded."""
    bad, others = set(), set()
    for name in names[:_MOST_HOSTS]:
        rows = _LINKED.rows(tx, {"site": site_id, "host": name})
        verdicts = [verdict for verdict, _, _ in rows]
        rejected, accepted = verdicts.count("reject"), verdicts.count("accept")
        if rejected > 1 and rejected > 3 * accepted:
            bad.add(name)
        if name == website:
            others |= {by.strip().lower() for _, by, is_website in rows if is_website}
    return frozenset(bad), len(others - {author.strip().lower()})


def add_links(tx: Hot, site_id: str, comment_id: str, names: Sequence[str], website: str) -> None:
    """Make the hosts that a comment links to known, and which of them its author calls theirs."""
    row = {"site_id": site_id, "comment_id": comment_id}
    for name in names[:_MOST_HOSTS]:
        _ADD_LINK.run(tx, {**row, "host": name, "is_website": name == website})


def _harder(one: str, other: str) -> str:
    order = ("accept", "hold", "reject")
    return max(one, other, key=order.index)


def _count(*conditions: Any) -> Any:
    bounded = select(literal(1)).select_from(comments).where(*conditions).limit(_MOST_COUNTED)
    return select(func.count()).select_from(bounded.subquery()).scalar_subquery()


def _past() -> Select[Any]:
    author = comments.c.author_key == bindparam("author")
    # A literal, not a parameter: only so does the planner see that the partial index serves.
    known = comments.c.network_key != literal_column("''")
    network = and_(comments.c.network_key == bindparam("network"), known)
    text = comments.c.text_key == bindparam("text", type_=BigInteger)
    # What is later than clocks disagree is of a clock that was set back since: nobody's haste.
    late = and_(
        comments.c.created_at > bindparam("minute_ago", type_=UtcDateTime),
        comments.c.created_at < bindparam("minute_hence", type_=UtcDateTime),
    )
    ruled = (
        select(comments.c.ruling)
        .where(text, comments.c.ruling.is_not(None), or_(author, _by_person()))
        .order_by(comments.c.created_at.desc())
        .limit(1)
    )
    standing = select(standings.c.standing).where(standings.c.author_key == bindparam("author"))
    # The verdict is counted, not looked for: SQLite would rather walk all that was ever accepted.
    mine = select(comments.c.verdict, comments.c.text_key).where(
        author, comments.c.is_test.is_(False)
    )
    own = mine.order_by(comments.c.created_at.desc()).limit(_ENOUGH).subquery()
    return select(
        func.count(case((own.c.verdict == "accept", 1))),
        func.count(case((own.c.verdict == "reject", 1))),
        _count(author, late),
        _count(network, late),
        func.count(case((own.c.text_key == bindparam("text", type_=BigInteger), 1))),
        standing.scalar_subquery(),
        ruled.scalar_subquery(),
    )


def _by_person() -> Any:
    """A report that a door passed on counts for its author's own copies only; see `ruled`."""
    standing = and_(rulings.c.comment_id == comments.c.id, rulings.c.undone_at.is_(None))
    # Compared one by one: a list would be another statement each time it is run.
    return exists().where(standing, *(rulings.c.moderator != door for door in REPORTERS))


def _candidates() -> Select[Any]:
    """A look into the index for each band, so that neither planner has anything to weigh."""
    oldest = bindparam("oldest", type_=UtcDateTime)
    probes = [
        select(bands.c.comment_id, bands.c.created_at)
        .where(bands.c.band == bindparam(f"key{number}", type_=BigInteger))
        .order_by(bands.c.comment_id.desc())
        .limit(_MOST_CANDIDATES)
        .subquery()
        for number in range(MOST_BANDS)
    ]
    found = union(*(select(probe) for probe in probes)).subquery()
    return (
        select(comments.c.id, comments.c.wave_id, comments.c.signature, comments.c.content)
        .join(found, found.c.comment_id == comments.c.id)
        .where(or_(found.c.created_at > oldest, comments.c.verdict == "hold"))
        .order_by(found.c.created_at.desc())
        .limit(_MOST_CANDIDATES)
    )


def _add_bands(count: int) -> Prepared:
    """Rows for so many keys in one statement."""
    rows = [
        {
            "band": bindparam(f"key{number}", type_=BigInteger),
            "comment_id": bindparam("comment"),
            "created_at": bindparam("now", type_=UtcDateTime),
        }
        for number in range(count)
    ]
    return Prepared(insert(bands).values(rows))


_PAST: Final = Prepared(_past())
_CANDIDATES: Final = Prepared(_candidates())
_LINKED: Final = Prepared(
    select(comments.c.verdict, comments.c.author_name, links.c.is_website)
    .join(links, links.c.comment_id == comments.c.id)
    .where(links.c.site_id == bindparam("site"), links.c.host == bindparam("host"))
    .order_by(links.c.comment_id.desc())
    .limit(_ENOUGH)
)
_WAVE: Final = Prepared(
    select(
        waves.c.size,
        waves.c.recent,
        waves.c.recent_since,
        waves.c.worst,
        waves.c.ruling,
        waves.c.ruling_ends_at,
    ).where(waves.c.id == bindparam("wave_id"))
)
_ADD_LINK: Final = Prepared(insert(links), [column.name for column in links.c])
_ADD_BANDS: Final = [_add_bands(count + 1) for count in range(MOST_BANDS)]
_BEGAN: Final = Prepared(
    select(comments.c.verdict, comments.c.author_key).where(comments.c.id == bindparam("wave"))
)
# SQLite understands PostgreSQL's words here.
_BEGIN_WAVE: Final = Prepared(
    insert_unless_there(waves).on_conflict_do_nothing(),
    [column.name for column in waves.c if column.name not in ("ruling", "ruling_ends_at")],
)
_JOIN_WAVE: Final = Prepared(
    update(comments).where(comments.c.id == bindparam("wave")).values(wave_id=bindparam("wave"))
)
_STALE: Final = waves.c.recent_since < bindparam("hour_ago", type_=UtcDateTime)
_SAME_AUTHOR: Final = and_(waves.c.last_author == bindparam("author"), waves.c.last_author != "")
_SEVERITY: Final = case({"accept": 0, "hold": 1, "reject": 2}, value=waves.c.worst)
_NEW_SEVERITY: Final = case({"accept": 0, "hold": 1, "reject": 2}, value=bindparam("verdict"))
_GROW: Final = Prepared(
    update(waves)
    .where(waves.c.id == bindparam("wave"))
    .values(
        size=waves.c.size + 1,
        recent=case((_STALE, 1), (_SAME_AUTHOR, waves.c.recent), else_=waves.c.recent + 1),
        last_author=bindparam("author"),
        recent_since=case(
            (_STALE, bindparam("now", type_=UtcDateTime)), else_=waves.c.recent_since
        ),
        worst=case((_NEW_SEVERITY > _SEVERITY, bindparam("verdict")), else_=waves.c.worst),
        last_at=bindparam("now", type_=UtcDateTime),
    )
)
