"""The OpenAPI 3.1 document, made of the declarations in fields.py and answers.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from service.web import answers
from service.web.faults import PROBLEM
from service.web.fields import CommentIn, ComplaintIn, PreviewIn, TextsIn
from service.web.parsing import FORM, JSON
from service.web.queue_fields import RulingIn, RulingsIn, StandingIn

_REF: Final = "#/components/schemas/{model}"
_WHAT: Final = {
    200: "Done.", 201: "Judged and stored.", 204: "Erased.", 400: "The body cannot be read.",
    401: "No key, or not one of ours.", 403: "The short key is not enough here.",
    404: "No such comment on this site.",
    409: "The same comment is here already, or this one was changed or ruled on meanwhile.",
    413: "The body is too large.", 415: "Neither JSON nor, where taken, a form.",
    422: "Fields are missing or bad; all of them are listed.",
    429: "Too many comments in a minute by this author or network, or wrong keys by this caller.",
    503: "Not now; Retry-After says when.",
}  # fmt: skip
_BODY_ERRORS: Final = (400, 413, 415, 422)
_KEY_ERRORS: Final = (401, 403, 429)


@dataclass(frozen=True, slots=True)
class Operation:
    """One route as outsiders see it."""

    method: str
    path: str
    id: str
    summary: str
    answers: Mapping[int, type[BaseModel] | None]
    errors: Sequence[int] = ()
    takes: type[BaseModel] | None = None
    form: bool = False
    keyed: bool = True
    parameters: Sequence[Mapping[str, Any]] = field(default=())
    moderated: bool = False


_COMMENT_ID: Final = {
    "name": "comment_id", "in": "path", "required": True,
    "schema": {"type": "string", "format": "uuid"},
}  # fmt: skip
_BATCH: Final = {**_COMMENT_ID, "name": "batch"}
_FILTERS: Final = {
    "tab": "held, complaints, waves, samples, second, accepted, rejected or all.",
    "order": "oldest, newest or teaches.", "site": "A site's name.", "reason": "A reason's code.",
    "language": "id, en, mixed or other.", "article": "Its address, or words of its title.",
    "author": "A handle.", "text": "Words of the comment.",
    "least": "Lowest score.", "most": "Highest score.",
    "since": "First day, like 2026-11-23.", "until": "Last day.",
}  # fmt: skip


def _query(name: str, said: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string"}, "description": said}


def _id_of(name: str, said: str) -> dict[str, Any]:
    either = [{"type": "string", "format": "uuid"}, {"type": "string", "maxLength": 0}]
    return {**_query(name, said), "schema": {"anyOf": either}}


_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key", "in": "header", "schema": {"type": "string"},
    "description": "Sent again with the same comment, the first answer is repeated for a day.",
}  # fmt: skip

_PAGING: Final = (
    {
        "name": "after", "in": "query",
        "schema": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
        "description": "``next`` of the page before; leave it out to begin.",
    },
    {
        "name": "limit", "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
    },
)  # fmt: skip

OPERATIONS: Final = (
    Operation(
        "post", "/v1/comments", "submitComment", "Judge and store a comment.",
        {201: answers.VerdictOut}, (*_BODY_ERRORS, *_KEY_ERRORS, 409, 429, 503),
        takes=CommentIn, form=True, parameters=[_IDEMPOTENCY_KEY],
    ),
    Operation(
        "get", "/v1/comments/{comment_id}", "getComment", "A stored comment and its verdict.",
        {200: answers.CaseOut}, (*_KEY_ERRORS, 404, 503), parameters=[_COMMENT_ID],
    ),
    Operation(
        "delete", "/v1/comments/{comment_id}", "eraseComment", "Erase a comment.",
        {204: None}, (*_KEY_ERRORS, 404, 503), parameters=[_COMMENT_ID],
    ),
    Operation(
        "put", "/v1/comments/{comment_id}", "editComment",
        "Judge a comment's edited text and store it in place of the earlier one.",
        {200: answers.VerdictOut}, (*_BODY_ERRORS, *_KEY_ERRORS, 404, 409, 503),
        takes=CommentIn, form=True, parameters=[_COMMENT_ID],
    ),
    Operation(
        "get", "/v1/events", "listEvents", "What happened on the site, in order.",
        {200: answers.EventsOut}, (*_KEY_ERRORS, 422, 503), parameters=_PAGING,
    ),
    Operation(
        "post", "/v1/complaints", "complain", "A reader's complaint; due within 2×24 hours.",
        {201: answers.ComplaintOut}, (*_BODY_ERRORS, *_KEY_ERRORS, 404, 409, 503),
        takes=ComplaintIn, form=True,
    ),
    Operation(
        "post", "/v1/score", "scoreTexts", "Score texts; nothing is stored.",
        {200: answers.ScoredOut}, (*_BODY_ERRORS, *_KEY_ERRORS, 503), takes=TextsIn,
    ),
    Operation(
        "get", "/v1/policy", "getRules", "The site's rules in force.",
        {200: answers.RulesOut}, (*_KEY_ERRORS, 503),
    ),
    Operation(
        "post", "/v1/policy/preview", "previewRules", "Replay the last days under other rules.",
        {200: answers.PreviewOut}, (*_BODY_ERRORS, *_KEY_ERRORS, 503), takes=PreviewIn,
    ),
    Operation(
        "get", "/v1/policy/thresholds", "getThresholds",
        "Thresholds by language and head: the model's, and where rulings moved them.",
        {200: answers.ThresholdsOut}, (*_KEY_ERRORS, 503),
    ),
    Operation(
        "get", "/v1/policy/errors", "liveErrors",
        "Missed and wrongly rejected shares by language, from spot checks.",
        {200: answers.LiveErrorsOut}, (*_KEY_ERRORS, 503),
    ),
    Operation(
        "get", "/v1/queue", "listQueue", "What waits for people, by tab, order and filters.",
        {200: answers.QueueOut}, (400, *_KEY_ERRORS, 422, 503), moderated=True,
        parameters=[
            *(_query(name, said) for name, said in _FILTERS.items()),
            _query("limit", "Cards a page, 1 to 100."), _query("cursor", "From the page before."),
        ],
    ),
    Operation(
        "get", "/v1/queue/{comment_id}", "getCard", "A comment with all that the desk knows.",
        {200: answers.CaseCardOut}, (*_KEY_ERRORS, 404, 503), moderated=True,
        parameters=[_COMMENT_ID, _query("scores", "1: also of an unruled spot check.")],
    ),
    Operation(
        "post", "/v1/queue/{comment_id}/ruling", "rule", "Put a person's verdict in force.",
        {200: answers.CardOut}, (*_BODY_ERRORS, *_KEY_ERRORS, 404, 409, 503), takes=RulingIn,
        parameters=[_COMMENT_ID], moderated=True,
    ),
    Operation(
        "delete", "/v1/queue/{comment_id}/ruling", "undoRuling", "Take the latest ruling back.",
        {200: answers.CardOut}, (*_KEY_ERRORS, 404, 409, 422, 503), moderated=True,
        parameters=[_COMMENT_ID, _id_of("ruling_id", "Only this one; sent again, no change.")],
    ),
    Operation(
        "post", "/v1/queue/{comment_id}/standing", "setStanding", "Block or trust the author.",
        {200: answers.CardOut}, (*_BODY_ERRORS, *_KEY_ERRORS, 404, 503), takes=StandingIn,
        parameters=[_COMMENT_ID], moderated=True,
    ),
    Operation(
        "post", "/v1/rulings", "ruleMany", "One ruling over a list, a wave, or what filters find.",
        {200: answers.StrokeOut}, (*_BODY_ERRORS, *_KEY_ERRORS, 404, 503), takes=RulingsIn,
        moderated=True,
    ),
    Operation(
        "delete", "/v1/rulings/{batch}", "undoMany", "Take back all that one stroke ruled.",
        {200: answers.RestoredOut}, (*_KEY_ERRORS, 404, 422, 503), moderated=True,
        parameters=[_BATCH, _id_of("wave_id", "Of the wave, where it was one.")],
    ),
    Operation("get", "/healthz", "live", "Alive.", {200: answers.StatusOut}, keyed=False),
    Operation(
        "get", "/readyz", "ready", "Able to judge and to store.",
        {200: answers.StatusOut, 503: answers.StatusOut}, keyed=False,
    ),
)  # fmt: skip


@cache
def document(version: str) -> dict[str, Any]:
    """The whole document, for one version of the service."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Saring",
            "version": version,
            "description": "Comment moderation: accept, hold or reject.",
        },
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "siteKey": {"type": "http", "scheme": "bearer"},
                "moderatorToken": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _schemas() -> dict[str, Any]:
    taken = {(operation.takes, "validation") for operation in OPERATIONS if operation.takes}
    given = {
        (model, "serialization")
        for operation in OPERATIONS
        for model in (*operation.answers.values(), answers.ProblemOut)
        if model
    }
    ordered = sorted(taken | given, key=lambda pair: pair[0].__name__)
    _, definitions = models_json_schema(ordered, ref_template=_REF)  # type: ignore[arg-type]
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return paths


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "security": _security(operation),
        "parameters": [dict(parameter) for parameter in operation.parameters],
        "responses": {
            **{str(status): _answer(status, model) for status, model in operation.answers.items()},
            **{str(status): _problem(status) for status in operation.errors},
        },
    }
    if operation.takes:
        kinds = (JSON, FORM) if operation.form else (JSON,)
        content = {kind: {"schema": _body(operation.takes, kind)} for kind in kinds}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    if operation.moderated:
        return [{"moderatorToken": []}]
    return [{"siteKey": []}] if operation.keyed else []


def _body(model: type[BaseModel], kind: str) -> dict[str, Any]:
    """A form knows no null: the same declaration with every null taken out of it."""
    if kind == JSON:
        return dict(_reference(model))
    schema = model.model_json_schema()
    for described in schema["properties"].values():
        if "anyOf" in described:
            described["anyOf"] = [one for one in described["anyOf"] if one != {"type": "null"}]
            described.pop("default", None)
    return schema


def _answer(status: int, model: type[BaseModel] | None) -> dict[str, Any]:
    if model is None:
        return {"description": _WHAT[status]}
    return {"description": _WHAT[status], "content": {JSON: {"schema": _reference(model)}}}


def _problem(status: int) -> dict[str, Any]:
    content = {PROBLEM: {"schema": _reference(answers.ProblemOut)}}
    return {"description": _WHAT[status], "content": content}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}
