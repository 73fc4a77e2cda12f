"""Forms that only our own pages can send: each carries a signed word bound to its session."""

from __future__ import annotations

import hmac
from typing import Final

from flask import Request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from service.errors import Forbidden

FIELD: Final = "csrf"
HEADER: Final = "X-CSRF-Token"
_GOOD_SECONDS: Final = 24 * 3600
_MOST_DIGITS: Final = 4


class Forms:
    """Makes and checks the words. ``bound_to`` is a session's digest, or a visitor's cookie."""

    def __init__(self, secret: bytes) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="desk-form")

    def word(self, bound_to: str) -> str:
        """A word for a form or a page's script; good for a day."""
        return self._signer.dumps(bound_to)

    def check(self, request: Request, bound_to: str) -> None:
        """`Forbidden` unless the request carries a word that was made for this session."""
        given = request.headers.get(HEADER) or request.form.get(FIELD, "")
        try:
            known = self._signer.loads(given, max_age=_GOOD_SECONDS)
        except BadSignature:
            raise Forbidden("the form is not ours or too old", "stale_form") from None
        if not bound_to or not hmac.compare_digest(str(known).encode(), bound_to.encode()):
            raise Forbidden("the form belongs to another session", "stale_form")


def page_number(given: str) -> int:
    """A page's number, from 1 on; the first where what is given is none."""
    return max(int(given), 1) if given.isdecimal() and len(given) <= _MOST_DIGITS else 1
