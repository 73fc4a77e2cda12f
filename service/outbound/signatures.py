"""Signatures as Standard Webhooks 1.0 has them: base64 HMAC-SHA256 of ``id.timestamp.body``."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from typing import Final

PREFIX: Final = "whsec_"


def secret(installation: bytes, webhook_id: str, generation: int) -> str:
    """A webhook's secret of one generation: derived, so that no copy of it need be kept."""
    message = f"webhook\0{webhook_id}\0{generation}".encode()
    return PREFIX + base64.b64encode(hmac.digest(installation, message, "sha256")).decode()


def headers(message_id: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The three headers of a signed message, with one signature for each secret in force."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(signed, each) for each in secrets),
    }


def _signature(signed: bytes, whsec: str) -> str:
    key = base64.b64decode(whsec.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
