"""What Akismet clients send: odd forms, bare names, old charsets, JSON, three spellings of a text.

Only the fields that mean something to us are kept. WordPress adds the visitor's headers and every
form field; those end here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Request

from service.comments import Arrival, if_it_fits, without_controls
from service.errors import Malformed
from service.web.parsing import JSON, raw_body

BODY_BYTES: Final = 512 * 1024
_MOST_PAIRS: Final = 2_000
_NAME_CHARACTERS: Final = 1_000
_URL_CHARACTERS: Final = 2_000
_ID_CHARACTERS: Final = 200
_FALSE: Final = frozenset(("", "0", "false"))
_HONEYPOTS: Final = ("POST_ak_hp_textarea", "akismet_api_honeypot_field")
_KEPT: Final = frozenset(
    (
        "key", "api_key", "blog", "user_ip", "permalink", "comment_author", "comment_author_email",
        "comment_author_url", "comment_content", "comment_parent", "blog_lang", "user_role",
        "is_test", "test_discard", "recheck_reason", "akismet_pre_check", "honeypot_field_name",
        "blog_charset", "charset", "month", "filter", "format", "order", "limit", "offset",
        "extended", "from", *_HONEYPOTS,
    )
)  # fmt: skip

_CHARSET: Final = re.compile(
    r"(?:utf-?8|us-ascii|iso-?8859-\d+|latin-?\d|(?:windows-|cp)125\d|koi8-[ru]|euc-(?:jp|kr)"
    r"|shift_jis|big5|gbk|gb2312|gb18030|tis-620)",
    re.IGNORECASE,
)
_SLASHED_QUOTE: Final = re.compile(r"(?<!\\)\\++(?=['\"])")
_SLASHES: Final = re.compile(r"\\{2,}")
_ENTITY: Final = re.compile(r"&(amp|lt|gt|quot|apos|#0*39|#x27);", re.IGNORECASE)
_MEANT: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"'}
_HOST: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?|[0-9a-f.]*+:[0-9a-f:.]*", re.IGNORECASE)

Form = Mapping[str, str]


def form_of(request: Request) -> Form:
    """The fields of a request that we know, of query and body; the last of a name wins."""
    request.max_content_length = BODY_BYTES
    body = raw_body(request)
    pairs = list(_pairs(request.query_string))
    if request.mimetype == JSON:
        return {**_decoded(pairs, "utf-8"), **_json(body)}
    return _decoded([*pairs, *_pairs(body)], request.mimetype_params.get("charset", "utf-8"))


def is_on(form: Form, name: str) -> bool:
    """Whether a flag is set, in any of the ways in which clients write false."""
    return form.get(name, "").strip().lower() not in _FALSE


def blog_is_readable(form: Form) -> bool:
    """Whether the site's address has a host."""
    blog = form.get("blog", "").strip()
    try:
        host = urlsplit(blog if "://" in blog else f"//{blog}").hostname
    except ValueError:
        return False
    return bool(host and _HOST.fullmatch(host))


def arrival_of(form: Form) -> Arrival:
    """The comment in a form, in the one spelling in which its author typed it.

    Whatever but the comment itself is longer than any honest client's is left out.
    """
    honeypots = (form.get("honeypot_field_name", ""), *_HONEYPOTS)
    parent = form.get("comment_parent", "").strip()
    return Arrival(
        content=as_typed(form.get("comment_content", "")),
        author_name=if_it_fits(as_typed(form.get("comment_author", "")), _NAME_CHARACTERS),
        author_email=if_it_fits(form.get("comment_author_email", "").strip(), _NAME_CHARACTERS),
        author_url=if_it_fits(as_typed(form.get("comment_author_url", "")), _URL_CHARACTERS),
        author_ip=if_it_fits(form.get("user_ip", "").strip(), _ID_CHARACTERS),
        permalink=if_it_fits(form.get("permalink", "").strip(), _URL_CHARACTERS),
        parent_id="" if parent == "0" else if_it_fits(parent, _ID_CHARACTERS),
        locale=if_it_fits(form.get("blog_lang", "").partition(",")[0].strip(), _ID_CHARACTERS),
        honeypot_filled=any(form.get(name, "").strip() for name in honeypots if name),
    )


def as_typed(text: str) -> str:
    """One spelling for the three that WordPress sends of a text.

    A check has backslashes before quotes and backslashes, a correction has none, a recheck has
    ampersands and angle brackets as entities. All three come out the same.
    """
    plain = _ENTITY.sub(lambda found: _MEANT.get(found[1].lower(), "'"), text)
    plain = _SLASHES.sub(r"\\", _SLASHED_QUOTE.sub("", plain))
    return plain.replace("\r\n", "\n").replace("\r", "\n").strip()


def _pairs(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    for pair in body.split(b"&", _MOST_PAIRS)[:_MOST_PAIRS]:
        name, _, value = pair.partition(b"=")
        yield (
            unquote_to_bytes(name.replace(b"+", b" ")),
            unquote_to_bytes(value.replace(b"+", b" ")),
        )


def _decoded(pairs: list[tuple[bytes, bytes]], charset: str) -> dict[str, str]:
    named = {name.decode("latin-1"): value for name, value in pairs}
    said = named.get("blog_charset") or named.get("charset") or b""
    charset = said.decode("latin-1").strip() or charset
    kept = _KEPT | {_decode(named.get("honeypot_field_name", b""), charset)}
    return {name: _decode(value, charset) for name, value in named.items() if name in kept}


def _decode(value: bytes, charset: str) -> str:
    """In the charset that was named, else UTF-8, else Latin-1, which takes any byte."""
    for name in (charset if _CHARSET.fullmatch(charset) else "utf-8", "utf-8"):
        try:
            return without_controls(value.decode(name))
        except (LookupError, UnicodeDecodeError):
            continue
    return without_controls(value.decode("latin-1"))


def _json(body: bytes) -> dict[str, str]:
    try:
        sent: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("not JSON in UTF-8", "bad_json") from None
    if not isinstance(sent, dict):
        raise Malformed("a JSON object is needed", "not_an_object")
    told = {name: value for name, value in sent.items() if isinstance(value, str | int | float)}
    return {name: without_controls(str(value)) for name, value in told.items() if name in _KEPT}
