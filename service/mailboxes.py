"""Mail domains: those that a site blocks, and those that lend a mailbox to anybody for minutes.

The second list is `disposable-email-domains`; a site's allowed domains are exceptions from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final, Literal

import idna

from service.errors import FieldError, Invalid

Mailbox = Literal["", "blocked", "disposable"]

MOST_DOMAINS: Final = 20_000
_LONGEST: Final = 253  # RFC 1035


class MailDomains:
    """A site's lists of mail domains. A domain stands for those below it as well."""

    def __init__(self, blocked: Iterable[str] = (), allowed: Iterable[str] = ()) -> None:
        """Every entry that is no domain is named in one `Invalid`, as ``field[index]``."""
        bad: list[FieldError] = []
        self._blocked = _read(blocked, "blocked_email_domains", bad)
        self._allowed = _read(allowed, "allowed_email_domains", bad)
        if bad:
            raise Invalid(bad)

    def kind(self, domain: str) -> Mailbox:
        """What is known of mailboxes at a domain, given in its ASCII form. A few look-ups.

        The longest listed domain decides, so that one below a blocked one can be allowed.
        """
        labels = domain.split(".")
        for start in range(len(labels) - 1):
            name = ".".join(labels[start:])
            if name in self._allowed:
                return ""
            if name in self._blocked:
                return "blocked"
            if name in _disposable():
                return "disposable"
        return ""


def ascii_domain(domain: str) -> str:
    """A domain in lower case and Punycode (IDNA 2008, UTS 46); ValueError where it is none."""
    if domain.isascii() and "xn--" not in domain.lower():
        return domain.lower()
    return idna.encode(domain, uts46=True).decode()


@cache
def _disposable() -> frozenset[str]:
    """Ten thousand domains, read at the first need."""
    from disposable_email_domains import blocklist

    return frozenset(blocklist)


def _read(entries: Iterable[str], field: str, bad: list[FieldError]) -> frozenset[str]:
    listed = tuple(entries)
    if len(listed) > MOST_DOMAINS:
        bad.append(FieldError(field, "too_many", MOST_DOMAINS))
        return frozenset()
    found = [_domain(entry) for entry in listed]
    bad += [FieldError(f"{field}[{i}]", "domain") for i, name in enumerate(found) if not name]
    return frozenset(found)


def _domain(entry: str) -> str:
    """The domain that an entry names, also as ``@example.com``; empty where it names none."""
    written = entry.strip().removeprefix("@").rstrip(".")
    try:
        name = ascii_domain(written)
        labels = [idna.encode(label, std3_rules=True).decode() for label in name.split(".")]
    except ValueError:  # IDNAError is one
        return ""
    telling = len(labels) > 1 and not labels[-1].isdecimal() and len(name) <= _LONGEST
    return name if telling else ""
