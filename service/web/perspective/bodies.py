"""What Perspective clients send: proto3 JSON, also where a browser's curl line left quotes out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from service.web.perspective.errors import Refusal, refused

TEXT_BYTES: Final = 20_480
_MOST_ATTRIBUTES: Final = 64  # there are two dozen names
_SNAKE: Final = re.compile(r"(?<!^)(?=[A-Z])")
_STRING_OR_NAME: Final = re.compile(  # a string without an end is one too, up to the text's end
    r'("(?:[^"\\]++|\\.)*+"?)|([{,]\s*+)([A-Za-z_$][\w$@-]*+)(?=\s*+:)', re.DOTALL
)
_SCORE_TYPES: Final = ("PROBABILITY", "SCORE_TYPE_UNSPECIFIED")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One analyze request: the text, each attribute with its threshold, and what to echo."""

    text: str
    attributes: Mapping[str, float]
    languages: tuple[str, ...]
    sentences: bool
    client_token: str | None


@dataclass(frozen=True, slots=True)
class Suggested:
    """One suggestscore request: the text and the highest score that each attribute was given."""

    text: str
    scores: Mapping[str, float]
    languages: tuple[str, ...]
    client_token: str | None


def analyze_request(body: bytes) -> Asked:
    """Read an analyze request, or say what is wrong with it as the original does."""
    sent = _object(body)
    attributes = _map(sent, "requestedAttributes")
    text = _text(sent)
    _one_context(sent)
    if not attributes:
        raise refused("Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES")
    if len(attributes) > _MOST_ATTRIBUTES:
        told = f"Too many requested attributes, {_MOST_ATTRIBUTES} are served at once"
        raise refused(told, "INVALID_REQUEST")
    return Asked(
        text,
        {name: _threshold(name, wanted) for name, wanted in attributes.items()},
        _languages(sent),
        _field(sent, "spanAnnotations", bool) or False,
        _field(sent, "clientToken", str),
    )


def suggest_request(body: bytes) -> Suggested:
    """Read a suggestscore request, or say what is wrong with it."""
    sent = _object(body)
    given = _map(sent, "attributeScores")
    text = _text(sent)
    _one_context(sent)
    if not given:
        raise refused("Missing attribute_scores", "INVALID_REQUEST")
    scores = {name: _given(name, said) for name, said in given.items()}
    return Suggested(text, scores, _languages(sent), _field(sent, "clientToken", str))


def _object(body: bytes) -> Json:
    try:
        text = body.decode("utf-8-sig")
        try:
            sent = json.loads(text, parse_constant=_no_constant)
        except json.JSONDecodeError:
            sent = json.loads(_quoted(text), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _unreadable("Unexpected token.") from None
    if not isinstance(sent, dict):
        raise _unreadable("Root element must be a message.")
    return sent


def _quoted(text: str) -> str:
    """Bare member names in quotes, strings left alone."""
    return _STRING_OR_NAME.sub(lambda m: m[1] or f'{m[2]}"{m[3]}"', text)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _text(sent: Json) -> str:
    comment = _map(sent, "comment")
    kind = _field(comment, "type", str) or "PLAIN_TEXT"
    if kind == "HTML":
        raise refused("Currently, only 'PLAIN_TEXT' comments are supported", "INVALID_REQUEST")
    if kind not in ("PLAIN_TEXT", "TEXT_TYPE_UNSPECIFIED"):
        raise refused("Unknown text type", "INVALID_REQUEST")
    text = _field(comment, "text", str) or ""
    if not text:
        raise refused("Comment must be non-empty.", "COMMENT_EMPTY")
    if len(text.encode("utf-8", "surrogatepass")) > TEXT_BYTES:
        raise refused("Comment text too long.", "COMMENT_TOO_LONG")
    return text


def _one_context(sent: Json) -> None:
    context = _map(sent, "context")
    entries = _field(context, "entries", list)
    if entries and _map(context, "articleAndParentComment"):
        raise refused(
            "Context can have either entries or article_and_parent_comment, "
            "but both fields were populated.",
            "INVALID_REQUEST",
        )


def _threshold(name: str, wanted: Any) -> float:
    """From which score an attribute is told; below zero: always."""
    wanted = {} if wanted is None else wanted
    if not isinstance(wanted, dict):
        raise _unreadable(f"Invalid value at 'requested_attributes[{name}]'.")
    _probability(name, wanted)
    threshold = _number(wanted, "scoreThreshold")
    return -1.0 if threshold is None else threshold


def _given(name: str, said: Any) -> float:
    if not isinstance(said, dict):
        raise _unreadable(f"Invalid value at 'attribute_scores[{name}]'.")
    summary = _map(said, "summaryScore")
    spans = _field(said, "spanScores", list) or []
    scores = [summary] if summary else [_map(span, "score") for span in spans if _is_map(span)]
    values = [_number(score, "value") or 0.0 for score in scores]
    for score in scores:
        _probability(name, score)
    if not values or not all(0 <= value <= 1 for value in values):
        raise refused(f"Invalid score for attribute {name}", "INVALID_REQUEST")
    return max(values)


def _probability(name: str, score: Json) -> None:
    key = "scoreType" if "scoreType" in score or "score_type" in score else "type"
    kind = _field(score, key, str) or "PROBABILITY"
    if kind not in _SCORE_TYPES:
        raise refused(
            f"Requested score type {kind} is not supported by attribute {name}", "INVALID_REQUEST"
        )


def _languages(sent: Json) -> tuple[str, ...]:
    listed = _field(sent, "languages", list) or []
    if not all(isinstance(language, str) for language in listed):
        raise _unreadable("Invalid value at 'languages' (TYPE_STRING).")
    return tuple(language for language in listed if language)


def _map(sent: Json, name: str) -> Json:
    return _field(sent, name, dict) or {}


def _number(sent: Json, name: str) -> float | None:
    value = _value(sent, name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise _unreadable(f"Invalid value at '{_snake(name)}' (TYPE_FLOAT).")
    return None if value is None else float(min(max(value, -1), 2))


def _field(sent: Json, name: str, kind: type) -> Any:
    """A member by either of its spellings; null is absent, another kind a refusal."""
    value = _value(sent, name)
    if value is not None and not isinstance(value, kind):
        raise _unreadable(f"Invalid value at '{_snake(name)}'.")
    return value


def _value(sent: Json, name: str) -> Any:
    value = sent.get(name)
    return sent.get(_snake(name)) if value is None else value


def _snake(name: str) -> str:
    return _SNAKE.sub("_", name).lower()


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)


def _unreadable(what: str) -> Refusal:
    return refused(f"Invalid JSON payload received. {what}")
