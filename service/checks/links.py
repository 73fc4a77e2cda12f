"""Links: how many, how long beside the text, how disguised, where they lead, and for whom."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Final

from service.checks import hosts as names
from service.checks.folding import Folded, fold
from service.checks.hosts import Host
from service.checks.website import host_of, is_platform, observations
from service.comments import Match, Signal, Submission

HOLD_WEIGHT: Final = 0.5
"""The weight of as many links as the site holds from; told as the signal's threshold."""

EVIDENCE: Final = {
    "link": 0.15,
    "too many": HOLD_WEIGHT,
    "mostly link": 0.25,
    "in the name": 0.5,
    "keyword for a name": 0.4,
    "nothing but keywords": 0.3,
    "name is the address": 0.4,
    "shop for a website": 0.35,
    "empty praise": 0.3,
    "deep page": 0.15,
    "under many names": 0.45,
    "added by an edit": HOLD_WEIGHT,
    "shortener": 0.3,
    "hidden": 0.6,
    "look-alike": 0.8,
    "others rejected": 0.4,
    "rejected before": 0.9,
}
"""What each observation adds; they combine as 1 - product(1 - weight)."""

LONGEST: Final = 253
"""Characters of a host's name (RFC 1035, 2.3.4)."""

MANY_NAMES: Final = 3
"""So many people with one website, and it is the website that is being advertised."""

_SHORTENERS = (
    "bit.ly s.id t.ly tinyurl.com cutt.ly rb.gy shorturl.at is.gd v.gd ow.ly buff.ly goo.gl t.co "
    "linktr.ee heylink.me lynk.id linkr.bio rebrand.ly t2m.io adf.ly shrinke.me tiny.cc tiny.one "
    "soo.gd lnk.bio msha.ke beacons.ai bio.link wa.link wa.me t.me telegram.me"
)
SHORTENERS: Final = frozenset(_SHORTENERS.split())
"""Shorteners, link pages and chat links: the place behind them is hidden or can change."""


def hosts(submission: Submission) -> tuple[str, ...]:
    """Every host in text, name and website field, each once, in order; never the site's own, and
    none that is too long for a name of the Internet: no index of PostgreSQL would take it."""
    found = [host.name for host in names.find(fold(submission.content))]
    found += [host.name for host in names.find(fold(submission.author_name))]
    found.append(host_of(submission.author_url))
    own = host_of(submission.permalink)
    fit = (name for name in found if 0 < len(name) <= LONGEST and name != own)
    return tuple(dict.fromkeys(fit))


def website_of(submission: Submission) -> str:
    """The host of the website field where it is its owner's alone; else empty."""
    host = host_of(submission.author_url)
    return "" if _is_shared(host) else host


def _is_shared(host: str) -> bool:
    """Whether what is under a host says nothing of its next page: they are different people's."""
    return host in SHORTENERS or is_platform(host)


def links(
    submission: Submission,
    *,
    hold_from: int,
    rejected_hosts: frozenset[str],
    website_names: int = 0,
    added: bool = False,
    folded: Folded | None = None,
) -> list[Signal]:
    """LINKS, if there is anything to tell. ``hold_from`` 0: no number of links is too many.

    ``website_names`` counts other names that gave the same website; ``added``: a host came by an
    edit, after the comment was accepted; ``folded`` is the folded text where the caller has it.
    """
    own = host_of(submission.permalink)
    folded = folded or fold(submission.content)
    found = [h for h in names.find(folded) if h.name != own]
    named = [h for h in names.find(fold(submission.author_name)) if h.name != own]
    site = host_of(submission.author_url)
    raised = {
        *_of_text(found, len(submission.content), hold_from),
        *_of_places([*(h.name for h in (*found, *named)), site], rejected_hosts),
        *(["in the name"] if named else []),
        *(_of_person(submission, folded, found) if found or site else ()),
        *(["added by an edit"] if added else []),
        *(["under many names"] if website_names + 1 >= MANY_NAMES else []),
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


def _of_person(submission: Submission, text: Folded, found: list[Host]) -> Iterable[str]:
    """What name, website and praise say together; a link in the text stands for a website."""
    website = submission.author_url or f"https://{found[0].name}"
    return observations(submission.author_name, website, text, submission.post_title)


def _of_places(found: Iterable[str], rejected: frozenset[str]) -> Iterable[str]:
    for name in found:
        if name in SHORTENERS:
            yield "shortener"
        if name and name in rejected:
            yield "others rejected" if _is_shared(name) else "rejected before"


def _weight(host: Host, rejected: frozenset[str]) -> float:
    about = {"link", *_of_places([host.name], rejected)}
    about |= {"hidden"} if host.hidden else set()
    about |= {"look-alike"} if host.look_alike else set()
    return max(EVIDENCE[name] for name in about)
