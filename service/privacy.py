"""The one door for personal data: e-mail and IP addresses become keyed hashes or masks here.

What passes it has no field for an address, so no later room can leak one. A keyed hash of an
address is still personal data under GDPR and UU PDP: it is per site, and `forget` erases it.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple
from functools import lru_cache

from service import veils
from service.comments import TEST_STRINGS, Arrival, Submission, new_id
from service.mailboxes import Mailbox, MailDomains, ascii_domain

EMAIL_MASK = "[email]"
IP_MASK = "[ip]"

# What follows knows plain letters only: `veils` has taken off codes and other forms of them.
# U+0300 to U+1FFF are the scripts whose vowels and accents stand beside the letters.
_DOMAIN = re.compile(
    r"(?:\[(?=[a-zA-Z.]{0,63}[\d:])[\w:.]{1,64}\]"
    r"|[^\W_](?:[\w\u0300-\u1fff-]|[.\u3002\uff61](?=\w))*)",
    re.UNICODE,
)
_NOT_LOCAL = frozenset(' \t\r\n\v\f\u00a0\u3000<>()[]{},;:"“”‘’«»|\\/=?&@#')
# Dotted quads as people write them: leading zeros, or with dots put in brackets so that no
# program takes them for a link. Such an oddity is still an address to its reader.
_DOT = r"(?:[.\u3002\uff61]|[(\[{](?:[.]|dot|titik)[)\]}])"
_OCTET = r"(?:0[xX][0-9a-fA-F]{1,2}|\d{1,4})"
_IPV4 = re.compile(rf"(?<![^\W_])(?<!\d[.])(?:{_OCTET}{_DOT}){{3}}{_OCTET}(?![^\W_]|[.]\d)")
_DOTS = re.compile(_DOT)
_AMOUNT = re.compile(r"\d{1,3}(?:\.\d{3}){3}")  # thousands of millions, the Indonesian way
_CURRENCY = re.compile(r"(?:rp|idr|usd|\$)[.\s]*$", re.IGNORECASE)
_IPV6 = re.compile(  # the group; "ip:" before it is no part of it
    r"(?<![^\W_])(?<!:)(?:\w{0,24}[^\W_0-9a-fA-F]\w{0,24}:(?=:{0,2}[0-9a-fA-F]))?"
    r"((?:[0-9a-fA-F]{0,4}:){2,7}(?:[0-9a-fA-F.]{0,14}[0-9a-fA-F])?(?:%\w{1,16})?)(?![^\W_]|:)"
)
_PASSES = 3
"""A mask is no letter: it may set free what stood against an address, and that once more."""


def seal(
    arrival: Arrival, site_id: str, secret: bytes, domains: MailDomains | None = None
) -> Submission:
    """Turn an arrival into a submission that holds no address.

    Hashes are HMAC-SHA256 (RFC 2104) under a key derived for the site, of the normalised
    address, as 32 hexadecimal digits. Of the address's domain only what the site's lists say
    of it is passed on.
    """
    key = _site_key(site_id, secret)
    author = author_key(arrival.author_email, site_id, secret)
    place = f"{arrival.permalink}\0{arrival.parent_id}\0{arrival.content}"
    if arrival.content in TEST_STRINGS:  # a monitor posts them again and again: no two are twins
        place += f"\0{new_id()}"
    page = _number(key, "page", arrival.permalink or place)
    return Submission(
        content=mask(arrival.content),
        author_name=mask(arrival.author_name),
        author_url=mask(arrival.author_url),
        permalink=mask(arrival.permalink),
        post_title=mask(arrival.post_title),
        parent_id=mask(arrival.parent_id),
        locale=mask(arrival.locale),
        author_key=author,
        network_key=_network_key(arrival.author_ip, key),
        twin_by_name=_twin(key, page, "name", arrival.author_name, place),
        twin_by_author=_twin(key, page, "author", author or arrival.author_name, place),
        text_key=_number(key, "text", arrival.content),
        honeypot_filled=arrival.honeypot_filled,
        submitted_after_ms=arrival.submitted_after_ms,
        mailbox=_mailbox(arrival.author_email, domains) if domains else "",
    )


def author_key(email: str, site_id: str, secret: bytes) -> str:
    """The keyed hash that stands for a commenter on one site; empty for an empty address."""
    address = _canonical_email(email)
    return _digest(_site_key(site_id, secret), "email", address) if address else ""


def fingerprint(value: str, site_id: str, secret: bytes) -> str:
    """A keyed digest of something a client sent that is kept only to recognise it again."""
    return _digest(_site_key(site_id, secret), "fingerprint", value)


def arrival_digest(arrival: Arrival, site_id: str, secret: bytes) -> str:
    """A keyed digest of everything in an arrival: equal only for the same request."""
    return fingerprint("\0".join(map(str, astuple(arrival))), site_id, secret)


def mask(text: str) -> str:
    """The text with e-mail and IP addresses replaced by ``[email]`` and ``[ip]``; linear time.

    Also where letters of one are percent-encoded or HTML entities, or what nobody sees stands
    between them.
    """
    for _ in range(_PASSES):
        masked = _masked_once(text) if text else text
        if masked == text:
            break
        text = masked
    return text


def _masked_once(text: str) -> str:
    plain = text if text.isascii() and "%" not in text and "&" not in text else veils.lift(text)
    if plain != text and (found := _addresses(plain)):
        text = _laid_over(text, found)
    return _masked(text)


def _laid_over(text: str, found: list[tuple[int, int, str]]) -> str:
    """A text with masks where addresses stand in what it says without its veils."""
    places, kept, done = veils.places(text), [], 0
    for start, end, mark in found:
        first, last = places[start][0], places[end - 1][1]
        if first >= done:
            kept += [text[done:first], mark]
            done = last
    return "".join([*kept, text[done:]])


def _addresses(text: str) -> list[tuple[int, int, str]]:
    """Where addresses stand, and the mask of each."""
    found = [(start, end, EMAIL_MASK) for start, end in _mails(text)]
    if _has_dots(text):
        found += [(*m.span(), IP_MASK) for m in _IPV4.finditer(text) if _mask_if_quad(m) == IP_MASK]
    if text.count(":") > 1:
        found += [(*m.span(1), IP_MASK) for m in _IPV6.finditer(text) if _is_ip(m[1])]
    return sorted(found)


def _masked(text: str) -> str:
    if "@" in text:
        text = _mask_emails(text)
    if _has_dots(text):
        text = _IPV4.sub(_mask_if_quad, text)
    if text.count(":") > 1:
        text = _IPV6.sub(_mask_if_ip, text)
    return text


def _mask_emails(text: str) -> str:
    kept, done = [], 0
    for start, end in _mails(text):
        kept += [text[done:start], EMAIL_MASK]
        done = end
    return "".join([*kept, text[done:]])


def _mails(text: str) -> Iterator[tuple[int, int]]:
    """Where e-mail addresses stand, in order."""
    done, floor = 0, 0
    at = text.find("@")
    while at >= 0:
        start = _local_start(text, at, max(done, floor))
        floor = at + 1  # no part is looked at twice: "@@…" must not take quadratic time
        domain = _DOMAIN.match(text, floor)
        if at >= done and start < at and domain and not _is_bare_word(domain[0]):
            done = domain.end()
            yield start, done
        at = text.find("@", floor)


def _local_start(text: str, at: int, floor: int) -> int:
    if at > floor and text[at - 1] == '"':  # "john doe"@example.com, RFC 5322 quoted string
        opening = text.rfind('"', max(floor, at - 66), at - 1)
        return at if opening < 0 or EMAIL_MASK in text[opening:at] else opening
    start = at
    while start > floor and text[start - 1] not in _NOT_LOCAL:
        start -= 1
    return start


def _is_bare_word(domain: str) -> bool:
    return not any(mark in domain for mark in ".\u3002\uff61[")


def _has_dots(text: str) -> bool:
    """Whether there may be three dots of one kind; nearly every text ends the question here."""
    return text.count(".") > 2 or not text.isascii() or "dot" in text or "titik" in text


def _mask_if_quad(match: re.Match[str]) -> str:
    """Four numbers below 256, in decimal whatever zeros lead them, in hexadecimal after 0x."""
    before = match.string[max(0, match.start() - 8) : match.start()]
    if _AMOUNT.fullmatch(match[0]) and (match[0].endswith("000") or _CURRENCY.search(before)):
        return match[0]
    octets = _DOTS.split(match[0])
    numbers = [int(o[2:], 16) if o[1:2] in ("x", "X") else int(o) for o in octets]
    return IP_MASK if len(numbers) == 4 and max(numbers) < 256 else match[0]


def _mask_if_ip(match: re.Match[str]) -> str:
    before = match.string[match.start() : match.start(1)]
    return before + IP_MASK if _is_ip(match[1]) else match[0]


def _is_ip(written: str) -> bool:
    with suppress(ValueError):
        return bool(ipaddress.ip_address(written.partition("%")[0]))
    return False


def _mailbox(email: str, domains: MailDomains) -> Mailbox:
    return domains.kind(_canonical_email(email).rpartition("@")[2])


def _canonical_email(email: str) -> str:
    """One spelling per mailbox: NFKC, no case, the domain in its ASCII form (IDNA 2008)."""
    folded = unicodedata.normalize("NFKC", email).strip().casefold()
    local, at, domain = folded.rpartition("@")
    with suppress(ValueError):  # what is no domain stays as it is
        domain = ascii_domain(domain)
    return f"{local}{at}{domain.rstrip('.')}"


def _network_key(ip: str, key: bytes) -> str:
    """IPv4 whole; IPv6 by its /64, which is what one household or phone holds."""
    if not ip:
        return ""
    try:
        address = ipaddress.ip_address(ip.strip().partition("%")[0])
    except ValueError:
        return ""
    if address.is_unspecified:  # 0.0.0.0 and ::, which mean "no address"
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        if mapped is None:
            return _digest(key, "network", str(int(address) >> 64))
        address = mapped
    return _digest(key, "network", str(address))


@lru_cache(maxsize=256)
def _site_key(site_id: str, secret: bytes) -> bytes:
    return hmac.digest(secret, b"site\0" + site_id.encode(), "sha256")


def _digest(key: bytes, *parts: str) -> str:
    message = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hmac.digest(key, message, "sha256").hex()[:32]


def _number(key: bytes, *parts: str) -> int:
    """A digest that fits a signed 64-bit column."""
    return int(_digest(key, *parts)[:16], 16) >> 1


def _twin(key: bytes, page: int, *parts: str) -> int:
    """A number that only twins share; its first 16 bits are the page's.

    So what is written to today's pages lies together in the index, however much there is: a
    number without order would touch a leaf of its own with each comment. A false twin is to be
    expected once in 10¹¹ comments where 1,000 stand on a page and 10⁷ on the site.
    """
    return (page >> 47 << 47) | (_number(key, *parts) >> 16)
