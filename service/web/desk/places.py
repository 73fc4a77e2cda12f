"""Where a request comes from, as a number that says nothing: for the turnstile of keys."""

from __future__ import annotations

import secrets
from hashlib import blake2b
from socket import AF_INET, AF_INET6, inet_pton
from typing import Final

from flask import Request

_MIXED_IN: Final = secrets.token_bytes(16)  # made anew by every start, kept nowhere


def place_of(request: Request) -> int:
    """One of 65,536 numbers for the caller's address (IPv6: its /64), different at every start."""
    address = (request.remote_addr or "").partition("%")[0]
    try:
        if ":" in address:
            network = inet_pton(AF_INET6, address)[:8]
        else:
            network = inet_pton(AF_INET, address)
    except OSError:
        return 0
    return int.from_bytes(blake2b(network, digest_size=2, key=_MIXED_IN).digest())
