"""Coral's door: signed or nothing, and a status that Coral acts on."""

from __future__ import annotations

import hmac
import json

import pytest
from sqlalchemy import select, update

from service.errors import BadSettings, Unavailable
from service.storage.tables import comments, sites
from tests.doubles import COMMENT

PHASE = {
    "action": "NEW",
    "comment": {"body": "Semoga damai", "parentID": None},
    "author": {"id": "author-1", "role": "COMMENTER"},
    "story": {"id": "story-1", "url": "https://news.example/a"},
    "site": {"id": "site-1"},
    "tenantID": "tenant-1",
    "tenantDomain": "coral.example",
}
FLAG = "COMMENT_DETECTED_{}".format


@pytest.fixture
def secret(site):
    return site.keys.coral_secret


@pytest.fixture
def ask(app, secret):
    """Send a phase request with some members changed, under this signature or our own."""

    def call(signature=None, body=None, **changes):
        raw = json.dumps({**PHASE, **changes}).encode() if body is None else body
        headers = {"X-Coral-Signature": signature or sign(secret, raw)}
        return app.test_client().post("/coral", data=raw, headers=headers)

    return call


@pytest.fixture
def stored(app):
    def rows():
        with app.extensions["saring"]["database"].read() as tx:
            return tx.execute(select(comments)).all()

    return rows


def sign(secret, body):
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


def comment(body, **more):
    return {"body": body, "parentID": None, **more}


def test_it_works(ask, stored):
    answer = ask()
    assert (answer.status_code, answer.data) == (204, b"")
    [row] = stored()
    assert (row.content, row.permalink, row.verdict) == (
        "Semoga damai",
        "https://news.example/a",
        "accept",
    )


@pytest.mark.parametrize(
    ("text", "status", "flag"),
    [
        ("slot gacor", "REJECTED", FLAG("SPAM")),
        ("bodoh sekali", "SYSTEM_WITHHELD", FLAG("TOXIC")),
        ("slot bodoh", "REJECTED", FLAG("TOXIC")),
        ("saring-test-hold", "SYSTEM_WITHHELD", FLAG("SPAM")),
        ("saring-test-reject", "REJECTED", FLAG("SPAM")),
    ],
)
def test_each_verdict(ask, text, status, flag):
    for _ in range(2):
        answer = ask(comment=comment(text))
        assert answer.status_code == 200
        actions = [{"actionType": "FLAG", "reason": flag}]
        assert answer.json == {"status": status, "actions": actions}


def test_what_names_the_article_is_kept_as_every_database_keeps_it(ask, stored):
    ask(story={"url": "https://news.example/\0a"}, comment=comment("satu", parentID="a\0b"))
    ask(story={"url": "https://news.example/" + "x" * 5_000}, comment=comment("dua"))
    first, second = stored()
    assert (first.permalink, first.parent_id) == ("https://news.example/a", "ab")
    assert second.permalink == ""


def test_an_edit_is_judged_anew(ask):
    assert ask().status_code == 204
    assert ask(action="EDIT", comment=comment("slot gacor")).json["status"] == "REJECTED"


@pytest.mark.parametrize("role", ["STAFF", "MODERATOR", "ADMIN"])
def test_the_newsroom_is_not_judged(ask, stored, role):
    author = {"id": "a", "role": role}
    assert ask(author=author, comment=comment("slot gacor")).status_code == 204
    assert not stored()
    assert ask(author=author, comment=comment("saring-test-reject")).status_code == 200


def test_the_authors_id_is_kept_as_a_keyed_hash(ask, stored, tmp_path):
    ask(author={"id": "c0ffee-id", "role": "COMMENTER"})
    [row] = stored()
    assert len(row.author_key) == 32
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if b"c0ffee-id" in path.read_bytes()]


def test_two_signatures_while_a_secret_is_rolled(ask, secret):
    raw = json.dumps(PHASE).encode()
    ours, other = sign(secret, raw), sign("another secret", raw)
    for header in (f"{other},{ours}", f"{ours}, {other}", ours.upper().replace("SHA", "sha")):
        assert ask(header, raw).status_code == 204


@pytest.mark.parametrize(
    "signature", [" ", "sha256=", "sha256=00", "sha1=00", "nonsense", "sha256=" + "é" * 64, ",,,"]
)
def test_no_valid_signature(ask, stored, signature):
    assert ask(signature.encode().decode("latin-1")).status_code == 401
    assert not stored()


def test_a_signature_for_another_body(ask, secret, stored):
    assert ask(sign(secret, b"{}")).status_code == 401
    assert not stored()


def test_the_signature_names_the_site(app, site):
    access = app.extensions["saring"]["access"]
    other = access.add_site("other")
    raw = json.dumps(PHASE).encode()
    headers = {"X-Coral-Signature": sign(other.coral_secret, raw)}
    assert app.test_client().post("/coral", data=raw, headers=headers).status_code == 204
    moderation, named = app.extensions["saring"]["moderation"], access.named_site("other")
    with app.extensions["saring"]["database"].read() as tx:
        [row] = tx.execute(select(comments)).all()
    assert moderation.case(named, row.id).id == row.id


def test_a_rolled_secret(app, ask, secret):
    keys = app.extensions["saring"]["access"].rotate_keys("default")
    raw = json.dumps(PHASE).encode()
    assert ask(sign(secret, raw), raw).status_code == 401
    assert ask(sign(keys.coral_secret, raw), raw).status_code == 204


# Coral makes its own secret, and its admin has no field to type another in.

THEIRS = "empsec_5f2c61c0aa0f4fce9b1d8f7f3a3a4a0e"


@pytest.fixture
def access(app):
    return app.extensions["saring"]["access"]


def test_corals_own_secret(access, ask, secret):
    raw = json.dumps(PHASE).encode()
    assert ask(sign(THEIRS, raw), raw).status_code == 401
    access.keep_coral_secret("default", THEIRS)
    assert ask(sign(THEIRS, raw), raw).status_code == 204
    assert ask(sign(secret, raw), raw).status_code == 401, "one secret a site"
    access.forget_coral_secret("default")
    assert ask(sign(THEIRS, raw), raw).status_code == 401
    assert ask(sign(secret, raw), raw).status_code == 204


def test_corals_own_secret_while_coral_rolls_it(access, ask):
    """Coral signs under the old and the new one for as long as its admin said."""
    raw = json.dumps(PHASE).encode()
    both = f"{sign('empsec_the-next-one', raw)},{sign(THEIRS, raw)}"
    access.keep_coral_secret("default", THEIRS)
    assert ask(both, raw).status_code == 204
    access.keep_coral_secret("default", "empsec_the-next-one")
    assert ask(both, raw).status_code == 204
    assert ask(sign(THEIRS, raw), raw).status_code == 401


def test_rotating_the_keys_ends_corals_own_secret_too(app, access, ask):
    access.keep_coral_secret("default", THEIRS)
    keys = access.rotate_keys("default")
    raw = json.dumps(PHASE).encode()
    assert ask(sign(THEIRS, raw), raw).status_code == 401
    assert ask(sign(keys.coral_secret, raw), raw).status_code == 204


def test_each_site_has_the_secret_of_its_own_coral(access, ask):
    access.add_site("other")
    access.keep_coral_secret("other", THEIRS)
    assert ask().status_code == 204, "the derived secret of the first site"
    raw = json.dumps(PHASE).encode()
    assert ask(sign(THEIRS, raw), raw).status_code == 204


def test_a_secret_moved_to_another_sites_row_is_good_for_neither(app, access, ask):
    access.add_site("other")
    access.keep_coral_secret("other", THEIRS)
    with app.extensions["saring"]["database"].begin() as tx:
        [sealed] = tx.execute(select(sites.c.coral_secret).where(sites.c.name == "other")).one()
        tx.execute(update(sites).values(coral_secret=sealed).where(sites.c.name == "default"))
        tx.execute(update(sites).values(coral_secret=None).where(sites.c.name == "other"))
    raw = json.dumps(PHASE).encode()
    assert ask(sign(THEIRS, raw), raw).status_code == 401


def test_corals_own_secret_is_in_no_file(access, ask, tmp_path):
    access.keep_coral_secret("default", THEIRS)
    ask()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if THEIRS.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    "theirs", ["", "short", "x" * 201, "empsec_über-geheimnis", "a" * 20 + "\n"]
)
def test_what_can_be_no_secret_is_refused(access, site, theirs):
    with pytest.raises(BadSettings, match="printable characters"):
        access.keep_coral_secret("default", theirs)


@pytest.mark.parametrize(("body", "status"), [(b"[]", 400), (b"{", 400), (b"\xff", 400)])
def test_bodies_that_are_no_phase(ask, body, status):
    assert ask(body=body).status_code == status


WITHHELD = {
    "status": "SYSTEM_WITHHELD",
    "actions": [{"actionType": "FLAG", "reason": FLAG("SPAM")}],
}


@pytest.mark.parametrize(
    "body", [b"{}", b'{"comment": {"body": 1}}', b'{"comment": {"text": "x"}}']
)
def test_a_shape_that_we_do_not_know_waits_for_a_person(ask, stored, body):
    """It is signed by this site's Coral, which lets through what it gets a refusal for."""
    assert ask(body=body).json == WITHHELD
    assert not stored()


@pytest.mark.parametrize(
    "changes",
    [
        {"author": {"id": "a", "role": "MEMBER"}}, {"author": {"id": "a", "role": "NEW_ROLE"}},
        {"author": {"id": "a"}}, {"author": {"id": None, "role": None}}, {"story": None},
        {"story": {"id": "s", "url": None}}, {"comment": {"body": "slot gacor"}},
        {"author": {"id": "a" * 5000, "role": "COMMENTER"}}, {"action": "NEXT", "more": {"x": 1}},
    ],
)  # fmt: skip
def test_what_other_versions_send_or_leave_out(ask, changes):
    sent = {"comment": comment("slot gacor"), **changes}
    assert ask(**sent).json["status"] == "REJECTED"


def test_a_long_comment_is_judged(ask):
    assert ask(comment=comment("slot " * 50_000)).status_code == 200


@pytest.mark.parametrize("part", ["access", "moderation"])
@pytest.mark.parametrize("trouble", [Unavailable("gone"), RuntimeError("a bug")])
def test_our_own_trouble_waits_for_a_person(app, ask, monkeypatch, part, trouble):
    def broken(*_args, **_kwargs):
        raise trouble

    app.config["PROPAGATE_EXCEPTIONS"] = False
    of = {"access": "site_signed", "moderation": "submit_once"}[part]
    monkeypatch.setattr(type(app.extensions["saring"][part]), of, broken)
    answer = ask()
    assert (answer.status_code, answer.json) == (200, WITHHELD)


def test_a_flood_is_withheld(app, ask, clock):
    app.extensions["saring"]["rulebook"].change("default", "a test", {"author_per_minute": 1})
    clock.forward(seconds=2)
    assert ask().status_code == 204
    assert ask(comment=comment("Lagi")).json["status"] == "SYSTEM_WITHHELD"


def test_this_door_is_no_way_around_the_others(site, ask):
    """What came in here is under the same rules: a copy on the native door is known."""
    ask()
    again = site.comment(**{**COMMENT, "content": "Semoga damai"})
    assert again.status_code == 201


def test_what_is_too_long_to_be_a_comment_is_withheld_unread(ask, stored):
    assert ask(comment=comment("a" * 65_525)).status_code == 204
    answer = ask(comment=comment("a" * 65_526))
    assert answer.get_json()["status"] == "SYSTEM_WITHHELD"
    assert len(stored()) == 1
