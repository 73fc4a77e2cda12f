"""The secret under which a site's Coral signs: derived from ours, or Coral's own kept sealed."""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LEAST_CHARACTERS: Final = 16
MOST_CHARACTERS: Final = 200
_NONCE_BYTES: Final = 12


def derived(secret: bytes, site_id: str, generation: int) -> str:
    """The secret that Saring gives a site's Coral: stored nowhere, made again when asked."""
    message = f"coral\0{site_id}\0{generation}".encode()
    return hmac.digest(secret, message, "sha256").hex()


def sealed(secret: bytes, site_id: str, theirs: str) -> bytes:
    """Coral's own secret, encrypted (AES-256-GCM) so that the database alone does not tell it.

    It is bound to its site: moved to another site's row it cannot be opened.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(secret).encrypt(nonce, theirs.encode(), site_id.encode())


def opened(secret: bytes, site_id: str, kept: bytes) -> str | None:
    """What `sealed` was given; None under another installation's secret or for another site."""
    nonce, body = kept[:_NONCE_BYTES], kept[_NONCE_BYTES:]
    try:
        return _cipher(secret).decrypt(nonce, body, site_id.encode()).decode()
    except (InvalidTag, ValueError):
        return None


def is_signed(body: bytes, under: str, signatures: list[bytes]) -> bool:
    """Whether any of some hexadecimal HMAC-SHA256 signatures of a body was made under a secret."""
    made = hmac.digest(under.encode(), body, "sha256").hex().encode()
    return any(hmac.compare_digest(made, signature) for signature in signatures)


def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(hmac.digest(secret, b"coral secrets at rest", "sha256"))
