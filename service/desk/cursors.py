"""Where the next page of the queue begins, as one opaque word."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from typing import Final

from service.comments import is_id
from service.errors import Malformed
from service.storage.queue import Key

SECTIONS: Final = ("complaints", "waves", "singles")


@dataclass(frozen=True, slots=True)
class Place:
    """A section of the queue, and the last key seen in it."""

    section: str = SECTIONS[0]
    key: Key = field(default_factory=Key)


def write_cursor(place: Place) -> str:
    """A place as a word that can stand in an address."""
    body = json.dumps([place.section, place.key.id, place.key.margin, place.key.due]).encode()
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def read_cursor(word: str) -> Place:
    """`write_cursor` undone; the beginning for an empty word, `Malformed` for a made-up one."""
    if not word:
        return Place()
    try:
        body = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        section, after, margin, due = json.loads(body)
        if section in SECTIONS and _is_key(section, after, margin, due):
            return Place(section, Key(after, float(margin), due))
    except (binascii.Error, ValueError, TypeError, RecursionError, OverflowError):
        pass
    raise Malformed("not a cursor of ours", "bad_cursor")


def _is_key(section: str, after: object, margin: float, due: str) -> bool:
    """Whether a database can be asked for what comes behind this; raises what conversions raise."""
    if after == "":  # the beginning of a section
        return due == "" and isfinite(margin)
    when = datetime.fromisoformat(due).astimezone(UTC) if due else None
    return is_id(after) and isfinite(margin) and (when is not None or section != "complaints")
