"""Coral's external moderation phase: a signed comment in, 204 or a status with a flag out."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field

from service.access import Access
from service.comments import TEST_STRINGS, Arrival, Decision, Signal
from service.errors import TooMany, Unavailable
from service.moderation import Moderation
from service.web.parsing import json_as, raw_body, without_controls

BODY_BYTES: Final = 128 * 1024
_SIGNATURE: Final = "sha256="
_RUDE: Final = frozenset(("TOXIC", "IDENTITY_ATTACK", "THREAT", "PROFANITY"))
_Text = Annotated[str, Field(max_length=2000)]


class _Comment(BaseModel):
    body: str
    parent: Annotated[_Text | None, Field(alias="parentID")] = None


class _Author(BaseModel):
    id: _Text
    role: Literal["COMMENTER", "STAFF", "MODERATOR", "ADMIN"] = "COMMENTER"


class _Story(BaseModel):
    url: _Text = ""


class PhaseIn(BaseModel):
    """What Coral says of a comment. There is no e-mail, no IP address and no comment id in it."""

    model_config = ConfigDict(extra="ignore")

    comment: _Comment
    author: _Author
    story: _Story = _Story()

    def arrival(self) -> Arrival:
        """The comment as the house calls it.

        Coral's id of the author takes the place of an address: only a keyed hash of it is kept.
        """
        return Arrival(
            content=without_controls(self.comment.body).strip(),
            author_email=self.author.id,
            permalink=self.story.url,
            parent_id=self.comment.parent or "",
        )


def blueprint(moderation: Moderation, access: Access) -> Blueprint:
    """The route /coral."""
    door = Blueprint("coral", __name__)

    @door.post("/coral")
    def judge() -> Response | tuple[str, int]:
        request.max_content_length = BODY_BYTES
        body = raw_body(request)
        site = access.site_signed(body, _signatures(request.headers.get("X-Coral-Signature", "")))
        asked = json_as(PhaseIn, body)
        arrival = asked.arrival()
        if asked.author.role != "COMMENTER" and arrival.content not in TEST_STRINGS:
            return "", 204
        try:
            decision = moderation.submit_once(site, arrival).decision
        except (TooMany, Unavailable):  # any other status would let the comment through
            return _flagged("SYSTEM_WITHHELD", "COMMENT_DETECTED_SPAM")
        return _answer(decision)

    return door


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
