"""The Perspective API's protocol: analyze, suggestscore and the discovery document."""

from __future__ import annotations

import re
from typing import Any, Final

from flask import Blueprint, Request, Response, jsonify, request

from service.access import Access, Use
from service.comments import Arrival, Site, Verdict, without_controls
from service.errors import Unauthenticated
from service.moderation import Moderation
from service.reports import Reports
from service.web.cors import is_from_page
from service.web.desk.places import place_of
from service.web.parsing import raw_body
from service.web.perspective import errors
from service.web.perspective.bodies import Suggested, analyze_request, suggest_request
from service.web.perspective.discovery import document
from service.web.perspective.errors import Refusal
from service.web.perspective.scores import attribute_scores, checked, detected_in, sentences

DOOR: Final = "perspective"
BODY_BYTES: Final = 2_560_000  # a text may come with its article
_HOST: Final = re.compile(r"(?:[\w-]+(?:\.[\w-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.IGNORECASE)
_SPAM: Final = frozenset(("SPAM", "SPAM_EXPERIMENTAL"))

fault = errors.fault


def blueprint(moderation: Moderation, reports: Reports, access: Access) -> Blueprint:
    """The routes under /v1alpha1, and the documents from which clients make themselves."""
    door = Blueprint(DOOR, __name__)

    @door.post("/v1alpha1/comments:analyze")
    def analyze() -> Response:
        is_from_page(request, site_of(request, access), _key_of(request))
        asked = analyze_request(_body())
        spans = sentences(asked.text) if asked.sentences else []
        _, (whole, *parts) = moderation.score([asked.text, *(asked.text[b:e] for b, e in spans)])
        detected = checked(asked, whole)
        if not asked.sentences:
            spans, parts = [(0, len(asked.text))], [whole]
        scores = attribute_scores(asked, whole, spans, parts)
        return _answer(
            {
                **({"attributeScores": scores} if scores else {}),
                "languages": asked.languages or detected,
                "detectedLanguages": detected,
            },
            asked.client_token,
        )

    @door.post("/v1alpha1/comments:suggestscore")
    def suggest() -> Response:
        site = site_of(request, access, use="report")
        said = suggest_request(_body())
        detected = detected_in(moderation.score([said.text])[1][0])
        verdict: Verdict = "reject" if max(said.scores.values()) >= 0.5 else "accept"
        reports.report(site, Arrival(without_controls(said.text)), verdict, DOOR, _labels(said))
        languages = {"requestedLanguages": said.languages, "detectedLanguages": detected}
        return _answer(languages, said.client_token)

    @door.get("/$discovery/rest")
    @door.get("/discovery/v1/apis/commentanalyzer/v1alpha1/rest")
    def discovery() -> Response:
        if _key_of(request):
            site_of(request, access)
        return _described(request)

    @door.errorhandler(Refusal)
    def refuse(refusal: Refusal) -> Response:
        return errors.answer(refusal)

    return door


def _described(request: Request) -> Response:
    """The document with this service's address in it: the one that the client itself asked."""
    if not _HOST.fullmatch(request.host):
        raise errors.refused("The Host header is no host.", "INVALID_REQUEST")
    answer = jsonify(document(request.host_url))
    answer.headers["Cache-Control"] = "no-store"  # no other client may get this one's Host
    return answer


def site_of(request: Request, access: Access, *, use: Use = "post") -> Site:
    """The site whose key stands in the query or in X-Goog-Api-Key."""
    key = _key_of(request)
    if not key:
        raise errors.no_key()
    try:
        return access.site(key, place_of(request), use=use)
    except Unauthenticated:
        raise errors.bad_key() from None


def _key_of(request: Request) -> str:
    return (request.args.get("key") or request.headers.get("X-Goog-Api-Key", "")).strip()


def _body() -> bytes:
    request.max_content_length = BODY_BYTES
    return raw_body(request)


def _labels(said: Suggested) -> tuple[str, ...]:
    high = {name for name, score in said.scores.items() if score >= 0.5}
    return tuple(
        label for label, named in (("spam", high & _SPAM), ("toxic", high - _SPAM)) if named
    )


def _answer(body: dict[str, Any], client_token: str | None) -> Response:
    token = {} if client_token is None else {"clientToken": client_token}
    answer = jsonify({**body, **token})
    answer.content_type = "application/json; charset=UTF-8"
    return answer
