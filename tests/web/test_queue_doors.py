"""The moderators' two doors, JSON and forms: one set of cases driven through both."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from tests.web.desk import PASSWORD, client_of, csrf_of


@pytest.fixture
def moderators(app):
    access = app.extensions["saring"]["access"]
    access.add_moderator("wati", "moderator", PASSWORD)
    access.add_moderator("adi", "admin", PASSWORD)
    return app.extensions["saring"]["sign_ins"]


def held(site, number: int = 0, **fields) -> str:
    email = f"orang{number}@example.com"
    sent = site.comment(content=f"dasar bodoh {number}", author_email=email, **fields)
    assert sent.json["verdict"] == "hold"
    return str(sent.json["id"])


def verdict(site, comment: str) -> str:
    return str(site.get(f"/v1/comments/{comment}").json["verdict"])


def test_it_works(door, site):
    comment = held(site)
    assert door.waiting() == [comment]
    assert door.rule(comment, "accept") == 200
    assert verdict(site, comment) == "accept"
    assert door.waiting() == []


@pytest.mark.parametrize(
    ("act", "expected"),
    [("accept", "accept"), ("reject", "reject"), ("spam", "reject"), ("other", "reject")],
)
def test_every_act_puts_its_verdict_in_force(door, site, act, expected):
    comment = held(site)
    assert door.rule(comment, act) == 200
    assert verdict(site, comment) == expected


def test_a_ruling_is_taken_back(door, site):
    comment = held(site)
    door.rule(comment, "reject")
    assert door.undo(comment) == 200
    assert verdict(site, comment) == "hold"
    assert door.waiting() == [comment]


def test_nothing_to_take_back(door, site):
    assert door.undo(held(site)) == 404


def test_a_stale_ruling_is_a_conflict(door, site):
    comment = held(site)
    seen = door.version(comment)
    assert door.rule(comment, "reject", version=seen) == 200
    assert door.rule(comment, "accept", version=seen) == 409
    assert verdict(site, comment) == "reject"


def test_two_who_agree_do_not_conflict(door, site):
    comment = held(site)
    seen = door.version(comment)
    assert [door.rule(comment, "reject", version=seen) for _ in "ab"] == [200, 200]


def test_the_same_ruling_sent_again_changes_nothing(door, site):
    comment, ruling = held(site), str(uuid4())
    for _ in range(3):
        assert door.rule(comment, "reject", version=0, ruling_id=ruling) == 200
    assert door.version(comment) == 1
    for _ in range(3):
        assert door.undo(comment, ruling) == 200
    assert verdict(site, comment) == "hold"
    assert door.version(comment) == 2
    assert door.rule(comment, "reject", version=0, ruling_id=ruling) == 200
    assert verdict(site, comment) == "hold"


def test_a_later_ruling_is_not_taken_back_by_an_earlier_ones_undo(door, site):
    comment, first, second = held(site), str(uuid4()), str(uuid4())
    door.rule(comment, "reject", ruling_id=first)
    door.rule(comment, "accept", ruling_id=second)
    assert door.undo(comment, first) == 409
    assert verdict(site, comment) == "accept"


@pytest.mark.parametrize("act", ["ruling", "undo", "standing"])
def test_no_such_comment(door, act):
    comment = str(uuid4())
    send = {"ruling": lambda: door.rule(comment, "accept"), "undo": lambda: door.undo(comment),
            "standing": lambda: door.standing(comment, "blocked")}[act]  # fmt: skip
    assert send() == 404


def test_a_note_of_reasonable_length(door, site):
    comment = held(site)
    assert door.rule(comment, "accept", note="x" * 2001) == 422
    assert door.rule(comment, "accept", note="tulis ke wati@example.org") == 200


def test_a_blocked_author_is_rejected_until_that_is_lifted(door, site):
    comment = held(site)
    assert door.standing(comment, "blocked") == 200
    assert site.comment(content="halo", author_email="orang0@example.com").json["verdict"] == (
        "reject"
    )
    assert door.standing(comment, "") == 200
    sent = site.comment(content="halo lagi", author_email="orang0@example.com")
    assert sent.json["verdict"] == "accept"


def test_a_standing_that_does_not_exist(door, site):
    assert door.standing(held(site), "adored") == 422


WAVE = "kamu semua bodoh sekali karena percaya pada janji pemerintah daerah itu {}"


def test_a_wave_is_one_card_and_one_stroke(door, site):
    copies = [
        site.comment(content=WAVE.format(n), author_email=f"w{n}@example.com").json["id"]
        for n in range(6)
    ]
    assert door.waiting() == [min(copies)]
    batch = str(uuid4())
    assert door.rule_wave(copies[0], "reject", batch) == 200
    assert {verdict(site, copy) for copy in copies} == {"reject"}
    assert door.waiting() == []
    assert door.undo_wave(copies[0], batch) == 200
    assert {verdict(site, copy) for copy in copies} == {"hold"}
    assert door.rule_wave(str(uuid4()), "reject", batch) == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"reason": "TOXIC"}, 2), ({"reason": "LINKS"}, 0), ({"text": "bodoh 1"}, 1),
        ({"site": "default"}, 2), ({"site": "none"}, 0), ({"tab": "rejected"}, 0),
        ({"tab": "all"}, 2), ({"least": "0.9", "most": "1"}, 2), ({"since": "2026-11-24"}, 0),
        ({"until": "2026-11-23"}, 2), ({"order": "teaches"}, 2), ({"limit": "1"}, 1),
    ],
)  # fmt: skip
def test_filters(door, site, query, found):
    for number in range(2):
        held(site, number)
    assert len(door.waiting(**query)) == found


class TestWhoMayCome:
    """Keys, tokens, sessions and the words that forms carry."""

    @pytest.mark.parametrize("path", ["/queue", "/queue?tab=waves", f"/queue/{UUID(int=7)}"])
    def test_pages_lead_to_the_door_and_back(self, app, path):
        sent = app.test_client().get(path)
        assert sent.status_code == 303
        assert sent.location.startswith("/login?next=%2Fqueue")

    def test_nothing_is_looked_up_for_a_stranger(self, app):
        assert app.test_client().get("/scores?least=zzz").status_code == 303

    @pytest.mark.parametrize("key", ["", "Bearer x", "Bearer sm_x", "Basic x"])
    def test_the_api_says_no(self, app, key):
        for path in ("/v1/queue", f"/v1/queue/{uuid4()}"):
            answer = app.test_client().get(path, headers={"Authorization": key})
            assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")

    def test_a_sites_key_opens_no_desk(self, site):
        assert site.get("/v1/queue").status_code == 401

    def test_a_token_opens_no_site(self, app, moderators):
        token = moderators.new_token("wati")
        headers = {"Authorization": f"Bearer {token}"}
        assert app.test_client().post("/v1/score", json={}, headers=headers).status_code == 401

    def test_a_form_without_its_word_is_refused(self, app, site, moderators):
        client, comment = client_of(app, "wati"), held(site)
        for word in ("", "nonsense", csrf_of(client_of(app, "adi").get("/queue").text)):
            sent = client.post(f"/queue/{comment}/ruling", data={"act": "accept", "csrf": word})
            assert sent.status_code == 403
            sent = client.post(
                f"/v1/queue/{comment}/ruling",
                json={"verdict": "accept"}, headers={"X-CSRF-Token": word},
            )  # fmt: skip
            assert sent.status_code == 403
        assert verdict(site, comment) == "hold"

    def test_a_word_grows_old(self, app, site, moderators, monkeypatch):
        client, comment = client_of(app, "wati"), held(site)
        word = csrf_of(client.get("/queue").text)
        monkeypatch.setattr("service.web.desk.forms._GOOD_SECONDS", -1)
        sent = client.post(f"/queue/{comment}/ruling", data={"act": "accept", "csrf": word})
        assert sent.status_code == 403
        assert "Formulir ini sudah terlalu lama" in sent.text

    def test_signing_out_ends_the_session(self, app, moderators):
        client = client_of(app, "wati")
        kept = client.get_cookie("saring_session").value
        client.post("/logout", data={"csrf": csrf_of(client.get("/queue").text)})
        client.set_cookie("saring_session", kept)
        assert client.get("/queue").status_code == 303

    def test_the_door_is_slowed_and_locked(self, app, moderators):
        client = app.test_client()
        word = csrf_of(client.get("/login").text)
        form = {"name": "wati", "password": "tebakan", "csrf": word}
        statuses = [client.post("/login", data=form).status_code for _ in range(6)]
        assert statuses == [401] * 5 + [429]
        assert "Kata sandi" not in client.post("/login?lang=en", data=form).text[:0]

    def test_the_door_takes_forms_of_its_own_only(self, app, moderators):
        form = {"name": "wati", "password": PASSWORD}
        assert app.test_client().post("/login", data=form).status_code == 403

    @pytest.mark.parametrize(
        "wanted", ["//evil.example", "https://evil.example", "/\\evil", "\t//e"]
    )
    def test_the_door_leads_nowhere_else(self, app, moderators, wanted):
        client = app.test_client()
        word = csrf_of(client.get("/login").text)
        form = {"name": "wati", "password": PASSWORD, "csrf": word, "next": wanted}
        assert client.post("/login", data=form).location == "/queue"

    @pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
    def test_cookies(self, app, moderators, scheme, secure):
        client, place = app.test_client(), f"{scheme}://localhost"
        word = csrf_of(client.get("/login", base_url=place).text)
        form = {"name": "wati", "password": PASSWORD, "csrf": word}
        set_cookie = client.post("/login", data=form, base_url=place).headers["Set-Cookie"]
        assert "HttpOnly" in set_cookie
        assert "SameSite=Lax" in set_cookie
        assert ("Secure" in set_cookie) is secure
