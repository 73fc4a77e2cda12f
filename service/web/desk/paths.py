"""Places of our own: an address comes back as one of our paths with words that we know, masked.

What somebody types into an address may be anybody's e-mail address; no redirect, link or hidden
field repeats it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from service.desk.queue import as_stored

KNOWN: Final = (
    "tab", "order", "site", "reason", "language", "article", "author", "text", "least", "most",
    "since", "until", "cursor", "limit", "month", "page",
)  # fmt: skip
_OURS: Final = re.compile(r"/[a-z0-9][a-z0-9/.-]*\Z")


def place(path: str, args: Mapping[str, str], **added: str) -> str:
    """A path of ours with what is known of a query, and with what is added to it."""
    if not _OURS.match(path) or as_stored(path) != path:
        path, args = "/queue", {}
    kept = {name: as_stored(args[name]) for name in KNOWN if args.get(name)}
    kept |= added
    return f"{path}?{urlencode(kept)}" if kept else path


def place_named(address: str, default: str, **added: str) -> str:
    """The same for a whole address; another host's, however disguised, is the default."""
    plain = address.isascii() and address.isprintable() and "\\" not in address
    if not (plain and address.startswith("/") and not address.startswith("//")):
        return place(default, {}, **added)
    split = urlsplit(address)
    if not _OURS.match(split.path):
        return place(default, {}, **added)
    return place(split.path, dict(parse_qsl(split.query)), **added)
