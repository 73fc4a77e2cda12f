"""Host names in a text, plain or disguised, and what is no host name though it has a dot.

Indonesian comments often lack the space after a full stop ("mantap.lanjut", "dll.dan"), so a
dotted word is a host only if it ends in a domain that is no word of either language; the others
("org" is short for "orang", "id", "info", "live") also need a digit in the name, a path,
``www`` or ``https``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from service.checks.folding import Folded
from service.scoring.alphabet import Kind

_PLAIN = (
    "com xyz biz icu vip asia mobi online site website casino poker cc ly tk gq ru cn ws "
    "co.id web.id or.id my.id biz.id ac.id sch.id go.id co.uk com.my"
)
_WORDS = (
    "org net id me my to co info io gg in is it so am la rest best run store shop club live top "
    "fun win bet games game link click pro app dev blog space tech world today life cloud host gd "
    "gl tv us uk sg ai bio page"
)
PLAIN_DOMAINS: Final = frozenset(_PLAIN.split())
WORD_DOMAINS: Final = frozenset(_WORDS.split())
_RUN = re.compile(r"(?<![\w.@-])(h(?:tt|xx)ps?://)?((?:[a-z0-9-]++\.)+[a-z0-9-]++)(?:(/\S*+)?)")
_JOINING_DOT = re.compile(r"\.[a-z0-9-]")
_HIDDEN_FOR = re.compile("com|net|org|xyz|biz")
_FOR_A_DOT = re.compile(r"[.,]|dot|titik")
_HIDDEN_DOT = re.compile(
    r"(?<![\w.@-])([a-z0-9-]++)"
    r"(?:\s?[\[({]\s?(?:[.,]|dot|titik)\s?[\])}]\s?|\s(?:dot|titik)\s|(\s[.,]\s?|[.,]\s|,))"
    r"(com|net|org|xyz|biz)(?![\w-])(?:/\S*+)?"
)
_DISGUISES: Final = (Kind.FANCY, Kind.LOOK_ALIKE, Kind.TURNED, Kind.COMBINING, Kind.HIDDEN)


class Host(NamedTuple):
    """A host name and its place in the original, in code points, path included.

    ``hidden``: its dot or scheme was disguised; ``look_alike``: its letters were.
    """

    name: str
    start: int
    end: int
    hidden: bool
    look_alike: bool


def find(folded: Folded) -> list[Host]:
    """Every host in a folded text. Linear: each pattern starts once per run of letters."""
    text = folded.text.replace("。", ".")
    plain = _plain(text, folded) if _JOINING_DOT.search(text) else ()
    hidden = _hidden(text, folded) if _can_hide(text) else ()
    if not (plain or hidden):
        return []
    return sorted((*plain, *hidden), key=lambda host: host.start)


def _can_hide(text: str) -> bool:
    """Whether there is a domain that a dot is hidden for, and a mark or word for a dot."""
    return bool(_HIDDEN_FOR.search(text) and _FOR_A_DOT.search(text))


def _plain(text: str, folded: Folded) -> Iterator[Host]:
    for match in _RUN.finditer(text):
        scheme, dotted, path = match.groups()
        name = _host(dotted, bool(scheme or path))
        if name:
            end = match.end() if len(name) == len(dotted) else match.start(2) + len(name)
            yield _at(folded, name, match.start(), end, bool(scheme and "x" in scheme))


def _hidden(text: str, folded: Folded) -> Iterator[Host]:
    for match in _HIDDEN_DOT.finditer(text):
        name, stop, domain = match.groups()
        if not stop or domain in PLAIN_DOMAINS or any(char.isdigit() for char in name):
            yield _at(folded, f"{name}.{domain}", match.start(), match.end(), True)


def _at(folded: Folded, name: str, start: int, end: int, hidden: bool) -> Host:
    first, last = folded.span(start, end)
    kinds = folded.kinds[first:last]
    look_alike = any(kind in kinds for kind in _DISGUISES)
    return Host(name.removeprefix("www."), first, last, hidden, look_alike)


def _host(dotted: str, marked: bool) -> str:
    """The longest beginning of dotted words that is a host name; empty if none is.

    ``marked``: a scheme or path says that it is meant as one.
    """
    labels = dotted.split(".")[:10]
    marked = marked or labels[0] == "www"
    for size in range(len(labels), 1, -1):
        if _ends_in_domain(labels[:size], marked):
            return ".".join(labels[:size])
    return ""


def _ends_in_domain(labels: list[str], marked: bool) -> bool:
    name, last = labels[-2], labels[-1]
    if not any(char.isalpha() for char in name):
        return False
    if last in PLAIN_DOMAINS or (len(labels) > 2 and f"{name}.{last}" in PLAIN_DOMAINS):
        return True
    telling = any(char.isdigit() or char == "-" for char in name)
    return last in WORD_DOMAINS and (marked or telling)
