"""The service itself: a comment is validated, scored, decided on in its company, and stored."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.peering.peer import used_by
from benchmarks.throughput import ROOT, free_bind, started

_SARING = [sys.executable, "-c", "from service.cli import main; main()"]


class Saring:
    """One worker, so that it stands beside servers of one worker."""

    name = "Saring, the service"
    way = "POST /v1/comments, one kept-alive connection"

    def __init__(self, bind: str, key: str, pid: int) -> None:
        host, _, port = bind.partition(":")
        self._line = http.client.HTTPConnection(host, int(port), timeout=30)
        self._key, self._pid, self._number = key, pid, 0

    def score(self, text: str) -> float:
        """The probability of spam; every comment is by somebody else, or it would be a flood."""
        self._number += 1
        comment = {
            "content": text, "author_name": f"Budi {self._number}",
            "author_email": f"budi{self._number}@example.com",
            "permalink": f"https://news.example/{self._number}",
        }  # fmt: skip
        head = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        try:
            told = self._post(json.dumps(comment), head)
        except (http.client.HTTPException, OSError):  # it closes lines that were idle for seconds
            self._line.close()
            told = self._post(json.dumps(comment), head)
        scores = told.get("scores") or {}
        return float(max(scores.get("spam", 0.0), scores.get("gambling", 0.0)))

    def _post(self, body: str, head: dict[str, str]) -> Any:
        self._line.request("POST", "/v1/comments", body, head)
        return json.loads(self._line.getresponse().read())

    def processor_seconds(self) -> float:
        """Of its processes."""
        return used_by((self._pid,))


@contextmanager
def saring(home: Path) -> Iterator[Saring]:
    """A running one on a home of its own."""
    bind = free_bind()
    env = {
        **os.environ, "SARING_HOME": str(home), "SARING_BIND": bind, "SARING_DEMO": "0",
        "SARING_WORKERS": "1",
    }  # fmt: skip
    add = [*_SARING, "site", "add", "bench", "--json"]
    added = subprocess.run(add, cwd=ROOT, env=env, check=True, capture_output=True)
    with started([*_SARING, "serve"], bind, env) as pid:
        yield Saring(bind, json.loads(added.stdout)["key"], pid)
