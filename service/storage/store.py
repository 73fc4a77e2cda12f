"""Comments and their decisions: plain functions, a transaction first, frozen objects out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from service.comments import (
    Case,
    Decision,
    Limits,
    Match,
    Signal,
    Submission,
    Verdict,
)
from service.errors import Conflict
from service.storage import spans
from service.storage.direct import is_clash
from service.storage.engine import Hot
from service.storage.facets import codes, facets, permalink_key
from service.storage.prepared import Prepared
from service.storage.tables import answers, comments

_LATER = ("ruling", "complaint_due_at")  # what people add
_SUBMISSION_FIELDS = tuple(n for n in Submission.__dataclass_fields__ if n != "mailbox")
_DECISION_FIELDS = frozenset(Decision.__dataclass_fields__)
_INSERT_COMMENT = Prepared(
    insert(comments), [column.name for column in comments.c if column.name not in _LATER]
)
_INSERT_ANSWER = Prepared(insert(answers), [column.name for column in answers.c])
_ANSWER = Prepared(
    select(
        answers.c.request_digest, answers.c.comment_id, answers.c.created_at, answers.c.decision
    ).where(answers.c.key_digest == bindparam("key"))
)
_TWIN = Prepared(
    select(comments)
    .where(
        comments.c.site_id == bindparam("site"),
        or_(
            comments.c.twin_by_name == bindparam("by_name", type_=BigInteger),
            comments.c.twin_by_author == bindparam("by_author", type_=BigInteger),
        ),
    )
    .limit(1)
)
_BY_ID = select(comments).where(
    comments.c.site_id == bindparam("site_id"), comments.c.id == bindparam("comment_id")
)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A first answer, and the digest of the request that it answered."""

    request_digest: str
    comment_id: str
    created_at: datetime
    decision: Decision


def add_comment(
    tx: Hot,
    site_id: str,
    case: Case,
    *,
    wave_id: str | None = None,
    signature: bytes | None = None,
    sampled: bool = False,
) -> None:
    """Store a case. A twin that is already there is a `Conflict` with slug ``duplicate``."""
    company = {"wave_id": wave_id, "signature": signature, "sampled": sampled}
    try:
        _INSERT_COMMENT.run(tx, {**comment_row(site_id, case), **company, "version": 0})
    except IntegrityError as error:
        if not is_clash(error):
            raise
        raise Conflict("the same comment is already here", "duplicate") from error


def comment_by_id(tx: Connection, site_id: str, comment_id: str) -> Case | None:
    """One comment of one site, or None; never another site's."""
    row = tx.execute(_BY_ID, {"site_id": site_id, "comment_id": comment_id}).first()
    return None if row is None else case_of(row)


def twin_of(tx: Hot, site_id: str, submission: Submission) -> tuple[Case, Verdict | None] | None:
    """The stored comment that this one repeats, with the ruling on it, or None."""
    values = {"by_name": submission.twin_by_name, "by_author": submission.twin_by_author}
    found = _TWIN.first(tx, {"site": site_id, **values})
    if found is None:
        return None
    row = SimpleNamespace(**dict(zip(comments.c.keys(), found, strict=True)))
    return case_of(row), row.ruling


def matching(tx: Connection, site_id: str, submission: Submission) -> Case | None:
    """The comment that this one repeats, or the latest with its text by the author it names."""
    twin = twin_of(tx, site_id, submission)
    if twin:
        return twin[0]
    query = select(comments).where(
        comments.c.site_id == site_id, comments.c.text_key == submission.text_key
    )
    if submission.author_key:
        query = query.where(comments.c.author_key == submission.author_key)
    elif submission.author_name:
        query = query.where(comments.c.author_name == submission.author_name)
    row = tx.execute(query.order_by(comments.c.id.desc()).limit(1)).first()
    return None if row is None else case_of(row)


def sites_of(tx: Connection, comment_ids: Sequence[str]) -> dict[str, str]:
    """The site of each of some comments."""
    found: dict[str, str] = {}
    for start in range(0, len(comment_ids), 500):
        mine = comments.c.id.in_(comment_ids[start : start + 500])
        rows = tx.execute(select(comments.c.id, comments.c.site_id).where(mine))
        found |= {row.id: row.site_id for row in rows}
    return found


def count_between(tx: Connection, site_id: str, start: datetime, end: datetime, most: int) -> int:
    """How many comments a site has posted from then to then, counted up to `most`."""
    mine = (*spans.between(comments.c.id, start, end), comments.c.site_id == site_id)
    recent = select(comments.c.id).where(*mine).limit(most).subquery()
    return tx.execute(select(func.count()).select_from(recent)).scalar_one()


def comments_since(
    tx: Connection, site_id: str, since: datetime, after_id: str, count: int
) -> list[tuple[Case, str | None]]:
    """A page of a site's comments with the rulings on them, by id, which is by time."""
    query = select(comments).where(
        comments.c.site_id == site_id,
        spans.since(comments.c.id, since),
        comments.c.id > after_id,
        comments.c.is_test.is_(False),
    )
    rows = tx.execute(query.order_by(comments.c.id).limit(count))
    return [(case_of(row), row.ruling) for row in rows]


def held_under_others(
    tx: Connection, site_id: str, model_version: str, rules_version: str, count: int
) -> list[tuple[Case, int]]:
    """Waiting comments, with their versions, judged by another model or under other rules, or
    not scored at all."""
    judged = comments.c.decision
    query = select(comments).where(
        comments.c.verdict == "hold",
        comments.c.site_id == site_id,
        comments.c.ruling.is_(None),
        text("NOT comments.is_test"),
        or_(
            judged["model_version"].as_string() != model_version,
            judged["rules_version"].as_string() != rules_version,
            comments.c.codes.contains("NOT_SCORED"),
        ),
    )
    rows = tx.execute(query.order_by(comments.c.id).limit(count))
    return [(case_of(row), row.version) for row in rows]


def replace_decision(tx: Connection, comment_id: str, version: int, decision: Decision) -> bool:
    """Put a new machine decision in place; False if the comment changed since that version."""
    mine = and_(comments.c.id == comment_id, comments.c.version == version)
    values = {
        "decision": decision_to_json(decision),
        "verdict": decision.verdict,
        "version": version + 1,
        **facets(decision),
    }
    return tx.execute(update(comments).where(mine).values(values)).rowcount > 0


def put_reasons(tx: Connection, comment_id: str, decision: Decision) -> None:
    """Store a decision whose reasons grew; the verdict in force stays, the version is another."""
    values = {
        "decision": decision_to_json(decision),
        "codes": codes(decision.reasons),
        "version": comments.c.version + 1,
    }
    tx.execute(update(comments).where(comments.c.id == comment_id).values(values))


def erase_comment(tx: Connection, site_id: str, comment_id: str) -> bool:
    """Delete a comment and what hangs on it; False if there was none."""
    mine = comments.c.site_id == site_id
    return tx.execute(delete(comments).where(mine, comments.c.id == comment_id)).rowcount > 0


def add_answer(tx: Hot, key_digest: str, request_digest: str, case: Case) -> None:
    """Remember the first answer to an Idempotency-Key; a second first one is a `Conflict`."""
    row = {
        "key_digest": key_digest,
        "request_digest": request_digest,
        "comment_id": case.id,
        "decision": decision_to_json(case.decision),
        "created_at": case.created_at,
    }
    try:
        _INSERT_ANSWER.run(tx, row)
    except IntegrityError as error:
        raise Conflict("another request holds this key", "idempotency_key_in_use") from error


def answer_by_key(tx: Hot, key_digest: str) -> KeptAnswer | None:
    """The first answer given to an Idempotency-Key, or None."""
    row = _ANSWER.first(tx, {"key": key_digest})
    if row is None:
        return None
    request_digest, comment_id, created_at, decision = row
    return KeptAnswer(request_digest, comment_id, created_at, decision_from_json(decision))


def held_count(tx: Connection) -> int:
    """How many comments wait for a moderator, test strings aside."""
    waiting = (comments.c.verdict == "hold", text("NOT comments.is_test"))
    return tx.execute(select(func.count()).select_from(comments).where(*waiting)).scalar_one()


def decision_to_json(decision: Decision) -> dict[str, Any]:
    """A decision as JSON-ready values; `decision_from_json` is its inverse."""
    return {
        "verdict": decision.verdict,
        "decided_by": decision.decided_by,
        "rule": decision.rule,
        "reasons": [_signal_to_json(signal) for signal in decision.reasons],
        "scores": dict(decision.scores),
        "language": decision.language,
        "limits": {head: [pair.hold, pair.reject] for head, pair in decision.limits.items()},
        "context": dict(decision.context),
        "model_version": decision.model_version,
        "rules_version": decision.rules_version,
        "shadow": decision.shadow,
    }


def decision_from_json(body: Mapping[str, Any]) -> Decision:
    """Rebuild a decision from what `decision_to_json` made; ignores a later release's fields."""
    values = {"context": {}} | {name: body[name] for name in _DECISION_FIELDS & body.keys()}
    values["reasons"] = tuple(_signal_from_json(signal) for signal in values["reasons"])
    values["limits"] = {head: Limits(*pair) for head, pair in values["limits"].items()}
    return Decision(**values)


def _signal_to_json(signal: Signal) -> dict[str, Any]:
    return {
        "code": signal.code,
        "weight": signal.weight,
        "threshold": signal.threshold,
        "matches": [[match.start, match.end, match.weight] for match in signal.matches],
    }


def _signal_from_json(body: Mapping[str, Any]) -> Signal:
    matches = tuple(Match(*match) for match in body["matches"])
    return Signal(body["code"], body["weight"], body["threshold"], matches)


def comment_row(site_id: str, case: Case) -> dict[str, Any]:
    """A case as the columns of its row, without what its company and people add."""
    submission, decision = case.submission, case.decision
    row = {name: getattr(submission, name) for name in _SUBMISSION_FIELDS}
    row.update(
        id=case.id,
        site_id=site_id,
        created_at=case.created_at,
        is_test=submission.test_verdict is not None,
        verdict=decision.verdict,
        decision=decision_to_json(decision),
        permalink_key=permalink_key(submission.permalink),
        **facets(decision),
    )
    return row


def case_of(row: Any) -> Case:
    """A row of comments as the case it holds."""
    submission = Submission(**{name: getattr(row, name) for name in _SUBMISSION_FIELDS})
    decision = decision_from_json(row.decision)
    return Case(row.id, row.created_at, submission, decision, row.ruling)
