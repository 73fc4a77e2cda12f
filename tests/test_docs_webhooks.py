"""The receivers in docs/webhooks.md take what Saring sends, and refuse what it does not."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from service import events
from service.access import Access
from service.comments import utc_now
from service.outbound.post import Post
from service.storage import events as told
from service.webhooks import Courier, Webhooks
from tests.conftest import SECRET
from tests.running import free_port, until

DOC = Path(__file__).parent.parent / "docs" / "webhooks.md"
RUN = {"python": [sys.executable, "-W", "ignore"], "js": ["node"], "php": ["php"]}


def example(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", DOC.read_text(), re.DOTALL | re.MULTILINE)
    return found


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("language", RUN)
def test_receivers(language, sqlite, tmp_path):
    if shutil.which(RUN[language][0]) is None:
        pytest.skip(f"{RUN[language][0]} is not installed")
    access = Access(sqlite, SECRET, utc_now)
    access.add_site("kabar")
    site, webhooks, port = (
        access.named_site("kabar"),
        Webhooks(sqlite, SECRET, utc_now),
        free_port(),
    )
    _, secret = webhooks.add(site, f"http://127.0.0.1:{port}/hook", allow_private=True)
    script = tmp_path / f"hook.{language}"
    script.write_text(example(language))
    serving = ["-S", f"127.0.0.1:{port}"] if language == "php" else []
    environment = {**os.environ, "PORT": str(port), "WEBHOOK_SECRET": secret}
    with (tmp_path / "log").open("w") as log:
        command = [*RUN[language], *serving, str(script)]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        until(lambda: listens(port), "the receiver listens")
        with sqlite.begin() as tx:
            told.tell(tx, site.id, [events.erased("a")], utc_now())
        assert Courier(sqlite, SECRET, utc_now, Post()).deliver() == 1
        with sqlite.begin() as tx:
            told.tell(tx, site.id, [events.erased("b")], utc_now())
        assert Courier(sqlite, b"another secret" * 3, utc_now, Post()).deliver() == 0
    finally:
        server.kill()
        server.wait()
    assert "comment.erased" in (tmp_path / "log").read_text()
    assert [webhook.waiting for webhook in webhooks.all()] == [1]
