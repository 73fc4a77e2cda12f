"""The doors that other services' clients use, from a description of them that stands here only.

They are in no document of ours, being other people's protocols. Requests are made from it as they
should be and as they should not: no 5xx, no crash, and always the protocol's own kind of answer.
"""

from __future__ import annotations

import hmac
import json
from io import BytesIO
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from service.web.akismet.form import _KEPT
from tests.test_schemathesis import BOUNDED

FORM: Final = "application/x-www-form-urlencoded"
TEXT: Final = {"type": "string"}
SCORE: Final = {"type": "object", "properties": {"value": {"type": "number"}, "type": TEXT}}
COMMENT: Final = {
    "type": "object",
    "properties": {"text": {**TEXT, "maxLength": 500}, "type": {"enum": ["PLAIN_TEXT", "HTML"]}},
}


def takes(kinds: dict[str, Any], answers: str, *statuses: int) -> dict[str, Any]:
    """One operation: the bodies that it takes, the kind of its answers and their statuses."""
    told = {answers: {"schema": {}}}
    return {
        "requestBody": {"content": {kind: {"schema": schema} for kind, schema in kinds.items()}},
        "responses": {str(status): {"description": "", "content": told} for status in statuses},
    }


def akismet(*statuses: int) -> dict[str, Any]:
    """A form, or the same as JSON."""
    names = dict.fromkeys(sorted(_KEPT - {"key", "api_key"}), TEXT)
    fields = {"type": "object", "properties": names}
    return takes({FORM: fields, "application/json": fields}, "text/plain", 200, 400, *statuses)


def perspective(name: str, value: Any) -> dict[str, Any]:
    """A request about a comment with one map of attributes."""
    named = {"type": "object", "properties": {"TOXICITY": value, "SPAM": value}}
    body = {
        "type": "object",
        "required": ["comment", name],
        "properties": {
            "comment": COMMENT,
            name: named,
            "languages": {"type": "array", "items": TEXT},
            "clientToken": TEXT,
            "context": {"type": "object"},
            "spanAnnotations": {"type": "boolean"},
        },
    }
    return takes({"application/json": body}, "application/json", 200, 400, 413)


CORAL: Final = takes(
    {
        "application/json": {
            "type": "object",
            "required": ["comment"],
            "properties": {
                "comment": {"type": "object", "required": ["body"], "properties": {"body": TEXT}},
                "author": {"type": "object", "properties": {"id": TEXT, "role": TEXT}},
                "story": {"type": "object", "properties": {"url": TEXT}},
            },
        }
    },
    "application/json",
    200,
)
CORAL["responses"] |= {"204": {"description": ""}} | {
    status: {"description": "", "content": {"application/problem+json": {}}}
    for status in ("400", "413", "415")
}
PATHS: Final = {
    "/1.1/verify-key": akismet(),
    "/1.1/comment-check": akismet(),
    "/1.1/submit-spam": akismet(),
    "/1.1/submit-ham": akismet(),
    "/1.1/deactivate": akismet(),
    "/v1alpha1/comments:analyze": perspective(
        "requestedAttributes",
        {"type": "object", "properties": {"scoreThreshold": {"type": "number"}}},
    ),
    "/v1alpha1/comments:suggestscore": perspective(
        "attributeScores", {"type": "object", "properties": {"summaryScore": SCORE}}
    ),
    "/coral": CORAL,
}
CHECKS: Final = [not_a_server_error, status_code_conformance, content_type_conformance]
MODES: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture(scope="module")
def described(long_lived_site):
    """The doors with a client before them that knows the keys and signs for Coral."""
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Other people's protocols", "version": "1"},
        "paths": {path: {"post": operation} for path, operation in PATHS.items()},
    }

    def app(environ, start):
        if environ["PATH_INFO"] == "/described":
            start("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(document).encode()]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        signature = hmac.digest(long_lived_site.keys.coral_secret.encode(), body, "sha256").hex()
        environ["HTTP_X_CORAL_SIGNATURE"] = f"sha256={signature}"
        environ["QUERY_STRING"] = (
            f"api_key={long_lived_site.keys.key}&key={long_lived_site.keys.key}"
        )
        environ["wsgi.input"] = BytesIO(body)
        return long_lived_site.app(environ, start)

    return schemathesis.openapi.from_wsgi("/described", app)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_the_protocols(described, path, mode):
    @settings(BOUNDED, max_examples=20)
    @given(described[path]["POST"].as_strategy(generation_mode=mode))
    def check(case):
        case.call_and_validate(checks=CHECKS)

    check()
