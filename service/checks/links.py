"""Links: how many, how long beside the text, how disguised, and where they lead."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Final
from urllib.parse import urlsplit

from service.checks import hosts as names
from service.checks.folding import Folded, fold
from service.checks.hosts import Host
from service.checks.words import words
from service.comments import Match, Signal, Submission

HOLD_WEIGHT: Final = 0.5
"""The weight of as many links as the site holds from; told as the signal's threshold."""

EVIDENCE: Final = {
    "link": 0.15,
    "too many": HOLD_WEIGHT,
    "mostly link": 0.25,
    "in the name": 0.5,
    "keyword for a name": 0.2,
    "shortener": 0.3,
    "hidden": 0.6,
    "look-alike": 0.8,
    "rejected before": 0.9,
}
"""What each observation adds; they combine as 1 - product(1 - weight)."""

_SHORTENERS = (
    "bit.ly s.id t.ly tinyurl.com cutt.ly rb.gy shorturl.at is.gd v.gd ow.ly buff.ly goo.gl t.co "
    "linktr.ee heylink.me lynk.id linkr.bio rebrand.ly t2m.io adf.ly shrinke.me tiny.cc tiny.one "
    "soo.gd lnk.bio msha.ke beacons.ai bio.link wa.link wa.me t.me telegram.me"
)
SHORTENERS: Final = frozenset(_SHORTENERS.split())
"""Shorteners, link pages and chat links: the place behind them is hidden or can change."""

_KEYWORDS = (
    "slot slots gacor togel toto judi casino kasino poker bandar maxwin rtp situs agen link login "
    "daftar bonus jasa jual beli harga murah obat sewa rental toko grosir distributor supplier "
    "pinjaman pinjol kredit dana travel umroh cargo ekspedisi kontraktor cheap buy best online "
    "shop store seo backlink agency service services loan loans viagra cialis forex crypto"
)
KEYWORDS: Final = frozenset(_KEYWORDS.split())
"""Words that nobody is called by, but many a keyword sold as a name holds."""


def hosts(submission: Submission) -> tuple[str, ...]:
    """Every host in text, name and website field, each once, in order; never the site's own."""
    found = [host.name for host in names.find(fold(submission.content))]
    found += [host.name for host in names.find(fold(submission.author_name))]
    found.append(_host_of(submission.author_url))
    own = _host_of(submission.permalink)
    return tuple(dict.fromkeys(name for name in found if name and name != own))


def links(
    submission: Submission,
    *,
    hold_from: int,
    rejected_hosts: frozenset[str],
    folded: Folded | None = None,
) -> list[Signal]:
    """LINKS, if there is anything to tell. ``hold_from`` 0: no number of links is too many.

    ``folded`` is the folded text where the caller has it already.
    """
    own = _host_of(submission.permalink)
    found = [h for h in names.find(folded or fold(submission.content)) if h.name != own]
    named = [h for h in names.find(fold(submission.author_name)) if h.name != own]
    site = _host_of(submission.author_url)
    raised = {
        *_of_text(found, len(submission.content), hold_from),
        *_of_places([*(h.name for h in (*found, *named)), site], rejected_hosts),
        *(["in the name"] if named else []),
        *(["keyword for a name"] if (found or site) and _is_keyword(submission) else []),
    }
    if not raised:
        return []
    weight = 1 - prod(1 - EVIDENCE[name] for name in raised)
    matches = tuple(Match(h.start, h.end, _weight(h, rejected_hosts)) for h in found)
    return [Signal("LINKS", round(weight, 3), HOLD_WEIGHT, matches)]


def _of_text(found: list[Host], length: int, hold_from: int) -> Iterable[str]:
    if found:
        yield "link"
    if 0 < hold_from <= len(found):
        yield "too many"
    if sum(h.end - h.start for h in found) * 2 > length:
        yield "mostly link"
    if any(h.hidden for h in found):
        yield "hidden"
    if any(h.look_alike for h in found):
        yield "look-alike"


def _of_places(found: Iterable[str], rejected: frozenset[str]) -> Iterable[str]:
    for name in found:
        if name in SHORTENERS:
            yield "shortener"
        if name and name in rejected:
            yield "rejected before"


def _weight(host: Host, rejected: frozenset[str]) -> float:
    about = {"link", *_of_places([host.name], rejected)}
    about |= {"hidden"} if host.hidden else set()
    about |= {"look-alike"} if host.look_alike else set()
    return max(EVIDENCE[name] for name in about)


def _is_keyword(submission: Submission) -> bool:
    name = words(fold(submission.author_name))
    return any(word.text in KEYWORDS for word in name)


def _host_of(url: str) -> str:
    """The host of an address, without ``www``; empty if it has none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return fold(host).text.removeprefix("www.")
