"""/bulk: many at once by filter, of what waits, of what is accepted, of what is rejected."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.web.desk import PASSWORD, FormDoor, client_of, csrf_of
from tests.web.test_queue_doors import verdict


@pytest.fixture
def client(app):
    app.extensions["saring"]["access"].add_moderator("wati", "moderator", PASSWORD)
    return client_of(app, "wati")


def posted(site, word: str, count: int) -> list[str]:
    """So many comments that the machine decides as this word makes it."""
    return [
        site.comment(content=f"{word} promo nomor {n}", author_email=f"{word}{n}@example.com").json[
            "id"
        ]
        for n in range(count)
    ]


def press(client, page: str, button: str) -> str:
    """Send the form of the effect, and show the page that it leads to."""
    query = re.search(r'name="query" value="([^"]*)"', page)
    batch = re.search(r'name="batch" value="([^"]*)"', page)
    back = re.search(r'name="back" value="(/bulk[^"]*)"', page)
    assert query
    assert batch
    assert back
    unescaped = {"query": query[1].replace("&amp;", "&"), "back": back[1].replace("&amp;", "&")}
    form = {"csrf": csrf_of(page), "batch": batch[1], "verdict": button, **unescaped}
    sent = client.post("/rulings", data=form)
    assert sent.status_code == 303
    return client.get(sent.location).text


def test_days_are_the_readers_when_it_is_done_too(client, site, clock):
    clock.time = datetime(2026, 11, 22, 20, tzinfo=UTC)  # the 23rd in Jakarta, the 22nd in New York
    earlier = posted(site, "bodoh", 1)
    clock.forward(hours=13)
    later = posted(site, "bodohnya", 1)
    client.set_cookie("saring_zone", "America/New_York")
    page = client.get("/bulk?since=2026-11-23").text
    assert "1 komentar yang menunggu cocok." in page
    press(client, page, "reject")
    assert (verdict(site, earlier[0]), verdict(site, later[0])) == ("hold", "reject")


@pytest.mark.parametrize(
    ("tab", "word", "buttons", "act"),
    [
        ("held", "bodoh", ["accept", "reject"], "reject"),
        ("accepted", "damai", ["reject"], "reject"),
        ("rejected", "slot", ["accept"], "accept"),
    ],
)
def test_it_works(client, site, tab, word, buttons, act):
    ids = posted(site, word, 3)
    posted(site, "damai" if word != "damai" else "bodoh", 1)
    before = verdict(site, ids[0])
    page = client.get("/bulk", query_string={"tab": tab, "text": word}).text
    assert re.findall(r'name="verdict" value="(\w+)"', page) == buttons
    assert "3 komentar yang" in page
    page = press(client, page, act)
    assert {verdict(site, comment) for comment in ids} == {act}
    undo = re.search(r'action="(/rulings/[^/]+/undo)"', page)
    assert undo
    client.post(undo[1], data={"csrf": csrf_of(page), "back": "/bulk"})
    assert {verdict(site, comment) for comment in ids} == {before}


def test_what_a_person_decided_is_said_before_it_is_overruled(client, site, app):
    ids = posted(site, "damai", 2)
    FormDoor(app, client).rule(ids[0], "reject")
    FormDoor(app, client).rule(ids[0], "accept")
    page = client.get("/bulk?tab=accepted&text=damai").text
    assert "1 di antaranya sudah diputuskan orang" in page


def test_of_what_was_decided_the_last_month_is_looked_at(client, site, clock):
    posted(site, "damai", 1)
    clock.forward(days=40)
    client = client_of(client.application, "wati")
    assert "Tidak ada yang cocok" in client.get("/bulk?tab=accepted&text=damai").text
    page = client.get("/bulk?tab=accepted&text=damai&since=2026-11-01").text
    assert "1 komentar yang diterima cocok" in page


def test_nothing_is_offered_before_something_is_asked(client, site):
    posted(site, "damai", 1)
    assert 'name="verdict"' not in client.get("/bulk?tab=accepted").text


def test_the_sample_finds_what_lies_far_behind(client, site, monkeypatch):
    monkeypatch.setattr("service.storage.queue.LOOKED_THROUGH", 1)
    posted(site, "bodoh", 3)
    page = client.get("/bulk?text=nomor 2").text
    assert "1 komentar yang menunggu cocok" in page
    assert "bodoh</mark> promo nomor 2" in page


@pytest.mark.parametrize("tab", ["samples", "second", "complaints", "waves", "all"])
def test_the_rest_is_read_one_by_one(client, site, app, tab):
    posted(site, "bodoh", 1)
    token = app.extensions["saring"]["sign_ins"].new_token("wati")
    body = {"verdict": "reject", "filters": {"tab": tab, "text": "promo"}, "batch": str(uuid4())}
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().post("/v1/rulings", json=body, headers=headers).status_code == 422
    assert 'value="held" selected' in client.get(f"/bulk?tab={tab}&text=promo").text
