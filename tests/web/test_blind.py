"""Spot checks are ruled on blind: neither door tells what the machine or others made of them."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from service.storage.tables import rulings
from tests.web.desk import PASSWORD, ApiDoor, FormDoor, client_of

TOLD = (
    "GAMBLING",
    "judi online",
    "0,95",
    "0.95",
    "score-reject",
    "1 ditolak",
    "word-reject",
    "<mark>",
)


@pytest.fixture(params=["api", "forms"])
def doors(request, app, site):
    """Two moderators before one of the doors, and every verdict a spot check."""
    core = app.extensions["saring"]
    core["rulebook"].change("default", "wati", {"sample_per_mille": 1000.0})
    for name in ("wati", "budi"):
        core["access"].add_moderator(name, "moderator", PASSWORD)
    if request.param == "api":
        return {n: ApiDoor(app, core["sign_ins"].new_token(n)) for n in ("wati", "budi")}
    return {n: FormDoor(app, client_of(app, n)) for n in ("wati", "budi")}


@pytest.fixture
def sampled(doors, site) -> str:
    sent = site.comment(content="main slot", author_email="s@example.com").json
    assert sent["verdict"] == "reject"
    return str(sent["id"])


def shown(door, path: str, **query: str) -> str:
    """All that a door says of a card or a page."""
    if isinstance(door, ApiDoor):
        key = {"Authorization": f"Bearer {door.token}"}
        return door.app.test_client().get(f"/v1{path}", query_string=query, headers=key).text
    page = door.client.get(path, query_string=query).text
    page = page[page.index("<article") : page.index("</main>")]
    return page.partition('<div id="tray"')[0]  # behind it lie the words of the page's script


def tells(text: str) -> list[str]:
    """Which words give something away; the author's history with one rejected is among them."""
    for item in _items(text):
        assert item["author"]["rejected"] == item["author"]["accepted"] == 0
    return [word for word in TOLD if word in text]


def _items(text: str) -> list[dict[str, Any]]:
    body = json.loads(text) if text.startswith("{") else {}
    return body.get("items", [body] if body else [])


def saw(app) -> list[bool]:
    with app.extensions["saring"]["database"].read() as tx:
        rows = tx.execute(select(rulings.c.saw_score).order_by(rulings.c.created_at, rulings.c.id))
        return list(rows.scalars())


@pytest.mark.parametrize("tab", ["samples", "all"])
def test_it_works(doors, sampled, app, tab):
    door = doors["wati"]
    assert door.waiting(tab=tab) == [sampled]
    assert tells(shown(door, "/queue", tab=tab)) == []
    assert tells(shown(door, f"/queue/{sampled}")) == []
    assert door.rule(sampled, "reject") == 200
    assert "GAMBLING" in shown(door, f"/queue/{sampled}")
    assert saw(app) == [False]


def test_asked_for_it_is_shown_and_kept_with_the_ruling(doors, sampled, app):
    door = doors["wati"]
    told = shown(door, f"/queue/{sampled}", scores="1")
    assert "GAMBLING" in told
    if isinstance(door, FormDoor):
        assert 'name="saw_score" value="1"' in told
    assert door.rule(sampled, "reject", saw_score=True) == 200
    assert saw(app) == [True]


def test_the_second_person_knows_nothing_of_the_first(doors, sampled, app):
    doors["wati"].rule(sampled, "reject", note="jelas judi")
    assert doors["budi"].waiting(tab="second") == [sampled]
    for path in ("/queue", f"/queue/{sampled}"):
        told = shown(doors["budi"], path, **({"tab": "second"} if path == "/queue" else {}))
        assert tells(told) == []
        assert "jelas judi" not in told
    doors["budi"].rule(sampled, "reject")
    assert "jelas judi" in shown(doors["budi"], f"/queue/{sampled}")
    assert saw(app) == [False, False]


@pytest.mark.parametrize("query", [{"tab": "rejected"}, {"reason": "GAMBLING", "tab": "all"},
                                   {"least": "0.9", "tab": "all"}])  # fmt: skip
def test_where_the_question_tells_it_nothing_is_held_back(doors, sampled, query):
    assert "GAMBLING" in shown(doors["wati"], "/queue", **query)


def test_what_waits_is_never_blind(doors, site, app):
    held = site.comment(content="dasar bodoh", author_email="h@example.com").json["id"]
    assert "TOXIC" in shown(doors["wati"], "/queue")
    doors["wati"].rule(held, "reject")
    assert saw(app) == [True]


def test_several_at_once_are_as_blind(doors, sampled, app, site):
    door = doors["wati"]
    if isinstance(door, FormDoor):
        pytest.skip("a selection is made by the page's script, through the API")
    other = site.comment(content="slot lagi", author_email="t@example.com").json["id"]
    listed = [{"id": sampled, "version": 0}, {"id": other, "version": 0, "saw_score": True}]
    body = {"verdict": "reject", "rulings": listed, "batch": str(uuid4())}
    key = {"Authorization": f"Bearer {door.token}"}
    assert app.test_client().post("/v1/rulings", json=body, headers=key).json["ruled"] == 2
    assert sorted(saw(app)) == [False, True]
