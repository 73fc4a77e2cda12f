"""An address and the mask that stands for it become the same single character.

The scorer sees raw text in memory while storage sees masked text; both must score alike, so the
grammar here follows the one of the privacy door (a test compares them). Handles become one
character too: who is called says nothing about how.
"""

from __future__ import annotations

import re

EMAIL, IP, HANDLE = "\ue001", "\ue002", "\ue003"
Piece = tuple[int, int, str]

_MASK = re.compile(r"\[(?:(email)|ip)\]")
_ENDS = r""" \t\r\n\v\f\u00a0\u3000<>()\[\]{},;:"“”‘’«»|\\/=?&@＠#"""
"""What the part before the at sign cannot hold."""
_MAIL = re.compile(  # a short part before it, where that is easily told; an at sign; a host
    rf"(?:(?<![^{_ENDS}])([^%\ufe6b{_ENDS}]{{1,64}}+))?+"
    r"([@\uff20\ufe6b]|%40|&#0*64;|&#[xX]0*40;|&[cC][oO][mM][mM][aA][tT];)"
    r"(?:\[[\w:.]{1,64}\]|[^\W_][\w-]*+(?:[.\u3002\uff0e\uff61](?=\w)[\w-]*+)++)"
)
_SIGN = re.compile("[@\uff20\ufe6b%&]")
_LOCAL = re.compile(rf"[^{_ENDS}]*+")
_NEAR = 64
_HANDLE = re.compile(r"@\w{1,64}")
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(rf"(?<![\w.])(?:{_OCTET}\.){{3}}{_OCTET}(?![\w]|\.\d)")
_IPV6 = re.compile(
    r"(?<![\w:])(?:[0-9a-fA-F]{0,4}(?::|%3[aA])){2,7}[0-9a-fA-F.]{0,15}(?:%\w{1,16})?(?![\w:])"
)
_GROUPS = 8


def pieces(text: str) -> list[Piece]:
    """Where addresses, their masks and handles stand: (start, end, token), in order, disjoint."""
    found, rest = _addresses(text)
    found += [(m.start(), m.end(), HANDLE) for m in _HANDLE.finditer(rest)]
    return sorted(found)


def tokens(text: str) -> str:
    """The text with every piece replaced by its token, without telling where they stood."""
    found, _ = _addresses(text)
    if found:
        text = replace(text, sorted(found))
    return _HANDLE.sub(HANDLE, text) if "@" in text else text


def _addresses(text: str) -> tuple[list[Piece], str]:
    """All pieces but handles, kind by kind, and the text with them overwritten."""
    found: list[Piece] = []
    for kind in (_masks, _mails, _ipv4, _ipv6):
        if new := kind(text):
            found += new
            text = _blank(text, new)
    return found, text


def replace(text: str, found: list[Piece]) -> str:
    """The text with each piece replaced by its token."""
    kept, done = [], 0
    for start, end, token in found:
        kept.append(text[done:start])
        kept.append(token)
        done = end
    kept.append(text[done:])
    return "".join(kept)


def _blank(text: str, found: list[Piece]) -> str:
    """The text with pieces overwritten, so that nothing is found in them again."""
    kept, done = [], 0
    for start, end, _ in found:
        kept.append(text[done:start])
        kept.append("]" * (end - start))
        done = end
    kept.append(text[done:])
    return "".join(kept)


def _masks(text: str) -> list[Piece]:
    if "[" not in text:
        return []
    return [(m.start(), m.end(), EMAIL if m[1] else IP) for m in _MASK.finditer(text)]


def _mails(text: str) -> list[Piece]:
    if not _SIGN.search(text):
        return []
    found: list[Piece] = []
    done = 0
    for match in _MAIL.finditer(text):
        start, end = match.span()
        at = match.start(2)
        if start == at:
            start = _local_start(text, at, done)
        if start < at:
            found.append((start, end, EMAIL))
            done = end
    return found


def _local_start(text: str, at: int, floor: int) -> int:
    """Where the part before the at sign begins: quoted, or as far back as nothing ends it."""
    if at > floor and text[at - 1] == '"':
        opening = text.rfind('"', max(floor, at - 66), at - 1)
        return at if opening < 0 else opening
    near = _length_before(text, at, max(floor, at - _NEAR))
    return at - (near if near < _NEAR else _length_before(text, at, floor))


def _length_before(text: str, at: int, floor: int) -> int:
    backwards = _LOCAL.match(text[floor:at][::-1])
    return backwards.end() if backwards else 0


def _ipv4(text: str) -> list[Piece]:
    if text.count(".") < 3:
        return []
    return [(m.start(), m.end(), IP) for m in _IPV4.finditer(text)]


def _ipv6(text: str) -> list[Piece]:
    if text.count(":") + text.count("%") < 2:
        return []
    return [(m.start(), m.end(), IP) for m in _IPV6.finditer(text) if _is_ipv6(m[0])]


def _is_ipv6(candidate: str) -> bool:
    """What ``ipaddress`` says of it (RFC 4291), in a tenth of the time; IPv4 in it is gone."""
    if "%" in candidate:
        candidate = candidate.replace("%3a", ":").replace("%3A", ":").partition("%")[0]
    if "." in candidate:
        return False
    head, double, tail = candidate.partition("::")
    groups = (head.split(":") if head else []) + (tail.split(":") if tail else [])
    enough = len(groups) < _GROUPS if double else len(groups) == _GROUPS
    return enough and all(0 < len(group) <= 4 for group in groups)
