"""/done: everything that somebody decided in a session is taken back without any script."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests.web.desk import PASSWORD, FormDoor, client_of, csrf_of
from tests.web.test_queue_doors import WAVE, held, verdict


@pytest.fixture
def door(app):
    access = app.extensions["saring"]["access"]
    for name in ("wati", "budi"):
        access.add_moderator(name, "moderator", PASSWORD)
    return FormDoor(app, client_of(app, "wati"))


def forms(door) -> list[tuple[str, dict[str, str]]]:
    """Every button of the page that takes something back: where to, and what it sends."""
    page = door.client.get("/done")
    assert page.status_code == 200
    found = re.findall(r'<form method="post" action="(/(?:queue|rulings)/[^"]+)">(.*?)</form>',
                       page.text, re.DOTALL)  # fmt: skip
    named = r'name="([^"]+)" value="([^"]*)"'
    return [(path, dict(re.findall(named, inside))) for path, inside in found]


def press(door, number: int) -> int:
    path, fields = forms(door)[number]
    return int(door.client.post(path, data=fields).status_code)


def test_it_works(door, site, clock):
    ids = [held(site, number) for number in range(3)]
    for comment in ids:
        clock.forward(seconds=1)
        door.rule(comment, "reject", ruling_id=str(uuid4()))
    assert len(forms(door)) == 3
    assert press(door, 2) == 303  # the first of them: not only the last can be taken back
    assert [verdict(site, comment) for comment in ids] == ["hold", "reject", "reject"]
    assert len(forms(door)) == 2
    assert "Diurungkan" in door.client.get("/done").text


def test_a_wave_comes_back_and_no_longer_rolls(door, site):
    sent = [site.comment(content=WAVE.format(n), author_email=f"w{n}@example.com") for n in "abcd"]
    copies = [one.json["id"] for one in sent] + [
        site.comment(content=WAVE.format(n), author_email=f"w{n}@example.com").json["id"]
        for n in "ef"
    ]
    assert door.rule_wave(copies[0], "reject", str(uuid4())) == 200
    assert len(forms(door)) == 1
    assert press(door, 0) == 303
    assert {verdict(site, copy) for copy in copies} == {"hold"}
    late = site.comment(content=WAVE.format("z"), author_email="wz@example.com").json
    assert late["verdict"] == "hold"


def test_a_ruling_that_came_without_a_name(door, app, site):
    comment = held(site)
    core = app.extensions["saring"]
    core["review"].rule(core["access"].named_site("default"), comment, "reject", "wati")
    assert press(door, 0) == 303
    assert verdict(site, comment) == "hold"


def test_a_block_is_lifted(door, site):
    door.standing(held(site), "blocked")
    assert press(door, 0) == 303
    sent = site.comment(content="halo", author_email="orang0@example.com")
    assert sent.json["verdict"] == "accept"


def test_somebody_elses_later_ruling_stays(door, app, site, clock):
    comment = held(site)
    door.rule(comment, "reject", ruling_id=str(uuid4()))
    clock.forward(seconds=1)
    FormDoor(app, client_of(app, "budi")).rule(comment, "accept", ruling_id=str(uuid4()))
    assert press(door, 0) == 409
    assert verdict(site, comment) == "accept"


def test_each_sees_their_own_for_as_long_as_a_session_lasts(door, app, site, clock):
    door.rule(held(site), "reject")
    assert forms(FormDoor(app, client_of(app, "budi"))) == []
    clock.forward(days=7, seconds=1)
    assert forms(FormDoor(app, client_of(app, "wati"))) == []


def test_pages(door, site, monkeypatch):
    monkeypatch.setattr("service.desk.doings._A_PAGE", 2)
    for number in range(3):
        door.rule(held(site, number), "reject")
    assert len(forms(door)) == 2
    older = door.client.get("/done?page=2").text
    assert older.count('class="first-words"') == 1
    assert "page=3" not in older
    assert csrf_of(older)
