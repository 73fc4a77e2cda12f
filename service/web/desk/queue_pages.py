"""/queue and its cards as pages; every decision also works as a plain form."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from flask import Blueprint, Response, jsonify, request
from pydantic import ValidationError
from werkzeug.wrappers import Response as BaseResponse

from service.access import Access
from service.comments import VERDICTS, is_id, new_id
from service.desk.cards import ORDERS, TABS
from service.desk.queue import Queue
from service.errors import FieldError, Invalid
from service.review import Review
from service.web.desk.asked import asked_for
from service.web.desk.desk_page import back, blueprint, page, reader
from service.web.guards import Desk
from service.web.parsing import M, id_in
from service.web.queue_api import Ask, is_shown, put_in_force, strike, take_back
from service.web.queue_fields import ACTS, RulingIn, RulingsIn, StandingIn

_MOST_CARDS = 200


def queue_blueprint(
    queue: Queue, review: Review, access: Access, desk: Desk, ask: Ask
) -> Blueprint:
    """The routes of the queue's pages."""
    door = blueprint("queue_pages", desk)

    @door.get("/queue")
    def waiting() -> Response:
        moderator = desk.moderator(request)
        asked = asked_for(request.args, reader().zone, moderator.name)
        found = queue.page(asked.filters, asked.order, asked.cursor, asked.limit)
        return page(
            "queue.html", desk, moderator,
            asked=asked, found=found, tabs=TABS, orders=ORDERS, sites=access.sites(),
            newest=queue.newest(), new_id=new_id, done=_done(request.args.get("done", "")),
        )  # fmt: skip

    @door.get("/queue/<uuid:comment_id>")
    def show(comment_id: UUID) -> Response:
        moderator = desk.moderator(request)
        card = queue.card(str(comment_id), moderator.name, shown=is_shown(request.args))
        milder = None if card.blind else ask(card.entry.site, card.entry.case)
        return page("case.html", desk, moderator, card=card, new_id=new_id, milder=milder)

    @door.post("/queue/<uuid:comment_id>/ruling")
    def rule(comment_id: UUID) -> BaseResponse:
        moderator = desk.moderator(request)
        verdict, labels = ACTS.get(request.form.get("act", ""), ("", ()))
        given = {name: request.form[name] for name in _KEPT if request.form.get(name)}
        body = _read(RulingIn, {**given, "verdict": verdict, "labels": list(labels)})
        put_in_force(queue, review, str(comment_id), body, moderator.name)
        return back(done=f"{comment_id}.{body.ruling_id or ''}.{verdict}")

    @door.post("/queue/<uuid:comment_id>/undo")
    def undo(comment_id: UUID) -> BaseResponse:
        desk.moderator(request)
        site = queue.site_of(str(comment_id))
        review.undo(site, str(comment_id), id_in(request.form, "ruling_id"))
        return back()

    @door.post("/queue/<uuid:comment_id>/standing")
    def set_standing(comment_id: UUID) -> BaseResponse:
        moderator = desk.moderator(request)
        body = _read(StandingIn, {"standing": request.form.get("standing", "")})
        site = queue.site_of(str(comment_id))
        review.set_standing(site, str(comment_id), body.standing, moderator.name)
        return back()

    @door.post("/rulings")
    def rule_many() -> BaseResponse:
        moderator = desk.moderator(request)
        given: dict[str, Any] = {
            name: request.form[name]
            for name in ("verdict", "wave_id", "batch")
            if request.form.get(name)
        }
        if "query" in request.form:
            given["filters"] = dict(parse_qsl(request.form["query"]))
        body, zone = _read(RulingsIn, given), reader().zone
        stroke = strike(queue, review, body, moderator.name, zone)
        return back(stroke=f"{stroke.batch}.{stroke.ruled}.{given.get('wave_id', '')}")

    @door.post("/rulings/<uuid:batch>/undo")
    def undo_many(batch: UUID) -> BaseResponse:
        desk.moderator(request)
        restored = take_back(queue, review, str(batch), id_in(request.form, "wave_id"))
        return back(restored=str(restored))

    @door.post("/queue/pulse")
    def pulse() -> Response:
        moderator = desk.moderator(request)
        said = request.get_json(silent=True)
        said = said if isinstance(said, dict) else {}
        listed = said.get("cards")
        listed = listed if isinstance(listed, list) else []
        cards = [card for card in listed if is_id(card)][:_MOST_CARDS]
        mine = said.get("mine")
        if isinstance(mine, str) and mine in cards:
            queue.claim(mine, moderator.name)
        seen = said.get("seen")
        told = queue.pulse(str(seen) if is_id(seen) else "", cards, moderator.name)
        others = {card: name for card, name in told["claims"].items() if name != moderator.name}
        return jsonify({**told, "claims": others})

    return door


_KEPT = ("note", "version", "ruling_id", "saw_score")


def _done(given: str) -> tuple[str, str, str] | None:
    """What the last form decided: comment, ruling, verdict. It goes into a form: only ids pass."""
    comment, _, rest = given.partition(".")
    ruling, _, verdict = rest.partition(".")
    if not is_id(comment) or (ruling and not is_id(ruling)) or verdict not in VERDICTS:
        return None
    return comment, ruling, verdict


def _read(model: type[M], given: dict[str, Any]) -> M:
    """A form's fields as the API's own model; what is wrong is told field by field."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        bad = [FieldError(str(e["loc"][0] if e["loc"] else ""), "choice") for e in error.errors()]
    raise Invalid(bad)
