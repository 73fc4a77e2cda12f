"""A site that has people's numbers masked: judged as they came, stored with blocks."""

from __future__ import annotations

import io
import json

import pytest

from service.archives import read_jsonl
from service.comments import utc_now
from service.imports import Importer
from tests.conftest import SECRET
from tests.doubles import COMMENT, FakeScorer
from tests.web.test_coral import PHASE, sign

SAID = "Hubungi 0812-3456-7890 atas nama 3271046504930002"
KEPT = "Hubungi ████-████-██90 atas nama ██████████████02"
DIGITS = (b"3456", b"327104650493")


@pytest.fixture
def masking(app, site, clock):
    """The site, told to mask."""
    app.extensions["saring"]["rulebook"].change("default", "a test", {"mask_personal_data": True})
    clock.forward(seconds=2)
    return site


def kept(site, answer) -> str:
    return str(site.get(f"/v1/comments/{answer.json['id']}").json["content"])


def test_it_works(masking, tmp_path):
    posted = masking.comment(content=SAID)
    assert posted.json["verdict"] == "hold"
    (reason,) = [r for r in posted.json["reasons"] if r["code"] == "PERSONAL_DATA"]
    assert [SAID[m["start"] : m["end"]] for m in reason["matches"]] == [
        "0812-3456-7890", "3271046504930002",
    ]  # fmt: skip
    assert kept(masking, posted) == KEPT
    for file in tmp_path.rglob("saring.db*"):
        assert not [digits for digits in DIGITS if digits in file.read_bytes()], file.name


def test_without_the_rule_it_is_kept_as_it_came(site):
    assert kept(site, site.comment(content=SAID)) == SAID


def test_the_same_comment_is_the_same_comment(masking):
    assert masking.comment(content=SAID).status_code == 201
    assert masking.comment(content=SAID).status_code == 409
    assert masking.comment(content=SAID.replace("7890", "7790")).status_code == 201


def test_an_edit_is_masked_too_and_repeated_changes_nothing(app, masking):
    posted = masking.comment()
    place, body = f"/v1/comments/{posted.json['id']}", {**COMMENT, "content": SAID}
    for _ in range(2):
        edited = app.test_client().put(place, json=body, headers=masking.key)
        assert edited.json["verdict"] == "hold"
        assert kept(masking, posted) == KEPT
    types = [event["type"] for event in masking.get("/v1/events").json["events"]]
    assert types == ["comment.accepted", "comment.edited"]


def test_judged_again_it_is_held_again(app, masking):
    posted = masking.comment(content=SAID)
    core = app.extensions["saring"]
    core["moderation"].take_up(_Later())
    assert core["moderation"].rejudge_held() == 1
    again = masking.get(f"/v1/comments/{posted.json['id']}").json
    assert (again["verdict"], again["model_version"]) == ("hold", "fake-2")
    assert "PERSONAL_DATA" in [reason["code"] for reason in again["reasons"]]


class _Later(FakeScorer):
    version = "fake-2"


def test_other_doors_and_archives(app, masking, sqlite, tmp_path):
    client, short = app.test_client(), masking.keys.short_key
    form = {"api_key": short, "blog": "https://b.example", "user_ip": "203.0.113.9",
            "comment_content": f"{SAID} satu"}  # fmt: skip
    assert client.post("/1.1/comment-check", data=form).status_code == 200
    raw = json.dumps({**PHASE, "comment": {"body": f"{SAID} dua"}}).encode()
    headers = {"X-Coral-Signature": sign(masking.keys.coral_secret, raw)}
    assert client.post("/coral", data=raw, headers=headers).status_code == 200
    importer = Importer(sqlite, FakeScorer(), SECRET, utc_now)
    default = app.extensions["saring"]["access"].named_site("default")
    line = json.dumps({"content": f"{SAID} tiga", "verdict": "reject"}).encode()
    assert [tally.taken for tally in importer.take(default, read_jsonl(io.BytesIO(line)))] == [1]
    with sqlite.read() as tx:
        stored = tx.exec_driver_sql("SELECT content FROM comments").scalars().all()
    assert sorted(stored) == [f"{KEPT} {word}" for word in ("dua", "satu", "tiga")]
