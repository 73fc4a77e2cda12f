"""A site's moderated past as files: JSON lines, or WordPress's own export. Read as streams."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from service.comments import CONTENT_BYTES, LABELS, Arrival, Verdict, if_it_fits, without_controls
from service.errors import Refused
from service.jsonl import LINE_BYTES, Line, lines

_TEXTS: Final = (
    "author_name", "author_email", "author_url", "author_ip", "permalink", "post_title",
    "parent_id", "locale",
)  # fmt: skip
_MOST_TEXT: Final = 2_000
# WordPress's comment_approved. Trash tells that a person did not want it, and not why.
_APPROVED: Final[dict[str, tuple[Verdict, tuple[str, ...]]]] = {
    "1": ("accept", ()),
    "spam": ("reject", ("spam",)),
    "trash": ("reject", ()),
    "0": ("hold", ()),
}


@dataclass(frozen=True, slots=True)
class Past:
    """One comment with what people made of it; ``hold`` means that nobody has said anything."""

    number: int
    arrival: Arrival
    verdict: Verdict
    labels: tuple[str, ...]
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line or comment that cannot be taken, by its number in the file, and why."""

    number: int
    why: str


def read_jsonl(file: IO[bytes]) -> Iterator[Past | Unreadable]:
    """One comment a line: ``{"content", "verdict", "labels", "author_name", …, "created_at"}``."""
    return map(_past_of, lines(file))


def _past_of(line: Line) -> Past | Unreadable:
    if line.text is None:
        return Unreadable(line.number, f"longer than {LINE_BYTES} bytes")
    try:
        record = json.loads(line.text)
    except (ValueError, RecursionError):
        return Unreadable(line.number, "not JSON in UTF-8")
    if not isinstance(record, dict):
        return Unreadable(line.number, "not an object")
    return _checked(line.number, record)


def read_wxr(file: IO[bytes]) -> Iterator[Past | Unreadable]:
    """Every comment of a WordPress export; pingbacks and trackbacks are left out.

    Entities and external references are refused, not resolved.
    """
    number, path, article = 0, [], {}
    try:
        for event, element in iterparse(file, ("start", "end"), forbid_dtd=True):
            name = _local(element)
            if event == "start":
                path.append(element)
                continue
            path.pop()
            if name in ("link", "title") and path and _local(path[-1]) == "item":
                article[name] = (element.text or "").strip()
            elif name == "comment":
                number += 1
                found = _of_wordpress(number, element, article)
                if found:
                    yield found
                path[-1].remove(element)
            elif name == "item":
                article = {}
                path[-1].remove(element)  # what was read is let go: memory stays bounded
    except (ParseError, DefusedXmlException) as error:
        where = error if isinstance(error, ParseError) else ""  # the other quotes the file
        raise Refused(f"not a WordPress export: {type(error).__name__} {where}") from None


def _of_wordpress(
    number: int, element: Element, article: dict[str, str]
) -> Past | Unreadable | None:
    given = {_local(child): child.text or "" for child in element}
    if given.get("comment_type", "") not in ("", "comment"):
        return None
    state = given.get("comment_approved", "").strip()
    if state not in _APPROVED:
        return Unreadable(number, "comment_approved is none of 1, 0, spam, trash")
    verdict, labels = _APPROVED[state]
    parent = given.get("comment_parent", "").strip()
    record = {
        "content": given.get("comment_content", ""),
        "author_name": given.get("comment_author", ""),
        "author_email": given.get("comment_author_email", ""),
        "author_url": given.get("comment_author_url", ""),
        "author_ip": given.get("comment_author_IP", ""),
        "permalink": article.get("link", ""),
        "post_title": article.get("title", ""),
        "parent_id": "" if parent == "0" else parent,
        "created_at": given.get("comment_date_gmt", ""),
        "verdict": verdict,
        "labels": list(labels),
    }
    return _checked(number, record)


def _checked(number: int, record: dict[str, Any]) -> Past | Unreadable:
    content, verdict, labels = (record.get(n) for n in ("content", "verdict", "labels"))
    content = without_controls(content).strip() if isinstance(content, str) else ""
    if not 0 < len(content.encode()) <= CONTENT_BYTES:
        return Unreadable(number, f"content is not text of 1 to {CONTENT_BYTES} bytes")
    if verdict not in ("accept", "reject", "hold"):
        return Unreadable(number, "verdict is none of accept, reject, hold")
    labels = [] if labels is None else labels
    if not isinstance(labels, list) or not all(label in LABELS for label in labels):
        return Unreadable(number, f"labels are not a list out of {', '.join(LABELS)}")
    texts = {name: record.get(name) or "" for name in _TEXTS}
    if not all(isinstance(text, str) for text in texts.values()):
        return Unreadable(number, "a field is not text")
    moment = _moment(record.get("created_at"))
    if isinstance(moment, str):
        return Unreadable(number, moment)
    short: dict[str, Any] = {
        name: if_it_fits(without_controls(text), _MOST_TEXT) for name, text in texts.items()
    }
    arrival = Arrival(content, **short)
    return Past(number, arrival, verdict, tuple(labels), moment)


def _moment(value: object) -> datetime | str | None:
    """A moment in UTC; None where none is given, and a text that says what is wrong."""
    if value in (None, "", "0000-00-00 00:00:00"):
        return None
    try:
        moment = datetime.fromisoformat(str(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return "created_at is no date like 2026-11-23T09:00:00Z"


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


READERS: Final = {"jsonl": read_jsonl, "wxr": read_wxr}
