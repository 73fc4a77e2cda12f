"""The page of docs/static-sites.md in a real browser, on a host that is not Saring's."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from flask import Flask

from tests.browser.conftest import Newsroom
from tests.conftest import Clock
from tests.doubles import Site

GUIDE = Path(__file__).parent.parent.parent / "docs" / "static-sites.md"


@pytest.fixture
def static_site(newsroom: Newsroom, site: Site) -> Iterator[str]:
    """The example of the guide with its address and key filled in; its own address."""
    found = re.search(r"```html\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    page = found[1].replace("https://saring.example", newsroom.address)
    page = page.replace("0123456789ab", site.keys.short_key)

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def comment(newsroom: Newsroom, address: str, content: str) -> str:
    """What the reader is told after sending the form."""
    page = newsroom.stranger()
    page.clock.install()
    page.goto(address)
    page.fill("[name=author_name]", "Budi")
    page.fill("[name=author_email]", "budi@example.com")
    page.fill("[name=content]", content)
    page.clock.fast_forward(5_000)  # nobody writes a comment within a second
    page.click("button")
    page.wait_for_function("document.querySelector('output').textContent.length > 0")
    return page.text_content("output") or ""


def allow(app: Flask, clock: Clock, origin: str) -> None:
    app.extensions["saring"]["rulebook"].change("default", "a test", {"allowed_origins": [origin]})
    clock.forward(seconds=2)


def test_a_reader_comments(app: Flask, clock: Clock, newsroom: Newsroom, static_site: str) -> None:
    allow(app, clock, static_site)
    assert comment(newsroom, static_site, "Semoga damai.") == "Thank you."
    assert "waits" in comment(newsroom, static_site, "dasar bodoh")
    assert "not" in comment(newsroom, static_site, "main slot")


def test_a_page_that_was_not_named_is_stopped_by_the_browser(
    app: Flask, clock: Clock, newsroom: Newsroom, static_site: str
) -> None:
    allow(app, clock, "https://blog.example")
    assert comment(newsroom, static_site, "Semoga damai.") == "Not sent. Please try again."
