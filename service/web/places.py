"""Where a request comes from, as a number that says nothing: for the turnstile of keys."""

from __future__ import annotations

import ipaddress
import secrets
from hashlib import blake2b
from typing import Final

from flask import Request

_MIXED_IN: Final = secrets.token_bytes(16)  # made anew by every start, kept nowhere


def place_of(request: Request) -> int:
    """One of 65,536 numbers for the caller's address (IPv6: its /64), different at every start."""
    try:
        address = ipaddress.ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:
        return 0
    network = address.packed[:8] if address.version == 6 else address.packed
    return int.from_bytes(blake2b(network, digest_size=2, key=_MIXED_IN).digest())
