"""Request bodies to declared models; whatever is wrong with them to errors of the house."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from time import monotonic
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

from flask import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from service.comments import is_id
from service.errors import FieldError, Invalid, Malformed, TooLarge, Unsupported

M = TypeVar("M", bound=BaseModel)

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
_MOST_FORM_FIELDS: Final = 1000
_DISCARD_SECONDS: Final = 5.0
_DISCARD_CHUNKS: Final = 1600  # 100 MiB

_CODES: Final[Mapping[str, str]] = {
    "missing": "required",
    "string_too_short": "required",
    "string_too_long": "too_long",
    "too_long_bytes": "too_long_bytes",
    "too_long": "too_many_items",
    "too_short": "required",
    "email": "email",
    "one_of": "one_of",
    "one_comment": "one_comment",
    "literal_error": "choice",
    "uuid_parsing": "uuid",
    "is_instance_of": "uuid",
}


def body_as(model: type[M], request: Request, *, form: bool = False) -> M:
    """Read the body as a model: JSON, or an HTML form where the door takes one."""
    kind = request.mimetype
    if kind == JSON or (kind.startswith("application/") and kind.endswith("+json")):
        return json_as(model, raw_body(request))
    if form and kind == FORM:
        return _from_form(model, raw_body(request))
    raise Unsupported(f"{JSON} or {FORM}" if form else JSON)


def raw_body(request: Request) -> bytes:
    """The body's bytes, all of them and no more than the door's limit."""
    try:
        body = request.get_data(cache=False)
        is_over = len(body) == request.max_content_length and _goes_on(request)
    except RequestEntityTooLarge:
        is_over = True
    except ClientDisconnected:
        raise _incomplete() from None
    if is_over:
        _discard(request)
        raise TooLarge
    if len(body) < (request.content_length or 0):
        raise _incomplete()
    return body


def _goes_on(request: Request) -> bool:
    """Whether there is more; a body without a length is cut at the limit without a word."""
    return bool(request.environ["wsgi.input"].read(1))


def _incomplete() -> Malformed:
    return Malformed("the body is shorter than it said", "incomplete_body")


def _discard(request: Request) -> None:
    """Read on for a while: most clients send everything before they look for an answer."""
    stream, until = request.environ["wsgi.input"], monotonic() + _DISCARD_SECONDS
    with suppress(ClientDisconnected):
        for _ in range(_DISCARD_CHUNKS):
            if monotonic() > until or not stream.read(1 << 16):
                return


def json_as(model: type[M], body: bytes) -> M:
    """Read bytes of JSON as a model."""
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=True)
    # Raised outside the handler: a chained pydantic error would quote the comment in a traceback.
    raise _refusal(problems)


def _from_form(model: type[M], body: bytes) -> M:
    try:
        pairs = parse_qsl(body.decode(), errors="strict", max_num_fields=_MOST_FORM_FIELDS)
    except ValueError:
        raise Malformed("not a UTF-8 form", "bad_form") from None
    try:
        return model.model_validate(dict(pairs))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=True)
    raise _refusal(problems)


def id_in(given: Mapping[str, str], name: str) -> str:
    """An id of ours from a query or a form, or nothing; whatever else is `Invalid`."""
    word = given.get(name, "")
    if word and not is_id(word):
        raise Invalid([FieldError(name, "uuid")])
    return word


def _refusal(problems: list[ErrorDetails]) -> Malformed | Invalid:
    if any(problem["type"] == "json_invalid" for problem in problems):
        return Malformed("not JSON in UTF-8", "bad_json")
    if any(problem["type"] in ("model_type", "model_attributes_type") for problem in problems):
        return Malformed("a JSON object is needed", "not_an_object")
    fields: dict[str, FieldError] = {}
    for problem in problems:
        name = _name(problem)
        fields.setdefault(name, FieldError(name, _code(problem), _limit(problem)))
    return Invalid(list(fields.values()))


def _name(problem: ErrorDetails) -> str:
    if problem["loc"]:
        return str(problem["loc"][0])
    return "comment_id" if problem["type"] == "one_comment" else "content"


def _code(problem: ErrorDetails) -> str:
    given: Any = problem["input"]
    if problem["type"] == "string_pattern_mismatch":
        if not given.strip():
            return "required"
        return "url" if _name(problem).endswith("_url") else "control_characters"
    if problem["type"] in ("string_type", "union_type", "literal_error") and given is None:
        return "required"
    return _CODES.get(problem["type"], "type")


def _limit(problem: ErrorDetails) -> int | None:
    return problem.get("ctx", {}).get("max_length")
