"""Two sites in one installation: by no route and no trick does one read or change the other's."""

from __future__ import annotations

import json

import pytest

from tests.doubles import Site
from tests.web.desk import PASSWORD, client_of
from tests.web.test_coral import PHASE, sign

WORDS = {"content": "dasar bodoh kamu", "permalink": "https://koran.example/banjir"}


@pytest.fixture
def other(app, site) -> Site:
    return Site.added_to(app, "other")


@pytest.fixture
def theirs(app, site, other) -> str:
    """A comment of the site `default`, rejected by a person; and all that a site may read of it."""
    core = app.extensions["saring"]
    comment = str(site.comment(**WORDS).json["id"])
    core["review"].rule(core["access"].named_site("default"), comment, "reject", "wati")
    return comment


@pytest.fixture
def unchanged(site, theirs):
    """Whether all is as it was; to be asked again after each trick."""

    def look():
        return (
            site.get(f"/v1/comments/{theirs}").json,
            site.get("/v1/events").json,
            site.get("/v1/policy/errors").json,
            site.get("/v1/policy").json,
        )

    before = look()
    return lambda: look() == before


def test_an_id_of_theirs_opens_nothing(app, other, theirs, unchanged):
    client, key = app.test_client(), other.key
    place, edit = (
        f"/v1/comments/{theirs}",
        {**WORDS, "author_name": "x", "author_email": "x@y.example"},
    )
    complaints = ({"comment_id": theirs}, {"permalink": WORDS["permalink"]})
    answers = [
        other.get(place), other.delete(place), client.put(place, json=edit, headers=key),
        *(other.post("/v1/complaints", json={**how, "reason": "spam"}) for how in complaints),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404] * 5
    assert unchanged()
    for path in ("/v1/queue", f"/v1/queue/{theirs}"):
        assert other.get(path).status_code == 401  # a site is no moderator


def test_the_same_words_are_another_comment(other, theirs, unchanged):
    """By the same person, on the same article, under the same Idempotency-Key."""
    mine = other.comment(**WORDS)
    assert (mine.status_code, mine.json["decided_by"]) == (201, "model")
    assert mine.json["id"] != theirs
    assert unchanged()


def test_an_idempotency_key_is_its_sites_own(site, other):
    named = {"headers": {"Idempotency-Key": "sama"}}
    one, two = site.comment(**WORDS, **named), other.comment(**WORDS, **named)
    assert [one.status_code, two.status_code] == [201, 201]
    assert one.json["id"] != two.json["id"]


def test_reports_by_other_protocols_touch_only_ones_own(app, site, other, theirs, unchanged):
    client, short = app.test_client(), other.keys.short_key
    form = {
        "api_key": short, "blog": "https://b.example", "user_ip": "203.0.113.9",
        "comment_content": WORDS["content"], "permalink": WORDS["permalink"],
        "comment_author": "Budi", "comment_author_email": "budi@example.com",
    }  # fmt: skip
    for call in ("comment-check", "submit-ham", "submit-spam"):
        assert client.post(f"/1.1/{call}", data=form).status_code == 200
    scores = {"TOXICITY": {"summaryScore": {"value": 0}}}
    body = {"comment": {"text": WORDS["content"]}, "attributeScores": scores}
    said = client.post(f"/v1alpha1/comments:suggestscore?key={short}", json=body)
    assert said.status_code == 200
    phase = {"comment": {"body": WORDS["content"]}, "story": {"url": WORDS["permalink"]}}
    raw = json.dumps({**PHASE, **phase}).encode()
    signed = {"X-Coral-Signature": sign(other.keys.coral_secret, raw)}
    assert client.post("/coral", data=raw, headers=signed).status_code in (200, 204)
    assert unchanged()
    listed = client.post("/1.2/key-sites", data={"api_key": short, "filter": ""})
    assert "default" not in listed.text


def test_whom_one_site_blocks_may_write_on_the_other(app, site, other):
    core = app.extensions["saring"]
    mine = site.comment(content="Halo satu").json["id"]
    core["review"].set_standing(core["access"].named_site("default"), mine, "blocked", "wati")
    assert site.comment(content="Halo dua").json["verdict"] == "reject"
    assert other.comment(content="Halo tiga").json["verdict"] == "accept"


def test_a_wave_here_is_none_there(site, other):
    copy = "kamu semua bodoh sekali karena percaya pada janji pemerintah daerah itu {}"
    for number in range(8):
        last = site.comment(content=copy.format(number), author_email=f"w{number}@example.com")
    assert "NEAR_COPY" in [reason["code"] for reason in last.json["reasons"]]
    there = other.comment(content=copy.format(9), author_email="w9@example.com")
    assert "NEAR_COPY" not in [reason["code"] for reason in there.json["reasons"]]


def test_a_reply_to_a_comment_of_theirs_shows_nothing_of_it(app, site, other, theirs):
    """A site says what its comments answer; it may say another site's id."""
    app.extensions["saring"]["access"].add_moderator("wati", "moderator", PASSWORD)
    reply = other.comment(content="dasar bodoh juga", parent_id=theirs).json["id"]
    assert WORDS["content"] not in other.get(f"/v1/comments/{reply}").text
    card = client_of(app, "wati").get(f"/v1/queue/{reply}").json
    assert card["parent"] is None


def test_rules_are_ones_own(app, site, other):
    app.extensions["saring"]["rulebook"].change("default", "a test", {"banned_words": ["durian"]})
    assert other.get("/v1/policy").json["banned_words"] == []
    assert other.comment(content="Saya suka durian").json["verdict"] == "accept"
    preview = other.post("/v1/policy/preview", json={"changes": {"banned_words": ["bodoh"]}})
    assert preview.status_code == 200
    assert site.get("/v1/policy").json["banned_words"] == ["durian"]
