"""Who is calling: the site behind a key, the moderator behind a token or a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Request, Response

from service.access import SHORT_KEY_DIGITS, Access
from service.comments import Site
from service.desk.cards import Moderator
from service.desk.signins import SignIns
from service.errors import Forbidden, Unauthenticated
from service.web.cors import is_from_page
from service.web.desk.forms import Forms
from service.web.desk.places import place_of

COOKIE: Final = "saring_session"
_SAFE: Final = ("GET", "HEAD")


def site_of(request: Request, access: Access) -> Site:
    """The site whose full key stands in ``Authorization: Bearer KEY``."""
    key = _bearer(request)
    if key is None:
        raise Unauthenticated("a site key is needed")
    return access.site(key, place_of(request))


def poster_of(request: Request, access: Access) -> tuple[Site, bool]:
    """The site that posts, and whether by a page of its own in a reader's browser.

    Such a page is let in with the short key, which it cannot hide and which reads nothing.
    """
    key = _bearer(request) or "" if "Origin" in request.headers else ""
    if len(key) == SHORT_KEY_DIGITS:
        site = access.site(key, place_of(request), use="post")
        if is_from_page(request, site, key):
            return site, True
    return site_of(request, access), False


@dataclass(frozen=True, slots=True)
class Desk:
    """The moderators' guard: sessions and tokens, and the words that forms carry."""

    sign_ins: SignIns
    forms: Forms
    now: Callable[[], datetime]

    def moderator(self, request: Request) -> Moderator:
        """Who acts, by token or by session; a session that changes anything shows a form's word."""
        token = _bearer(request)
        if token is not None:
            return self.sign_ins.by_token(token)
        session = request.cookies.get(COOKIE, "")
        if not session:
            raise Unauthenticated("a moderator is needed", "moderator_needed")
        moderator = self.sign_ins.by_session(session)
        if request.method not in _SAFE:
            self.forms.check(request, moderator.session)
        return moderator

    def admin(self, request: Request) -> Moderator:
        """The same for what only admins may do."""
        moderator = self.moderator(request)
        if not moderator.is_admin:
            raise Forbidden("only admins may do this", "admin_needed")
        return moderator


def keep_session(response: Response, request: Request, name: str, value: str) -> None:
    """A cookie that scripts cannot read and other sites' forms cannot send."""
    response.set_cookie(
        name, value, path="/", httponly=True, samesite="Lax", secure=request.is_secure
    )


def _bearer(request: Request) -> str | None:
    scheme, _, key = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None
