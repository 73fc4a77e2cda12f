"""Errors of the house to HTTP: one table of statuses, one renderer (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from service import errors
from service.web import wording

PROBLEM: Final = "application/problem+json"

STATUS: Final[Mapping[type[errors.ServiceError], int]] = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.Missing: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.Unsupported: 415,
    errors.Invalid: 422,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}
_TITLES: Final = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 409: "Conflict", 413: "Content Too Large",
    415: "Unsupported Media Type", 422: "Unprocessable Content", 429: "Too Many Requests",
    500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip
_SLUGS: Final = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 500: "internal"}


def register(app: Flask) -> None:
    """Render every refusal and every crash of this app as a problem document."""
    app.register_error_handler(errors.ServiceError, _service_error)
    app.register_error_handler(HTTPException, _http_error)


def problem(status: int, slug: str, more: Mapping[str, Any] | None = None) -> Response:
    """A problem document. It never repeats anything that the request said."""
    body = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "code": slug,
        "detail": wording.problem(slug, wording.language_of(request)),
        **(more or {}),
    }
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype=PROBLEM)


def _service_error(error: errors.ServiceError) -> Response:
    status = STATUS[type(error)]
    response = problem(status, error.slug, _extra(error))
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="saring"'
    if isinstance(error, errors.TooMany | errors.Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _extra(error: errors.ServiceError) -> dict[str, Any]:
    if not isinstance(error, errors.Invalid):
        return {}
    language = wording.language_of(request)
    listed = [
        {"field": bad.field, "code": bad.code, "detail": wording.field(bad, language)}
        for bad in error.fields
    ]
    return {"verdict": "reject", "errors": listed}


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    response = problem(status, _SLUGS.get(status, "bad_request"))
    if status == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return response
