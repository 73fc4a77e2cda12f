"""What lies behind each tab of the queue, and how much of it: counted up to a bound."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Select, and_, case, exists, func, select, text

from service.comments import IMPORTER, REPORTERS
from service.desk.cards import COUNTED, MOST_COUNTED, Filters
from service.storage import rolling
from service.storage.tables import comments, rulings, sites

HELD: Final = text("comments.verdict = 'hold' AND NOT comments.is_test")
REAL: Final = text("NOT comments.is_test")
COMPLAINED: Final = comments.c.complaint_due_at.is_not(None)
UNRULED: Final = and_(comments.c.ruling.is_(None), comments.c.complaint_due_at.is_(None))
"""What one stroke over a wave rules on: nobody has, and nobody complains."""
# Word for word what the partial indexes say, or the database does not take them.
_ALONE: Final = text(
    "comments.verdict = 'hold' AND comments.wave_id IS NULL AND NOT comments.is_test"
)
_SAMPLE: Final = text("comments.sampled AND comments.ruling IS NULL")
_RULED_SAMPLE: Final = text("comments.sampled AND comments.ruling IS NOT NULL")
_OF_VERDICT: Final = {
    "accepted": text("comments.verdict = 'accept'"),
    "rejected": text("comments.verdict = 'reject'"),
}
_SECOND_LOOKED: Final = 200


def of_tab(query: Select[Any], filters: Filters) -> Select[Any]:
    """What lies behind a tab; what stands above it, as complaints and waves do, left out."""
    if filters.tab == "held":
        return query.where(_ALONE, ~COMPLAINED)
    if filters.tab == "samples":
        return query.where(_SAMPLE)
    if filters.tab == "second":
        return query.where(_RULED_SAMPLE, _recent_sample(), *_one_other_ruled(filters.asking))
    if filters.tab in _OF_VERDICT:
        return query.where(_OF_VERDICT[filters.tab], REAL)
    return query.where(REAL)


def counts(tx: Connection, asking: str = "") -> dict[str, int]:
    """How many cards lie behind each tab for one moderator, each up to its `MOST_COUNTED`."""
    ids = select(comments.c.id)
    raised, raised_alone = _raised(tx)
    # All that wait alone, by the index, less those among them that stand above for a complaint.
    alone = max(bounded(tx, ids.where(_ALONE)) - raised_alone, 0)
    # Each wave costs a look-up, so no more of them are counted than can be told.
    most = max(MOST_COUNTED["waves"], COUNTED - raised - alone)
    waves = rolling.count(tx, most)
    second = of_tab(ids, Filters("second", asking=asking)).order_by(comments.c.id)
    accepted = bounded(tx, of_tab(ids, Filters("accepted")))
    rejected = bounded(tx, of_tab(ids, Filters("rejected")))
    held = bounded(tx, ids.where(HELD))
    return {
        "held": min(raised + waves + alone, COUNTED),
        "complaints": raised,
        "waves": min(waves, MOST_COUNTED["waves"]),
        "samples": bounded(tx, ids.where(_SAMPLE)),
        "second": bounded(tx, second, MOST_COUNTED["second"]),
        "accepted": accepted,
        "rejected": rejected,
        "all": min(accepted + rejected + held, COUNTED),
    }


def _raised(tx: Connection) -> tuple[int, int]:
    """How many comments are complained about, and how many of them would else wait alone."""
    alone = case((_ALONE, 1), else_=0).label("alone")
    within = select(alone).select_from(comments).where(COMPLAINED).limit(COUNTED).subquery()
    total = func.coalesce(func.sum(within.c.alone), 0)
    row = tx.execute(select(func.count(), total).select_from(within)).one()
    return int(row[0]), int(row[1])


def bounded(tx: Connection, query: Select[Any], most: int = COUNTED) -> int:
    """How many rows a query has, up to `most`."""
    within = query.limit(most).subquery()
    return tx.execute(select(func.count()).select_from(within)).scalar_one()


def narrowed(filters: Filters, score: Any = comments.c.score) -> list[Any]:
    """What the filters ask for beside the tab."""
    c, conditions = comments.c, []
    if filters.site:
        conditions.append(sites.c.name == filters.site)
    if filters.reason:
        conditions.append(c.codes.contains(f"|{filters.reason}|", autoescape=True))
    if filters.language:
        conditions.append(c.language == filters.language)
    if filters.article:
        article = filters.article
        conditions.append(
            c.post_title.icontains(article, autoescape=True) | (c.permalink == article)
        )
    if filters.author:
        conditions.append(c.author_key == filters.author)
    if filters.text:
        conditions.append(c.content.icontains(filters.text, autoescape=True))
    conditions += [score >= filters.least] if filters.least is not None else []
    conditions += [score <= filters.most] if filters.most is not None else []
    conditions += [c.created_at >= filters.since] if filters.since else []
    conditions += [c.created_at < filters.until] if filters.until else []
    return conditions


def _recent_sample() -> Any:
    """One of the last spot checks that were ruled on: older ones are not asked for again."""
    others = comments.alias("others")
    ruled = text("others.sampled AND others.ruling IS NOT NULL")
    latest = select(others.c.id).where(ruled).order_by(others.c.id.desc())
    oldest = latest.offset(_SECOND_LOOKED - 1).limit(1).scalar_subquery()
    return comments.c.id >= func.coalesce(oldest, "")


def _one_other_ruled(asking: str) -> list[Any]:
    """That one person has ruled, and that it was somebody else."""
    people = rulings.alias("people")
    standing = and_(
        people.c.comment_id == comments.c.id,
        people.c.undone_at.is_(None),
        people.c.moderator.not_in((*REPORTERS, IMPORTER)),
    )
    many = select(func.count(people.c.moderator.distinct())).where(standing).scalar_subquery()
    return [many == 1, ~exists().where(standing, people.c.moderator == asking)]
