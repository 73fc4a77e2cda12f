"""A real Chromium before the real application, which listens on a port of its own."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server

from tests.web.desk import PASSWORD

expect.set_options(timeout=15_000)  # two cores may be shared with much else

_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own browser, else the one that Playwright installed."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        yield browser
        browser.close()


@dataclass
class Newsroom:
    """The address of the running desk, and browsers before it."""

    address: str
    chromium: Browser
    contexts: list[BrowserContext]
    core: dict[str, Any]

    def browser(self, name: str = "wati", **options: Any) -> Page:
        """A moderator's browser, signed in, with the queue before it."""
        page = self.stranger(**options)
        page.goto(f"{self.address}/login")
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url("**/queue")
        return page

    def stranger(self, **options: Any) -> Page:
        """A browser that nobody has signed in with; what its scripts complain of fails the test."""
        context = self.chromium.new_context(locale="id-ID", **options)
        context.set_default_timeout(20_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", _fail)
        return page


def _fail(error: Exception) -> None:
    raise AssertionError(error)


@pytest.fixture
def newsroom(app: Flask, chromium: Browser) -> Iterator[Newsroom]:
    access = app.extensions["saring"]["access"]
    access.add_moderator("wati", "admin", PASSWORD)
    access.add_moderator("budi", "moderator", PASSWORD)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    room = Newsroom(
        f"http://127.0.0.1:{server.server_port}", chromium, [], app.extensions["saring"]
    )
    yield room
    for context in room.contexts:
        context.close()
    server.shutdown()
    thread.join()
    server.server_close()
