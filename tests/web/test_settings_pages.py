"""What admins set: rules with their effect seen first, shadows, people, sites; one's account."""

from __future__ import annotations

import re

import pytest

from service.rules import Rules
from tests.web.desk import PASSWORD, client_of, csrf_of


@pytest.fixture
def access(app, site):
    access = app.extensions["saring"]["access"]
    access.add_moderator("adi", "admin", PASSWORD)
    access.add_moderator("wati", "moderator", PASSWORD)
    return access


@pytest.fixture
def admin(app, access):
    return client_of(app, "adi", "en")


def typed(page: str) -> dict[str, str]:
    """The form of the rules as a browser would send it back, switches that are on included."""
    form = page[page.index('id="rules-form"') : page.index("</form>", page.index("rules-form"))]
    named = dict(re.findall(r'<input(?: id="\w+")?[^>]* name="(\w+)"[^>]* value="([^"]*)"', form))
    lists = dict(re.findall(r'<textarea id="(\w+)"[^>]*>([^<]*)</textarea>', form))
    on = dict.fromkeys(re.findall(r'type="checkbox" name="(\w+)" checked', form), "on")
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    return {**named, **lists, **on, **hidden}


def send(client, act: str, **changed: str | None):
    form = {**typed(client.get("/settings").text), "act": act, **changed}
    sent = {name: value for name, value in form.items() if value is not None}
    return client.post("/settings/rules", data=sent)


def rules(access) -> Rules:
    return access.named_site("default").rules


def test_it_works(admin, access):
    sent = send(admin, "save", hold_per_mille="50", banned_words="slot*\njudi online")
    assert sent.status_code == 303
    assert "Version 1 is in force." in admin.get(sent.location).text
    assert rules(access) == Rules(1, hold_per_mille=50.0, banned_words=("slot*", "judi online"))


def test_every_rule_is_on_the_form(admin):
    known = set(typed(admin.get("/settings").text))
    for name in Rules.__dataclass_fields__.keys() - {"version", "shadow", "learnt"}:
        assert name in known or f"shown_{name}" in known, name


def test_a_budget_keeps_its_slider_whoever_set_it(admin, app):
    app.extensions["saring"]["rulebook"].change("default", "adi", {"hold_per_mille": 50})
    assert (
        'max="200" step="any" value="50.0" data-for="hold_per_mille"' in admin.get("/settings").text
    )


def test_a_form_sent_back_as_it_was_changes_nothing(admin, access):
    send(admin, "save")
    assert rules(access) == Rules(1)


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_fraction_is_not_rounded_by_looking_at_it(app, access, language):
    app.extensions["saring"]["rulebook"].change("default", "adi", {"reject_per_mille": 0.25})
    send(client_of(app, "adi", language), "save")
    assert rules(access).reject_per_mille == 0.25


def test_a_switch_goes_on_and_off(admin, access):
    send(admin, "save", toxicity_rejects="on")
    assert rules(access).toxicity_rejects
    send(admin, "save", toxicity_rejects=None)
    assert not rules(access).toxicity_rejects


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hold_per_mille", "2000"), ("hold_per_mille", "many"), ("night_from", "24"),
        ("time_zone", "Mars/Olympus"), ("banned_words", "/(/"), ("wave_from", "1.5"),
        ("retention_days", "-1"), ("banned_words", "wati@example.org"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_and_nothing_saved(admin, access, name, value):
    sent = send(admin, "save", **{name: value, "reject_per_mille": "5"})
    assert sent.status_code == 422
    assert name in sent.text
    assert rules(access) == Rules()


def test_the_effect_is_seen_before_anything_is_saved(admin, access, site):
    site.comment(content="dasar bodoh")
    site.comment(content="Semoga damai", author_email="ani@example.com")
    sent = send(admin, "try", banned_words="damai")
    assert "2 comments replayed" in sent.text
    assert "damai</textarea>" in sent.text
    assert rules(access) == Rules()
    form = {**typed(admin.get("/settings").text), "banned_words": "bodoh"}
    assert "0 held a day" in admin.post("/settings/preview", data=form).json["told"]


def test_two_admins_do_not_overwrite_each_other(admin, access):
    old = typed(admin.get("/settings").text)
    send(admin, "save", hold_per_mille="50")
    sent = admin.post("/settings/rules", data={**old, "act": "save", "hold_per_mille": "9"})
    assert sent.status_code == 409
    assert rules(access).hold_per_mille == 50


def test_a_shadow_runs_beside_and_can_be_adopted(admin, access, site, clock):
    send(admin, "shadow", banned_words="damai", hold_per_mille="60")
    assert rules(access) == Rules(1, shadow={"banned_words": ["damai"], "hold_per_mille": 60.0})
    clock.forward(seconds=2)  # rules are remembered for a second
    assert site.comment(content="Semoga damai").json["verdict"] == "accept"
    page = admin.get("/settings").text
    assert "In 7 days 1 comment accepted would have been rejected." in page
    send(admin, "adopt")
    assert rules(access) == Rules(2, banned_words=("damai",), hold_per_mille=60.0)


def test_a_shadow_ends(admin, access):
    send(admin, "shadow", hold_per_mille="60")
    send(admin, "end_shadow")
    assert rules(access) == Rules(2)


def test_who_changed_what_when(admin):
    send(admin, "save", hold_per_mille="50")
    assert re.search(r'scope="row">1</th><td>adi</td><td>23 Nov 2026', admin.get("/settings").text)


def test_moderators_come_and_go(app, admin, access):
    def act(act: str, name: str, **more: str) -> str:
        word = csrf_of(admin.get("/settings/people").text)
        form = {"csrf": word, "act": act, "name": name, **more}
        sent = admin.post("/settings/moderators", data=form)
        assert sent.status_code in (200, 303), sent.text
        return sent.text

    def shown(page: str) -> str:
        return re.search(r'class="secret">([^<]+)<', page)[1]  # type: ignore[index]

    password = shown(act("add", "tono", role="moderator"))
    assert app.extensions["saring"]["sign_ins"].sign_in("tono", password)
    token = shown(act("token", "tono"))
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/v1/queue", headers=headers).status_code == 200
    act("revoke", "tono")
    assert app.test_client().get("/v1/queue", headers=headers).status_code == 401
    act("disable", "tono")
    assert ("tono", "moderator", True) in access.moderators()
    assert shown(act("reset", "tono")) != password
    assert ("tono", "moderator", False) in access.moderators()


def test_nobody_shuts_themselves_out(admin, access):
    word = csrf_of(admin.get("/settings/people").text)
    form = {"csrf": word, "act": "disable", "name": "adi"}
    assert admin.post("/settings/moderators", data=form).status_code == 422


def test_keys_are_shown_once_and_rotated(admin, site):
    word = csrf_of(admin.get("/settings/sites").text)
    form = {"csrf": word, "act": "rotate", "name": "default"}
    page = admin.post("/settings/sites", data=form).text
    key = re.search(r'class="secret">([0-9a-f]{40})<', page)[1]  # type: ignore[index]
    assert site.comment().status_code == 401
    assert key not in admin.get("/settings/sites").text


def test_a_block_is_listed_and_lifted(app, admin, access, site):
    held = site.comment(content="dasar bodoh", author_email="ani@example.com").json["id"]
    review = app.extensions["saring"]["review"]
    review.set_standing(access.named_site("default"), held, "blocked", "wati")
    page = admin.get("/settings/people").text
    handle = re.search(r'name="handle" value="(\w{32})"', page)[1]  # type: ignore[index]
    form = {"csrf": csrf_of(page), "handle": handle}
    assert admin.post("/settings/standings", data=form).status_code == 303
    assert "Nobody is blocked or trusted." in admin.get("/settings/people").text
    assert admin.post("/settings/standings", data=form).status_code == 404


@pytest.mark.parametrize("path", ["/settings", "/settings/people", "/settings/sites"])
def test_only_admins(app, access, path):
    assert client_of(app, "wati").get(path).status_code == 403


class TestAccount:
    """One's own time zone, password and sessions."""

    def test_dates_follow_the_zone_that_was_chosen(self, app, access, site):
        client = client_of(app, "wati")
        site.comment(content="dasar bodoh")
        assert "16.00 WIB" in client.get("/queue").text
        form = {"csrf": csrf_of(client.get("/account").text), "zone": "Asia/Jayapura"}
        assert client.post("/account/zone", data=form).status_code == 303
        assert "18.00 WIT" in client.get("/queue").text
        assert client.post("/account/zone", data={**form, "zone": "x"}).status_code == 422

    def test_a_password_is_changed_and_other_sessions_end(self, app, access):
        here, there = client_of(app, "wati"), client_of(app, "wati")
        word = csrf_of(here.get("/account").text)
        form = {"csrf": word, "old": PASSWORD, "new": "kata sandi lain lagi"}
        assert here.post("/account/password", data={**form, "new": "pendek"}).status_code == 422
        assert here.post("/account/password", data={**form, "old": "salah"}).status_code == 401
        assert here.post("/account/password", data=form).status_code == 200
        assert here.get("/queue").status_code == 200
        assert there.get("/queue").status_code == 303

    def test_signing_out_everywhere(self, app, access):
        here, there = client_of(app, "wati"), client_of(app, "wati")
        here.post("/account/sessions", data={"csrf": csrf_of(here.get("/account").text)})
        assert [client.get("/queue").status_code for client in (here, there)] == [303, 303]
