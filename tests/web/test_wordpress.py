"""What WordPress's stock plug-in was seen to send, and what it needs to hear back.

Requests of the same shape are written out here. The recorded ones are not part of this repository;
where they lie beside it, all of them are replayed as well.
"""

from __future__ import annotations

import json
import re
from urllib.parse import quote_plus

import pytest
from sqlalchemy import select

from service.storage.tables import comments, rulings
from tests.running import ROOT

RECORDED = ROOT.parent / "shared" / "protocols" / "wordpress-requests.jsonl"
GUID = re.compile(r"[0-9a-f]{32}")
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
TYPED = 'kata "murah" O\'Neil \\ & <b>tebal</b> \U0001f600\nbaris kedua'
SITE = {"blog": "http://blog.example", "blog_lang": "id_ID", "blog_charset": "UTF-8"}
PERSONAL = {
    "POST_email": "rahasia@example.com", "POST_author": "Ibu Rahasia", "POST_comment": "rahasia",
    "HTTP_USER_AGENT": "Peramban-Rahasia/1.0", "HTTP_X_FORWARDED_FOR": "198.51.100.77",
    "HTTP_REFERER": "http://blog.example/rahasia", "REMOTE_ADDR": "198.51.100.77",
    "REQUEST_URI": "/wp-comments-post.php?rahasia", "user_agent": "Peramban-Rahasia/1.0",
    "comment_agent": "Peramban-Rahasia/1.0", "comment_author_IP": "198.51.100.77",
    "referrer": "http://blog.example/rahasia", "POST_akismet_comment_nonce": "rahasia",
}  # fmt: skip


def slashed(text):
    return re.sub(r"(['\"\\])", r"\\\1", text)


def escaped(text):
    return text.replace("&", "&amp;")


def check(content=TYPED, spelt=slashed, **more):
    """A check of a new comment, as Akismet 5.5 sends it: a field without a value is a bare name."""
    return {
        "comment_post_ID": "4", "comment_author": spelt("Budi O'Neil"),
        "comment_author_email": "rahasia@example.com", "comment_author_url": "",
        "comment_content": spelt(content), "comment_type": "comment", "comment_parent": "0",
        "user_id": "0", "user_ip": "198.51.100.77", **SITE,
        "permalink": "http://blog.example/?p=4", "akismet_comment_nonce": "passed",
        "POST_ak_hp_textarea": "", "POST_ak_js": "1795424671594", **PERSONAL,
        "comment_context[0]": "nasi goreng", "comment_context[1]": "resep",
        "callback": "http://blog.example/index.php?rest_route=/akismet/v1/webhook", **more,
    }  # fmt: skip


def correction(content=TYPED):
    sent = check(content, spelt=str, reporter="admin", comment_approved="spam", user_role="")
    return {name: value for name, value in sent.items() if not name.startswith("HTTP_")}


def recheck(content=TYPED, reason="recheck_queue"):
    return check(content, spelt=escaped, recheck_reason=reason, user_role="")


def encoded(form):
    return "&".join(
        f"{quote_plus(n)}={quote_plus(v)}" if v else quote_plus(n) for n, v in form.items()
    )


@pytest.fixture
def ask(app, site):
    def post(path, form):
        body = encoded({**form, "api_key": site.keys.short_key})
        headers = {"Host": "rest.akismet.com", "Connection": "close"}
        return app.test_client().post(f"/1.1/{path}", data=body, content_type=FORM, headers=headers)

    return post


@pytest.fixture
def rows(app):
    def read(table):
        with app.extensions["saring"]["database"].read() as tx:
            return tx.execute(select(table).order_by(table.c.id)).all()

    return read


def test_the_life_of_a_comment(ask, rows):
    """Asked about, called spam, called ham, asked about again: one comment and two reports."""
    assert ask("comment-check", check()).data == b"false"
    assert ask("submit-spam", correction()).status_code == 200
    assert ask("comment-check", recheck()).data == b"true"
    assert ask("submit-ham", correction()).status_code == 200
    assert ask("comment-check", recheck()).data == b"false"
    [stored] = rows(comments)
    assert (stored.content, stored.author_name) == (TYPED, "Budi O'Neil")
    assert [row.verdict for row in rows(rulings)] == ["reject", "accept"]


def test_three_tries_are_one_comment(ask, rows):
    answers = [ask("comment-check", check("slot gacor")) for _ in range(3)]
    assert len({(answer.data, answer.headers["X-akismet-guid"]) for answer in answers}) == 1
    assert len(rows(comments)) == 1


def test_a_held_comment_waits_until_a_person_rules(app, ask, rows):
    assert "X-akismet-error" in ask("comment-check", check("dasar bodoh")).headers
    assert ask("comment-check", recheck("dasar bodoh")).data == b"hold"
    access, review = (app.extensions["saring"][name] for name in ("access", "review"))
    review.rule(access.named_site("default"), rows(comments)[0].id, "accept", "ani")
    assert ask("comment-check", recheck("dasar bodoh", "retry")).data == b"false"


def test_nothing_of_the_visitor_is_kept(ask, tmp_path):
    ask("comment-check", check("halo"))
    ask("submit-spam", correction("halo"))
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        found = re.findall(rb"(?i)rahasia|198\.51\.100\.77|peramban", path.read_bytes())
        assert not found, f"{path.name} holds {set(found)}"


def test_no_key_is_logged(ask, site, tmp_path):
    ask("comment-check", check("halo"))
    log = b"".join(path.read_bytes() for path in tmp_path.rglob("*.jsonl"))
    assert b"/1.1/comment-check" in log
    assert site.keys.short_key.encode() not in log


def test_every_request_gets_what_the_plug_in_needs(app, site, clock):
    for recorded in [*WRITTEN, *recorded_requests()]:
        clock.forward(seconds=61)
        assert_good(replay(app, site, recorded), recorded)


def recorded_requests():
    lines = RECORDED.read_text(encoding="utf-8").splitlines() if RECORDED.exists() else []
    return [json.loads(line) for line in lines]


def written(scenario, path, form, method="POST"):
    """A request in the shape of the recorded ones, under the key that they were recorded with."""
    headers = {"Host": "rest.akismet.com", "Content-Type": FORM, "Connection": "close"}
    body = encoded(form) if form else ""
    return {
        "scenario": scenario, "method": method, "path": path, "headers": headers, "body": body
    }  # fmt: skip


_KEY = {"key": "a1b2c3d4e5f6", "api_key": "a1b2c3d4e5f6", **SITE}
WRITTEN = [
    written("key page opened", "/1.1/test", {}, "GET"),
    written("wrong key", "/1.1/verify-key", {"key": "111111111111", **SITE}),
    written("right key over a stored one", "/1.1/verify-key", {**_KEY, "api_key": "0" * 12}),
    written("key stored", "/1.1/get-subscription", _KEY),
    written("figures", "/1.1/get-stats", {**_KEY, "from": "6-months"}),
    written("token", "/1.1/token", _KEY),
    written("compatible plug-ins", "/1.2/compatible-plugins", {}, "GET"),
    written("a comment", "/1.1/comment-check", check(**_KEY)),
    written("a bot", "/1.1/comment-check", check("x", **{**_KEY, "POST_ak_hp_textarea": "isi"})),
    written("called spam", "/1.1/submit-spam", {**correction(), **_KEY}),
    written("called ham", "/1.1/submit-ham", {**correction(), **_KEY}),
    written("asked again", "/1.1/comment-check", {**recheck(), **_KEY}),
    written("cron asks about a held one", "/1.1/comment-check", {**recheck("bodoh"), **_KEY}),
    written("pingback", "/1.1/comment-check", check("", akismet_pre_check="1", **_KEY)),
]


def replay(app, site, recorded):
    """Send a recorded request under our key; the wrong key of the settings page stays wrong."""
    body = re.sub(r"(a1b2c3d4e5f6|0123456789ab)", site.keys.short_key, recorded["body"])
    headers = {
        name: value for name, value in recorded["headers"].items() if name != "Content-Length"
    }
    return app.test_client().open(
        recorded["path"], method=recorded["method"], data=body.encode(), headers=headers
    )


def assert_good(answer, recorded):
    what, path = recorded["scenario"], recorded["path"]
    expected = {
        "/1.1/submit-spam": b"Thanks for making the web a better place.",
        "/1.1/submit-ham": b"Thanks for making the web a better place.",
        "/1.1/test": b"connected",
        "/1.1/verify-key": b"invalid" if "111111111111" in recorded["body"] else b"valid",
        "/1.1/token": b"invalid",
    }
    if path in ("/1.2/compatible-plugins", "/1.1/elsewhere"):
        assert answer.status_code == 404, what
        return
    assert answer.status_code == 200, what
    if path == "/1.1/comment-check":
        held = answer.data == b"true" and "X-akismet-error" in answer.headers
        again = answer.data == b"hold" and "recheck_reason=" in recorded["body"]
        assert answer.data in (b"true", b"false") or held or again, what
        assert GUID.fullmatch(answer.headers["X-akismet-guid"]), what
        assert "X-akismet-pro-tip" not in answer.headers, what
        if "a bot" in what:
            assert answer.data == b"true", what
    elif path == "/1.1/get-subscription":
        assert answer.json["status"] == "active", what
    elif path == "/1.1/get-stats":
        assert {"spam", "ham", "accuracy"} <= answer.json.keys(), what
    else:
        assert answer.data == expected[path], what
