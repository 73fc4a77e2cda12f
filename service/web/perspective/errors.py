"""Refusals in the words and the shape on which Perspective clients branch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Response

_GOOGLE: Final = "type.googleapis.com/"
_SERVICE: Final = "commentanalyzer.googleapis.com"
_STATUS: Final = {
    400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 405: "UNIMPLEMENTED",
    413: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE",
}  # fmt: skip
_SAID: Final = {
    404: "Requested entity was not found.",
    405: "This method is not served here.",
    413: "Request payload size exceeds the limit.",
    429: "Quota exceeded; try again later.",
    500: "Internal error encountered.",
    503: "The service is currently unavailable.",
}


class Refusal(Exception):
    """A request answered with 400 or 403, in the original's words."""

    def __init__(self, status: int, message: str, details: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(message)
        self.status = status
        self.details = details


def refused(message: str, kind: str = "", **more: Any) -> Refusal:
    """A refusal of an argument, with the service's own error type where there is one."""
    about = {"@type": f"{_GOOGLE}google.commentanalyzer.v1alpha1.Error", "errorType": kind, **more}
    return Refusal(400, message, [about] if kind else [])


def unsupported(attribute: str, languages: Sequence[str], *, given: bool) -> Refusal:
    """An attribute that is not served in the languages of this request."""
    told = "requestedLanguages" if given else "detectedLanguages"
    return refused(
        f"Attribute {attribute} does not support request languages: {', '.join(languages)}",
        "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
        languageNotSupportedByAttributeError={"attribute": attribute, told: list(languages)},
    )


def no_key() -> Refusal:
    """No key at all."""
    return Refusal(
        403,
        "This method takes no calls from unregistered callers (callers without established "
        "identity). Send an API key with the request.",
        [],
    )


def bad_key() -> Refusal:
    """A key that is nobody's."""
    about = {
        "@type": f"{_GOOGLE}google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": _SERVICE},
    }
    return Refusal(400, "API key not valid. Please pass a valid API key.", [about])


def answer(refusal: Refusal) -> Response:
    """A refusal as google.rpc.Status."""
    return _rendered(refusal.status, str(refusal), refusal.details)


def fault(status: int, _slug: str) -> Response:
    """What went wrong with the service or with the request's frame."""
    return _rendered(status, _SAID.get(status, "The request cannot be served."), [])


def _rendered(status: int, message: str, details: Sequence[Mapping[str, Any]]) -> Response:
    error: dict[str, Any] = {"code": status, "message": message}
    error["status"] = _STATUS.get(status, "INVALID_ARGUMENT")
    if details:
        error["details"] = details
    body = json.dumps({"error": error})
    return Response(body, status, content_type="application/json; charset=UTF-8")
