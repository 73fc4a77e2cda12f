"""Errors of the house to HTTP: one table of statuses, one renderer per protocol."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from service import errors
from service.web import wording

PROBLEM: Final = "application/problem+json"

Renderer = Callable[[int, str], Response]

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


def register(app: Flask, foreign: Mapping[str, Renderer] | None = None) -> None:
    """Render every refusal and every crash of this app as a problem document.

    Below a path in `foreign` its renderer answers instead, from the status and the slug.
    """
    app.extensions["saring.faults"] = foreign or {}
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
    foreign = _foreign()
    response = foreign(status, error.slug) if foreign else _problem(status, error)
    if isinstance(error, errors.TooMany | errors.Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _foreign() -> Renderer | None:
    renderers: Mapping[str, Renderer] = current_app.extensions["saring.faults"]
    return next((r for path, r in renderers.items() if request.path.startswith(path)), None)


def _problem(status: int, error: errors.ServiceError) -> Response:
    response = problem(status, error.slug, _extra(error))
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="saring"'
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
    render = _foreign() or problem
    response = render(status, _SLUGS.get(status, "bad_request"))
    if status == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return response
