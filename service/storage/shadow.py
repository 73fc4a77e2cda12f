"""What a candidate model would have answered: stored beside comments, gone when they go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, case, func, select
from sqlalchemy.dialects.postgresql import insert as insert_unless_there

from service.comments import Case, Decision, Verdict, earliest_id
from service.storage.facets import codes
from service.storage.store import case_of
from service.storage.tables import comments, shadow_judgements

_LATE: Final = timedelta(minutes=2)  # a comment may be committed this long after its id was made
_SAME: Final = and_(
    shadow_judgements.c.comment_id == comments.c.id,
    shadow_judgements.c.text_key == comments.c.text_key,
)
# What publishing the candidate would cost first: good words taken down, then spam let through.
_GRAVITY: Final = (("accept", "reject"), ("reject", "accept"), ("accept", "hold"),
                   ("hold", "reject"), ("hold", "accept"), ("reject", "hold"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Differing:
    """A comment on which the two disagree, with a person's ruling where there is one."""

    case: Case
    site_id: str
    champion: Verdict
    candidate: Verdict
    rule: str
    codes: tuple[str, ...]


def unjudged(tx: Connection, version: str, since: datetime, count: int) -> list[tuple[str, Case]]:
    """Comments with their sites' ids that came since then and that a candidate has not judged."""
    mine = shadow_judgements.c.model_version == version
    latest = tx.execute(
        select(shadow_judgements.c.comment_id)
        .where(mine)
        .order_by(shadow_judgements.c.comment_id.desc())
        .limit(1)
    ).first()
    start = earliest_id(since)
    if latest is not None:
        start = max(start, earliest_id(_made(latest.comment_id) - _LATE))
    judged = select(shadow_judgements.c.comment_id).where(
        mine, shadow_judgements.c.comment_id == comments.c.id
    )
    query = select(comments).where(
        comments.c.id >= start, comments.c.is_test.is_(False), ~judged.exists()
    )
    rows = tx.execute(query.order_by(comments.c.id).limit(count))
    return [(row.site_id, case_of(row)) for row in rows]


def add(tx: Connection, judged: Sequence[tuple[Case, Decision]], at: datetime) -> int:
    """Store what a candidate says of some comments; what another process stored or what was erased
    meanwhile is left out. How many were new."""
    ids = [case.id for case, _ in judged]
    version = judged[0][1].model_version
    kept = select(comments.c.id).where(comments.c.id.in_(ids)).order_by(comments.c.id)
    # Nobody erases them until the commit; they may be ruled on.
    there = set(tx.execute(kept.with_for_update(read=True, key_share=True)).scalars())
    known = select(shadow_judgements.c.comment_id).where(
        shadow_judgements.c.model_version == version, shadow_judgements.c.comment_id.in_(ids)
    )
    there -= set(tx.execute(known).scalars())
    rows = [_row(case, decision, at) for case, decision in judged if case.id in there]
    if rows:
        tx.execute(insert_unless_there(shadow_judgements).on_conflict_do_nothing(), rows)
    return len(rows)


def tally(tx: Connection, version: str) -> Counter[tuple[Verdict, Verdict]]:
    """How many comments got which pair of verdicts: the champion's, the candidate's."""
    pair = (shadow_judgements.c.champion_verdict, shadow_judgements.c.verdict)
    query = select(*pair, func.count()).join(comments, _SAME)
    query = query.where(shadow_judgements.c.model_version == version).group_by(*pair)
    return Counter({(row[0], row[1]): row[2] for row in tx.execute(query)})


def against_people(tx: Connection, version: str) -> Counter[tuple[Verdict, Verdict, Verdict]]:
    """The same where a person has ruled: champion's verdict, candidate's, the ruling."""
    triple = (shadow_judgements.c.champion_verdict, shadow_judgements.c.verdict, comments.c.ruling)
    query = select(*triple, func.count()).join(comments, _SAME)
    query = query.where(
        shadow_judgements.c.model_version == version, comments.c.ruling.is_not(None)
    )
    return Counter({(r[0], r[1], r[2]): r[3] for r in tx.execute(query.group_by(*triple))})


def differing(tx: Connection, version: str, count: int) -> list[Differing]:
    """Where the two disagree, the gravest first and of each kind the latest first."""
    champion, candidate = shadow_judgements.c.champion_verdict, shadow_judgements.c.verdict
    gravity = case(
        *(
            (and_(champion == before, candidate == after), rank)
            for rank, (before, after) in enumerate(_GRAVITY)
        ),
        else_=len(_GRAVITY),
    )
    query = (
        select(
            comments, champion, candidate.label("candidate"),
            shadow_judgements.c.rule, shadow_judgements.c.codes.label("told"),
        )
        .join(shadow_judgements, _SAME)
        .where(shadow_judgements.c.model_version == version, champion != candidate)
        .order_by(gravity, comments.c.id.desc())
        .limit(count)
    )  # fmt: skip
    return [
        Differing(
            case_of(row), row.site_id, row.champion_verdict, row.candidate, row.rule,
            tuple(code for code in row.told.split("|") if code),
        )
        for row in tx.execute(query)
    ]  # fmt: skip


def _row(found: Case, decision: Decision, at: datetime) -> dict[str, object]:
    return {
        "model_version": decision.model_version,
        "comment_id": found.id,
        "text_key": found.submission.text_key,
        "champion_version": found.decision.model_version,
        "champion_verdict": found.decision.verdict,
        "verdict": decision.verdict,
        "rule": decision.rule,
        "codes": codes(decision.reasons),
        "judged_at": at,
    }


def _made(comment_id: str) -> datetime:
    """When a time-ordered id was made."""
    millis = int(comment_id.replace("-", "")[:12], 16)
    return datetime.fromtimestamp(millis / 1000, UTC)
