"""Marked addresses through the doors of other protocols, complaints and edits: none comes out."""

from __future__ import annotations

import pytest

from tests.doubles import COMMENT, Site

MARK = "mark.ed77@sweep.example"
IP = "198.51.100.77"
MARKED = (
    "comment_author", "comment_author_email", "permalink", "referrer", "user_agent", "POST_email",
    "HTTP_X", "recheck_reason", "comment_type",
)  # fmt: skip
CALLS = ("comment-check", "submit-spam", "submit-ham", "verify-key", "get-stats")


@pytest.fixture
def client(app):
    return app.test_client()


def akismet(key: str) -> dict[str, str]:
    marked = dict.fromkeys(MARKED, MARK)
    own = {"api_key": key, "blog": "http://x.example", "user_ip": IP, "REMOTE_ADDR": IP}
    return {**marked, **own, "comment_content": f"halo dari {MARK} {IP}"}


def test_no_door_lets_an_address_out(app, client, site: Site, tmp_path):
    key, marked = site.keys.short_key, {"X-Mark": MARK}
    said = [client.post(f"/1.1/{call}", data=akismet(key), headers=marked) for call in CALLS]
    comment = {"text": f"halo {MARK} {IP}"}
    for asked in ({"TOXICITY": {}}, {MARK: {}}):
        body = {"comment": comment, "requestedAttributes": asked}
        said.append(client.post(f"/v1alpha1/comments:analyze?key={key}", json=body))
    scores = {"TOXICITY": {"summaryScore": {"value": 1}}}
    report = {"comment": comment, "attributeScores": scores, "sessionId": MARK}
    said.append(client.post(f"/v1alpha1/comments:suggestscore?key={key}", json=report))
    said.append(client.post("/coral", data=MARK, headers={"X-Coral-Signature": f"sha256={MARK}"}))
    posted = site.comment(author_email=MARK, author_ip=IP)
    place = f"/v1/comments/{posted.json['id']}"
    edit = {**COMMENT, "content": f"disunting {MARK}", "author_name": MARK, "author_email": MARK}
    said += [posted, client.put(place, json=edit, headers=site.key), site.get(place)]
    complaint = {"comment_id": posted.json["id"], "reason": "other", "detail": f"{MARK} {IP}"}
    said += [site.post("/v1/complaints", json=complaint), site.get(f"/v1/events?after={MARK}")]
    said += [site.get("/v1/events"), client.get("/metrics")]
    assert {answer.status_code for answer in said} >= {200, 201, 400, 401}
    for answer in said:
        assert not _found(answer.data + str(answer.headers).encode()), answer.request.path
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    assert [path.name for path in files if _found(path.read_bytes())] == []


def _found(data: bytes) -> bool:
    return any(mark.encode() in data for mark in (MARK, MARK.replace("@", "%40"), IP))


def test_the_search_can_find():
    assert _found(f"x{MARK}".encode())
    assert _found(b"198.51.100.77")
    assert not _found(b"[email] [ip]")
