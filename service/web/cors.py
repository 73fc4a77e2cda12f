"""Pages elsewhere that may post from a reader's browser: those a site names, with its short key.

The full key opens everything, so it has no place in a page: an answer to it never permits a
browser to hand it over.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, Request, Response, g

from service.access import SHORT_KEY_DIGITS, Access
from service.comments import Site
from service.web.exchange import this_request

PATHS: Final = ("/v1/comments", "/v1alpha1/comments:analyze")
_ASKED: Final = "Access-Control-Request-Method"
_HEADERS: Final = ("Authorization", "Content-Type", "Idempotency-Key", "X-Goog-Api-Key")
_GOOD_SECONDS: Final = 600


def register(app: Flask, access: Access) -> None:
    """Answer preflights, and permit what `permit` let in."""

    @app.before_request
    def preflight() -> Response | None:
        asked = this_request()
        wanted = asked.method == "OPTIONS" and _ASKED in asked.headers and asked.path in PATHS
        return _preflight(asked, access) if wanted else None

    @app.after_request
    def tell(response: Response) -> Response:
        if this_request().path in PATHS:
            response.headers.add("Vary", "Origin")
            if origin := g.get("permitted_origin"):
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        return response


def is_from_page(request: Request, site: Site, key: str) -> bool:
    """Whether a page that this site allows sent its short key; its answer may then be read."""
    origin = request.headers.get("Origin", "")
    if len(key) != SHORT_KEY_DIGITS or origin not in site.rules.allowed_origins:
        return False
    g.permitted_origin = origin
    return True


def _preflight(request: Request, access: Access) -> Response:
    """No key comes with a preflight, so any site's list will do; the request itself is checked."""
    origin = request.headers.get("Origin", "")
    answer = Response(status=204)
    if access.allows_origin(origin):
        g.permitted_origin = origin
        answer.headers["Access-Control-Allow-Methods"] = "POST"
        answer.headers["Access-Control-Allow-Headers"] = ", ".join(_HEADERS)
        answer.headers["Access-Control-Max-Age"] = str(_GOOD_SECONDS)
    return answer
