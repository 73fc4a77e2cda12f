"""The request at hand and an answer in JSON, by a short way: what every comment goes through.

Flask's ``request`` looks itself up at each attribute that is asked of it.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Request, Response, request
from pydantic_core import to_json

_JSON: Final = "application/json"


def this_request() -> Request:
    """The request itself, for whoever asks more than one thing of it."""
    found: Request = request._get_current_object()  # type: ignore[attr-defined]
    return found


def as_json(body: Any, status: int = 200, content_type: str = _JSON) -> Response:
    """An answer of dicts, lists, strings, numbers and None."""
    return Response(to_json(body) + b"\n", status, content_type=content_type)
