"""The native API: each view reads, asks the core, and writes the answer field by named field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from service.access import Access
from service.comments import Case, Scores, Signal
from service.moderation import Moderation
from service.web import wording
from service.web.answers import round_score
from service.web.exchange import as_json, this_request
from service.web.fields import AnonymousCommentIn, CommentIn, TextsIn
from service.web.guards import poster_of, site_of
from service.web.parsing import body_as

COMMENT_BODY_BYTES = 512 * 1024
SCORE_BODY_BYTES = 16 * 1024 * 1024


def blueprint(moderation: Moderation, access: Access) -> Blueprint:
    """The routes under /v1."""
    door = Blueprint("native", __name__, url_prefix="/v1")

    @door.post("/comments")
    def submit() -> Response:
        asked = this_request()
        site, from_page = poster_of(asked, access)
        asked.max_content_length = COMMENT_BODY_BYTES
        model = CommentIn if site.rules.require_name_email else AnonymousCommentIn
        arrival = body_as(model, asked, form=True).arrival()
        if from_page:  # a page does not know its reader's address, and could claim any
            arrival = replace(arrival, author_ip=asked.remote_addr or "")
        key = asked.environ.get("HTTP_IDEMPOTENCY_KEY", "")
        case = moderation.submit(site, arrival, key)
        return as_json(verdict_out(case, wording.language_of(asked)), 201)

    @door.get("/comments/<uuid:comment_id>")
    def show(comment_id: UUID) -> Response:
        case = moderation.case(site_of(request, access), str(comment_id))
        return as_json(case_out(case, wording.language_of(request)))

    @door.put("/comments/<uuid:comment_id>")
    def edit(comment_id: UUID) -> Response:
        site = site_of(request, access)
        request.max_content_length = COMMENT_BODY_BYTES
        model = CommentIn if site.rules.require_name_email else AnonymousCommentIn
        comment = body_as(model, request, form=True)
        case = moderation.edit(site, str(comment_id), comment.arrival())
        return as_json(verdict_out(case, wording.language_of(request)))

    @door.delete("/comments/<uuid:comment_id>")
    def erase(comment_id: UUID) -> tuple[str, int]:
        moderation.erase(site_of(request, access), str(comment_id))
        return "", 204

    @door.post("/score")
    def score() -> Response:
        site_of(request, access)
        request.max_content_length = SCORE_BODY_BYTES
        texts = body_as(TextsIn, request)
        version, found = moderation.score(texts.listed())
        results = [_scores_out(scores) for scores in found]
        answer = {"results": results} if texts.contents else results[0]
        return as_json({**answer, "model_version": version})

    return door


def verdict_out(case: Case, language: str) -> dict[str, Any]:
    """The answer to a posted comment."""
    decision = case.decision
    return {
        "id": case.id,
        "verdict": case.ruling or decision.verdict,
        "decided_by": "moderator" if case.ruling else decision.decided_by,
        "rule": decision.rule,
        "reasons": [reason_out(signal, language) for signal in decision.reasons],
        "scores": rounded(decision.scores),
        "language": decision.language,
        "model_version": decision.model_version,
        "rules_version": decision.rules_version,
    }


def case_out(case: Case, language: str) -> dict[str, Any]:
    """A stored comment: the answer it got, and the comment with addresses masked."""
    return {
        **verdict_out(case, language),
        "created_at": case.created_at.isoformat(),
        "content": case.submission.content,
        "author_name": case.submission.author_name,
        "author_url": case.submission.author_url,
        "permalink": case.submission.permalink,
        "post_title": case.submission.post_title,
        "parent_id": case.submission.parent_id,
    }


def reason_out(signal: Signal, language: str) -> dict[str, Any]:
    """One reason, with its sentence in ``en`` or ``id``."""
    matches = [{"start": m.start, "end": m.end, "weight": m.weight} for m in signal.matches]
    return {
        "code": signal.code,
        "detail": wording.reason(signal.code, language),
        "weight": round_score(signal.weight),
        "threshold": round_score(signal.threshold),
        "matches": matches,
    }


def _scores_out(scores: Scores) -> dict[str, Any]:
    return {"scores": rounded(scores.heads), "language": scores.language}


def rounded(heads: Any) -> dict[str, float | None]:
    """Scores by head, as answers give them."""
    return {head: round_score(score) for head, score in heads.items()}
