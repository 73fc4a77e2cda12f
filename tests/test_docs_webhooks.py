"""The receivers in docs/webhooks.md take what Saring sends, and refuse what it does not."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service import events
from service.access import Access
from service.outbound.post import Post
from service.storage import events as told
from service.webhooks import Courier, Webhooks
from tests.conftest import SECRET

DOC = Path(__file__).parent.parent / "docs" / "webhooks.md"
RUN = {"python": [sys.executable, "-W", "ignore"], "js": ["node"], "php": ["php"]}


def now() -> datetime:
    return datetime.now(UTC)


def example(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", DOC.read_text(), re.DOTALL | re.MULTILINE)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the receiver did not start")


@pytest.mark.parametrize("language", RUN)
def test_receivers(language, sqlite, tmp_path):
    if shutil.which(RUN[language][0]) is None:
        pytest.skip(f"{RUN[language][0]} is not installed")
    access = Access(sqlite, SECRET, now)
    access.add_site("kabar")
    site, webhooks, port = access.named_site("kabar"), Webhooks(sqlite, SECRET, now), free_port()
    _, secret = webhooks.add(site, f"http://127.0.0.1:{port}/hook", allow_private=True)
    script = tmp_path / f"hook.{language}"
    script.write_text(example(language))
    serving = ["-S", f"127.0.0.1:{port}"] if language == "php" else []
    environment = {**os.environ, "PORT": str(port), "WEBHOOK_SECRET": secret}
    with (tmp_path / "log").open("w") as log:
        command = [*RUN[language], *serving, str(script)]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        wait_for(port)
        with sqlite.begin() as tx:
            told.tell(tx, site.id, [events.erased("a")], now())
        assert Courier(sqlite, SECRET, now, Post()).deliver() == 1
        with sqlite.begin() as tx:
            told.tell(tx, site.id, [events.erased("b")], now())
        assert Courier(sqlite, b"another secret" * 3, now, Post()).deliver() == 0
    finally:
        server.kill()
        server.wait()
    assert "comment.erased" in (tmp_path / "log").read_text()
    assert [webhook.waiting for webhook in webhooks.all()] == [1]
