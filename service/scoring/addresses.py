"""An address and the mask that stands for it become the same single character.

The scorer sees raw text in memory while storage sees masked text; both must score alike, so the
grammar here follows the one of the privacy door (a test compares them). Handles become one
character too: who is called says nothing about how.
"""

from __future__ import annotations

import ipaddress
import re

EMAIL, IP, HANDLE = "\ue001", "\ue002", "\ue003"
Piece = tuple[int, int, str]

_MASK = re.compile(r"\[(?:(email)|ip)\]")
_AT = re.compile(r"(?:@|\uff20|\ufe6b|%40|&#0*64;|&#x0*40;|&commat;)(?=\[|[^\W_])", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:\[[\w:.]{1,64}\]|[^\W_](?:[\w-]|[.\u3002\uff0e\uff61](?=\w))*)")
_HANDLE = re.compile(r"@\w{1,64}")
_DOTS = re.compile("[.\u3002\uff0e\uff61\\[]")
_NOT_LOCAL = frozenset(' \t\r\n\v\f\u00a0\u3000<>()[]{},;:"“”‘’«»|\\/=?&@＠#')
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F.]{0,15}(?:%\w{1,16})?(?![\w:])")


def pieces(text: str) -> list[Piece]:
    """Where addresses, their masks and handles stand: (start, end, token), in order, disjoint."""
    found: list[Piece] = []
    for kind in (_masks, _mails, _ipv4, _ipv6, _handles):
        if new := kind(text):
            found += new
            text = _blank(text, new)
    return sorted(found)


def replace(text: str, found: list[Piece]) -> str:
    """The text with each piece replaced by its token."""
    kept, done = [], 0
    for start, end, token in found:
        kept += [text[done:start], token]
        done = end
    return "".join([*kept, text[done:]])


def _blank(text: str, found: list[Piece]) -> str:
    """The text with pieces overwritten, so that nothing is found in them again."""
    kept, done = [], 0
    for start, end, _ in found:
        kept += [text[done:start], "]" * (end - start)]
        done = end
    return "".join([*kept, text[done:]])


def _mails(text: str) -> list[Piece]:
    found: list[Piece] = []
    done = 0
    for at in _AT.finditer(text):
        if at.start() < done:
            continue
        domain = _DOMAIN.match(text, at.end())
        if domain is None or not _DOTS.search(domain[0]):
            continue
        start = _local_start(text, at.start(), done)
        if start < at.start():
            done = domain.end()
            found.append((start, done, EMAIL))
    return found


def _masks(text: str) -> list[Piece]:
    if "[" not in text:
        return []
    return [(m.start(), m.end(), EMAIL if m[1] else IP) for m in _MASK.finditer(text)]


def _handles(text: str) -> list[Piece]:
    return [(m.start(), m.end(), HANDLE) for m in _HANDLE.finditer(text)] if "@" in text else []


def _ipv4(text: str) -> list[Piece]:
    return _numbers(_IPV4, text) if text.count(".") > 2 else []


def _ipv6(text: str) -> list[Piece]:
    return _numbers(_IPV6, text) if text.count(":") > 1 else []


def _local_start(text: str, at: int, floor: int) -> int:
    if at > floor and text[at - 1] == '"':
        opening = text.rfind('"', max(floor, at - 66), at - 1)
        return at if opening < 0 else opening
    start = at
    while start > floor and text[start - 1] not in _NOT_LOCAL:
        start -= 1
    return start


def _numbers(pattern: re.Pattern[str], text: str) -> list[Piece]:
    return [(m.start(), m.end(), IP) for m in pattern.finditer(text) if _is_address(m[0])]


def _is_address(candidate: str) -> bool:
    try:
        ipaddress.ip_address(candidate.partition("%")[0])
    except ValueError:
        return False
    return True
