"""Which addresses may be connected to: no webhook may reach into the network we stand in."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import Final

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from service.errors import FieldError, Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

_LONGEST: Final = 2000
# Public by number, and yet the door to a cloud's own metadata (Azure's "wire server").
_METADATA: Final = frozenset({ipaddress.ip_address("168.63.129.16")})
# Even inside one's own network nothing is told to these; 192.0.0.192 is Oracle's metadata,
# fd00:ec2::254 EC2's and fd20:ce::254 Google's.
_NEVER: Final = (
    ipaddress.ip_network("169.254.0.0/16"),
    ipaddress.ip_network("fe80::/10"),
    ipaddress.ip_network("fec0::/10"),
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("fd00:ec2::/32"),
    ipaddress.ip_network("fd20:ce::254/128"),
    ipaddress.ip_network("100.100.100.200/32"),
)
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class Refused(Exception):
    """This address is not connected to."""


def checked_url(url: str, *, allow_private: bool) -> Url:
    """The parts of a webhook's URL, or `Invalid`: https, or http inside one's own network."""
    try:
        parts = parse_url(url)
    except LocationParseError:
        raise Invalid([FieldError("url", "webhook_url")]) from None
    schemes = ("https", "http") if allow_private else ("https",)
    odd = parts.auth or parts.fragment or len(url) > _LONGEST or not url.isprintable()
    if parts.scheme not in schemes or not parts.host or odd or " " in url or parts.port == 0:
        raise Invalid([FieldError("url", "webhook_url")])
    return parts


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def permitted(host: str, port: int, *, allow_private: bool, resolve: Resolve) -> Sequence[str]:
    """The host's addresses, every one of them checked; `Refused` if any may not be reached.

    What is returned is what must be connected to: asking the name again could give another answer.
    """
    found = resolve(host.strip("[]"), port)
    for text in found:
        address = ipaddress.ip_address(text.partition("%")[0])
        if not all(_may_reach(a, allow_private=allow_private) for a in _meant_by(address)):
            raise Refused
    if not found:
        raise Refused
    return found


def _meant_by(address: Address) -> list[Address]:
    """The address and any IPv4 address that is carried inside it."""
    meant: list[Address | None] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        meant += [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            meant.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if int(address) >> 32 == 0 and int(address) > 1:  # "IPv4-compatible", long deprecated
            meant.append(ipaddress.IPv4Address(int(address)))
        if address.ipv4_mapped or address in _NAT64:
            meant = meant[1:]  # only the way in which an IPv4 address is written
    return [one for one in meant if one is not None]


def _may_reach(address: Address, *, allow_private: bool) -> bool:
    if address.is_multicast or address.is_unspecified or address in _METADATA:
        return False
    if any(address in network for network in _NEVER):
        return False
    if allow_private:
        return not address.is_reserved or address.is_loopback
    return address.is_global and not address.is_reserved
