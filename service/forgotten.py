"""Who was forgotten, and when: so that a backup from before does not bring anybody back.

The ledger is a file in the home. It holds no address, and not the keys of the database either but
keyed digests of them, which tell something only to who has the secret and the key.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

FILE: Final = "forgotten"


class Ledger:
    """Digests of the authors' keys that were forgotten, each with its latest moment."""

    def __init__(self, home: Path, secret: bytes) -> None:
        self._path = home / FILE
        self._secret = secret

    def write(self, author_keys: Iterable[str], now: datetime) -> None:
        """Add authors; on disk before this returns, for the erasing comes after it."""
        lines = [json.dumps([self.digest(key), now.isoformat()]) for key in author_keys]
        opened = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(opened, "a", encoding="ascii") as file:
            file.write("\n".join(["", *lines, ""]))  # a line that a crash cut stays alone
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> Mapping[str, datetime]:
        """When each digest's author was last forgotten; a line cut by a crash is passed over."""
        found: dict[str, datetime] = {}
        for line in self._path.read_text("ascii").splitlines() if self._path.exists() else ():
            try:
                digest, moment = json.loads(line)
                found[digest] = datetime.fromisoformat(moment)
            except (ValueError, TypeError):
                continue
        return found

    def digest(self, author_key: str) -> str:
        """What stands in the ledger for an author's key."""
        return hmac.digest(self._secret, b"forgotten\0" + author_key.encode(), "sha256").hex()[:32]
