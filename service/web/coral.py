"""Coral's external moderation phase: a signed comment in, 204 or a status with a flag out."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field

from service.access import Access
from service.comments import TEST_STRINGS, Arrival, Decision, Signal, if_it_fits, without_controls
from service.errors import Invalid
from service.moderation import Moderation
from service.web import faults
from service.web.parsing import json_as, raw_body

BODY_BYTES: Final = 1024 * 1024
_CHARACTERS: Final = 2_000
_SIGNATURE: Final = "sha256="
_RUDE: Final = frozenset(("TOXIC", "IDENTITY_ATTACK", "THREAT", "PROFANITY"))
_NEWSROOM: Final = frozenset(("STAFF", "MODERATOR", "ADMIN"))
_OURS_TO_HOLD: Final = frozenset((429, 500, 503))


class _Comment(BaseModel):
    body: str
    parent: str | None = Field(None, alias="parentID")


class _Author(BaseModel):
    id: str | None = None
    role: str | None = None


class _Story(BaseModel):
    url: str | None = None


class PhaseIn(BaseModel):
    """What Coral says of a comment. There is no e-mail, no IP address and no comment id in it.

    Only the text must be there: Coral publishes what it gets a refusal for.
    """

    model_config = ConfigDict(extra="ignore")

    comment: _Comment
    author: _Author = _Author()
    story: _Story | None = None

    def arrival(self) -> Arrival:
        """The comment as the house calls it.

        Coral's id of the author takes the place of an address: only a keyed hash of it is kept.
        """
        return Arrival(
            content=without_controls(self.comment.body).strip(),
            author_email=self.author.id or "",
            permalink=_short(self.story.url if self.story else None),
            parent_id=_short(self.comment.parent),
        )


def _short(text: str | None) -> str:
    return if_it_fits(without_controls(text or ""), _CHARACTERS)


def blueprint(moderation: Moderation, access: Access) -> Blueprint:
    """The route /coral."""
    door = Blueprint("coral", __name__)

    @door.post("/coral")
    def judge() -> Response | tuple[str, int]:
        request.max_content_length = BODY_BYTES
        body = raw_body(request)
        site = access.site_signed(body, _signatures(request.headers.get("X-Coral-Signature", "")))
        try:
            asked = json_as(PhaseIn, body)
        except Invalid:  # signed by this site's Coral, and of a shape that we do not know
            return _withheld()
        arrival = asked.arrival()
        if asked.author.role in _NEWSROOM and arrival.content not in TEST_STRINGS:
            return "", 204
        if arrival.is_too_long:
            return _withheld()
        return _answer(moderation.submit_once(site, arrival).decision)

    return door


def fault(status: int, slug: str) -> Response:
    """A refusal as everywhere; but what is our own trouble, or a flood, waits for a person."""
    return _withheld() if status in _OURS_TO_HOLD else faults.problem(status, slug)


def _withheld() -> Response:
    """Coral lets a comment through on any status but a good one."""
    return _flagged("SYSTEM_WITHHELD", "COMMENT_DETECTED_SPAM")


def _answer(decision: Decision) -> Response | tuple[str, int]:
    if decision.verdict == "accept":
        return "", 204
    status = "REJECTED" if decision.verdict == "reject" else "SYSTEM_WITHHELD"
    return _flagged(status, _flag(decision.reasons))


def _flagged(status: str, flag: str) -> Response:
    return jsonify({"status": status, "actions": [{"actionType": "FLAG", "reason": flag}]})


def _flag(reasons: tuple[Signal, ...]) -> str:
    rude = any(signal.code in _RUDE and signal.weight > 0 for signal in reasons)
    return "COMMENT_DETECTED_TOXIC" if rude else "COMMENT_DETECTED_SPAM"


def _signatures(header: str) -> list[str]:
    """Every signature in the header: Coral sends two while a secret is being rolled."""
    listed = [part.strip() for part in header.split(",")][:10]
    return [s[len(_SIGNATURE) :].lower() for s in listed if s.startswith(_SIGNATURE)]
