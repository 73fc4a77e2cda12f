"""Where a request comes from, as a number that says nothing: for the turnstile of keys."""

from __future__ import annotations

import secrets
from hashlib import blake2b
from typing import Final

from flask import Request

from service import callers

_MIXED_IN: Final = secrets.token_bytes(16)  # made anew by every start, kept nowhere


def place_of(request: Request) -> int:
    """One of 65,536 numbers for the caller's network, different at every start."""
    network = callers.network(request.remote_addr or "")
    return int.from_bytes(blake2b(network, digest_size=2, key=_MIXED_IN).digest())
