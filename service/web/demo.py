"""/demo: an article with a comment form, posting as a site would and showing the verdict."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request

from service.access import Access
from service.comments import Case
from service.errors import Conflict, Invalid, Missing, ServiceError
from service.moderation import Moderation
from service.web import wording
from service.web.docs import html_page
from service.web.fields import CommentIn
from service.web.native import COMMENT_BODY_BYTES, verdict_out
from service.web.parsing import body_as

SITE = "default"
_PERMALINK = "/demo"


def blueprint(moderation: Moderation, access: Access) -> Blueprint:
    """The routes of the demonstration; they need no key, so they exist only where asked for."""
    door = Blueprint("demo", __name__)

    @door.get("/demo")
    def article() -> Response:
        return _page()

    @door.post("/demo")
    def comment() -> Response:
        request.max_content_length = COMMENT_BODY_BYTES
        language = _language()
        try:
            site = access.named_site(SITE)
            posted = body_as(CommentIn, request, form=True).arrival()
            case = moderation.submit(site, posted)
        except Invalid as error:
            said = {bad.field: wording.field(bad, language) for bad in error.fields}
            return _page(errors=said, status=422)
        except (Conflict, Missing) as error:
            return _page(problem=wording.problem(error.slug, language), status=409)
        except ServiceError as error:
            return _page(problem=wording.problem(error.slug, language), status=400)
        return _page(answer=verdict_out(case, language), pieces=_pieces(case))

    return door


def _pieces(case: Case) -> list[tuple[str, bool]]:
    """The stored text in order, each stretch with whether it weighed against the comment."""
    text = case.submission.content
    weighed = [False] * len(text)
    for signal in case.decision.reasons:
        for match in signal.matches:
            weighed[match.start : match.end] = [True] * (match.end - match.start)
    runs = groupby(zip(text, weighed, strict=False), key=lambda pair: pair[1])
    return [("".join(letter for letter, _ in run), marked) for marked, run in runs]


def _language() -> str:
    asked = request.args.get("lang", "id")
    return asked if asked in wording.LANGUAGES else "id"


def _page(status: int = 200, **values: Any) -> Response:
    language = _language()
    shown: dict[str, Any] = {
        "answer": None,
        "errors": {},
        "problem": "",
        "pieces": [],
        "language": language,
    }
    response = html_page("demo.html", **{**shown, **values, "permalink": _PERMALINK})
    response.status_code = status
    return response
