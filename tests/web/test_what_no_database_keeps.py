"""What no database keeps or counts to, in every field of the desk: told to whoever sent it.

PostgreSQL keeps no NUL, neither keeps half a surrogate pair, and both have a largest number. Sent
on to them these would be a crash, or a database that seems to be out of order.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.doubles import Site
from tests.web.desk import PASSWORD, client_of, csrf_of

HUGE = 10**30
CURSORS = {
    "NUL": '["singles", "\\u0000", 1.0, ""]',
    "NUL among waves": '["waves", "\\u0000", 1.0, ""]',
    "half a pair": '["singles", "\\ud800", 1.0, ""]',
    "no id": '["singles", "7", 1.0, ""]',
    "endless margin": '["singles", "", Infinity, ""]',
    "margin that is none": '["singles", "", NaN, ""]',
    "margin of 400 digits": f'["singles", "", {"9" * 400}, ""]',
    "before all time": '["complaints", "%s", 1.0, "0001-01-01T00:00:00+14:00"]',
    "after all time": '["complaints", "%s", 1.0, "9999-12-31T23:59:59-14:00"]',
    "no time": '["complaints", "%s", 1.0, ""]',
    "a time and no id": '["complaints", "", 1.0, "2026-11-23T09:00:00+00:00"]',
}


class Program:
    """A program with a moderator's token, on either database."""

    def __init__(self, app: Any) -> None:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        parts = app.extensions["saring"]
        parts["access"].add_moderator("dewi", "admin", PASSWORD)
        self.app, self.key = app, parts["sign_ins"].new_token("dewi")
        self.comment = Site.added_to(app, "default").comment(content="dasar bodoh").json["id"]

    def ask(self, method: str, path: str, **more: Any) -> int:
        headers = {"Authorization": f"Bearer {self.key}"}
        return self.app.test_client().open(
            path.replace("ID", self.comment), method=method, headers=headers, **more
        ).status_code  # fmt: skip


@pytest.fixture
def app(make_app, database):
    return make_app(database_url=database.engine.url.render_as_string(hide_password=False))


def test_cursors(app):
    program = Program(app)

    def answer(body: str) -> int:
        body = body.replace("%s", program.comment)
        cursor = base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")
        return program.ask("GET", "/v1/queue", query_string={"cursor": cursor})

    assert {name: answer(body) for name, body in CURSORS.items()} == dict.fromkeys(CURSORS, 400)


def test_programs(app):
    program = Program(app)
    ruling, rulings = "/v1/queue/ID/ruling", "/v1/rulings"
    seen = {"id": program.comment, "version": HUGE}
    asked = {
        "a filter": ("GET", "/v1/queue?text=%00", None, 200),
        "a note": ("POST", ruling, {"verdict": "reject", "note": "a\0"}, 422),
        "a version": ("POST", ruling, {"verdict": "reject", "version": HUGE}, 422),
        "its largest": ("POST", ruling, {"verdict": "reject", "version": 2**31 - 2}, 409),
        "versions": ("POST", rulings, {"verdict": "reject", "rulings": [seen]}, 422),
        "a bulk filter": (
            "POST", rulings, {"verdict": "reject", "filters": {"site": "a\0"}}, 200,
        ),
        "a ruling's id": ("DELETE", f"{ruling}?ruling_id=%00", None, 422),
        "a wave's id": ("DELETE", f"{rulings}/ID?wave_id=%00", None, 422),
    }  # fmt: skip
    found = {
        name: program.ask(how, path, json=body) for name, (how, path, body, _) in asked.items()
    }
    assert found == {name: expected for name, (*_, expected) in asked.items()}


def test_pages_and_forms(app):
    program = Program(app)
    browser = client_of(app, "dewi")
    word = csrf_of(browser.get("/queue").text)

    def sent(path: str, **fields: str) -> int:
        path = path.replace("ID", program.comment)
        return browser.post(path, data={"csrf": word, **fields}).status_code

    def pulse(seen: str) -> int:
        body, kind = json.dumps({"seen": seen}), "application/json"
        headers = {"X-CSRF-Token": word}
        return browser.post(
            "/queue/pulse", data=body, headers=headers, content_type=kind
        ).status_code  # fmt: skip

    ruling = "/queue/ID/ruling"
    found = {
        "a search": browser.get("/queue?text=%00").status_code,
        "a record's site": browser.get("/complaints?site=%00").status_code,
        "a note": sent(ruling, act="accept", note="\0"),
        "a version": sent(ruling, act="accept", version=str(HUGE)),
        "a ruling's id": sent("/queue/ID/undo", ruling_id="\0"),
        "a wave's id": sent("/rulings/ID/undo", wave_id="\0"),
        "a handle": sent("/settings/standings", handle="\0"),
        "a pulse": pulse("\0"),
        "a pulse of half a pair": pulse("\ud800"),
    }
    assert found == {
        "a search": 200,
        "a record's site": 404,
        "a note": 422,
        "a version": 422,
        "a ruling's id": 422,
        "a wave's id": 422,
        "a handle": 404,
        "a pulse": 200,
        "a pulse of half a pair": 200,
    }


def test_the_door_itself(app):
    """A stranger's NUL is a wrong name, and no other spelling of one that is locked."""
    Program(app)
    stranger = app.test_client()
    word = csrf_of(stranger.get("/login").text)

    def tried(name: str) -> int:
        form = {"csrf": word, "name": name, "password": "salah"}
        return stranger.post("/login", data=form).status_code

    spellings = ["\0" * times + "dewi" for times in range(6)]
    assert [tried(name) for name in spellings] == [401] * 5 + [429]
