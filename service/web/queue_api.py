"""The moderators' queue as JSON, on the same core as the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from service.comments import Case, Complaint, Counterfactual, Ruling, Site
from service.desk.cards import Author, Card, Entry, Page
from service.desk.queue import Queue
from service.review import Review, Stroke
from service.web import wording
from service.web.answers import round_score
from service.web.desk import desk_words
from service.web.desk.asked import asked_for, refuse_unknown
from service.web.desk.reader import NEWSROOM, Reader
from service.web.guards import Desk
from service.web.native import case_out
from service.web.parsing import body_as, id_in
from service.web.queue_fields import RulingIn, RulingsIn, StandingIn

BULK_BODY_BYTES = 1024 * 1024


Ask = Callable[[Site, Case], Counterfactual | None]
"""What would change a verdict."""


def blueprint(queue: Queue, review: Review, desk: Desk, ask: Ask) -> Blueprint:
    """The routes /v1/queue and /v1/rulings."""
    door = Blueprint("queue_api", __name__, url_prefix="/v1")

    @door.get("/queue")
    def waiting() -> Response:
        moderator = desk.moderator(request)
        asked = asked_for(request.args, asking=moderator.name)
        page = queue.page(asked.filters, asked.order, asked.cursor, asked.limit)
        return jsonify(page_out(page, wording.language_of(request)))

    @door.get("/queue/<uuid:comment_id>")
    def show(comment_id: UUID) -> Response:
        moderator, language = desk.moderator(request), wording.language_of(request)
        card = queue.card(str(comment_id), moderator.name, shown=is_shown(request.args))
        found = None if card.blind else ask(card.entry.site, card.entry.case)
        return jsonify({**card_out(card, language), "counterfactual": milder_out(found, language)})

    @door.post("/queue/<uuid:comment_id>/ruling")
    def rule(comment_id: UUID) -> Response:
        moderator = desk.moderator(request)
        body = body_as(RulingIn, request)
        put_in_force(queue, review, str(comment_id), body, moderator.name)
        card = queue.card(str(comment_id))
        return jsonify(card_out(card, wording.language_of(request)))

    @door.delete("/queue/<uuid:comment_id>/ruling")
    def undo(comment_id: UUID) -> Response:
        desk.moderator(request)
        card = queue.card(str(comment_id))
        review.undo(card.entry.site, card.id, id_in(request.args, "ruling_id"))
        return jsonify(card_out(queue.card(card.id), wording.language_of(request)))

    @door.post("/queue/<uuid:comment_id>/standing")
    def set_standing(comment_id: UUID) -> Response:
        moderator = desk.moderator(request)
        body = body_as(StandingIn, request)
        review.set_standing(
            queue.site_of(str(comment_id)), str(comment_id), body.standing, moderator.name
        )
        card = queue.card(str(comment_id), moderator.name, shown=False)
        return jsonify(card_out(card, wording.language_of(request)))

    @door.post("/rulings")
    def rule_many() -> Response:
        moderator = desk.moderator(request)
        request.max_content_length = BULK_BODY_BYTES
        return jsonify(
            stroke_out(strike(queue, review, body_as(RulingsIn, request), moderator.name))
        )

    @door.delete("/rulings/<uuid:batch>")
    def undo_many(batch: UUID) -> Response:
        desk.moderator(request)
        return jsonify(
            {"restored": take_back(queue, review, str(batch), id_in(request.args, "wave_id"))}
        )

    return door


def put_in_force(
    queue: Queue, review: Review, comment_id: str, body: RulingIn, moderator: str
) -> None:
    """One ruling, from either door."""
    review.rule(
        queue.site_of(comment_id), comment_id, body.verdict, moderator,
        labels=tuple(body.labels), note=body.note, seen_version=body.version,
        ruling_id=str(body.ruling_id or ""), saw_score=body.saw_score,
    )  # fmt: skip


def strike(
    queue: Queue, review: Review, body: RulingsIn, moderator: str, zone: tzinfo = NEWSROOM
) -> Stroke:
    """One ruling over many: a wave, what some filters find (their days in that zone), or a list."""
    batch = str(body.batch or "")
    if body.wave_id:
        wave_id = str(body.wave_id)
        unruled = queue.unruled_in_wave(wave_id)
        made = review.rule_wave(
            queue.site_of_wave(wave_id), wave_id, body.verdict, moderator, batch
        )
        return Stroke(made, unruled)
    if body.filters is not None:
        refuse_unknown(body.filters)
        filters = asked_for(body.filters, zone).filters
        return review.rule_matching(filters, body.verdict, moderator, batch)
    seen = [(str(one.id), one.version) for one in body.rulings]
    shown = [str(one.id) for one in body.rulings if one.saw_score]
    labels = tuple(body.labels)
    return review.rule_many(seen, body.verdict, moderator, labels=labels, batch=batch, shown=shown)


def is_shown(args: Mapping[str, str]) -> bool:
    """Whether the machine's view of a spot check is asked for before it is ruled on."""
    return args.get("scores") == "1"


def take_back(queue: Queue, review: Review, batch: str, wave_id: str) -> int:
    """Undo one stroke; a wave's ruling for copies to come goes with it."""
    if wave_id:
        return review.undo_wave(queue.site_of_wave(wave_id), wave_id, batch)
    return review.undo_batch(batch)


def page_out(page: Page, language: str) -> dict[str, Any]:
    """A page of the queue, field by named field."""
    return {
        "items": [card_out(card, language) for card in page.cards],
        "cursor": page.cursor or None,
        "counts": dict(page.counts),
    }


def card_out(card: Card, language: str) -> dict[str, Any]:
    """One card: the stored comment and what the desk knows around it."""
    entry = card.entry
    return {
        **case_out(entry.case, language),
        "verdict": entry.verdict,
        "blind": card.blind,
        "site": entry.site.name,
        "version": entry.version,
        "sampled": entry.sampled,
        "score": round_score(entry.score),
        "limits": {
            head: [round_score(pair.hold), round_score(pair.reject)]
            for head, pair in entry.case.decision.limits.items()
        },
        "author": _author_out(card.author),
        "wave": _wave_out(card),
        "parent": _parent_out(card.parent),
        "plain": [{"written": written, "reads": reads} for written, reads in card.plain],
        "claimed_by": card.claim.moderator if card.claim else None,
        "complaints": [_complaint_out(complaint) for complaint in card.complaints],
        "rulings": [_ruling_out(ruling) for ruling in card.rulings],
        **(_UNTOLD if card.blind else {}),
    }


_UNTOLD: Final[Mapping[str, Any]] = {
    "verdict": None, "decided_by": None, "rule": None, "score": None,
    "reasons": [], "scores": {}, "limits": {},
}  # fmt: skip
"""What a blind card keeps to itself."""


def milder_out(found: Counterfactual | None, language: str) -> dict[str, Any] | None:
    """What would change a verdict, with a sentence that says so."""
    if found is None:
        return None
    return {
        "without": [{"start": start, "end": end} for start, end in found.without],
        "verdict": found.verdict,
        "detail": desk_words.milder(found, Reader(language)),
    }


def stroke_out(stroke: Stroke) -> dict[str, Any]:
    """What one stroke did."""
    return {"batch": stroke.batch, "ruled": stroke.ruled, "stale": list(stroke.stale)}


def _complaint_out(complaint: Complaint) -> dict[str, str]:
    return {
        "id": complaint.id,
        "reason": complaint.reason,
        "detail": complaint.detail,
        "due_at": complaint.due_at.isoformat(),
    }


def _ruling_out(ruling: Ruling) -> dict[str, Any]:
    return {
        "verdict": ruling.verdict,
        "labels": list(ruling.labels),
        "note": ruling.note,
        "moderator": ruling.moderator,
        "created_at": ruling.created_at.isoformat(),
        "withdrawn_at": ruling.undone_at.isoformat() if ruling.undone_at else None,
    }


def _author_out(author: Author) -> dict[str, Any]:
    return {
        "handle": author.handle,
        "pseudonym": author.pseudonym,
        "accepted": author.accepted,
        "rejected": author.rejected,
        "first_seen": author.first_seen.isoformat() if author.first_seen else None,
        "standing": author.standing,
    }


def _wave_out(card: Card) -> dict[str, Any] | None:
    if not card.entry.wave_id:
        return None
    return {
        "id": card.entry.wave_id, "copies": card.copies, "waiting": card.waiting,
        "unruled": card.unruled,
    }  # fmt: skip


def _parent_out(parent: Entry | None) -> dict[str, str] | None:
    if parent is None:
        return None
    submission = parent.case.submission
    return {"id": parent.case.id, "content": submission.content}
