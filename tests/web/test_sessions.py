"""A moderator's session: whose it is, when it is another, and what ends it."""

from __future__ import annotations

import re

import pytest

from tests.web.desk import PASSWORD, client_of, csrf_of

PLANTED = "x" * 43
NEW_PASSWORD = "kata sandi yang lain lagi"


@pytest.fixture
def access(app):
    access = app.extensions["saring"]["access"]
    access.add_moderator("wati", "moderator", PASSWORD)
    access.add_moderator("adi", "admin", PASSWORD)
    return access


def session_of(client) -> str:
    return str(client.get_cookie("saring_session").value)


def is_in(app, session: str) -> bool:
    client = app.test_client()
    client.set_cookie("saring_session", session)
    return bool(client.get("/queue").status_code == 200)


def post(client, path: str, **form: str):
    return client.post(path, data={"csrf": csrf_of(client.get("/queue").text), **form})


def sign_in(client, name: str = "wati"):
    word = csrf_of(client.get("/login").text)
    return client.post("/login", data={"name": name, "password": PASSWORD, "csrf": word})


def test_a_session_that_was_planted_is_never_anybodys(app, access):
    """Session fixation: whoever signs in gets a word that nobody knew before."""
    client = app.test_client()
    client.set_cookie("saring_session", PLANTED)
    assert sign_in(client).status_code == 303
    assert session_of(client) != PLANTED
    assert not is_in(app, PLANTED)


def test_signing_in_again_is_another_session_and_ends_the_one_before(app, access):
    client = client_of(app, "wati")
    first = session_of(client)
    assert sign_in(client, "adi").status_code == 303
    assert session_of(client) != first
    assert not is_in(app, first)


def test_a_new_password_is_a_new_session_and_ends_all_others(app, access):
    here, elsewhere = client_of(app, "wati"), client_of(app, "wati")
    before = session_of(here)
    changed = post(here, "/account/password", old=PASSWORD, new=NEW_PASSWORD)
    assert changed.status_code == 200
    assert session_of(here) != before
    assert is_in(app, session_of(here))
    assert not is_in(app, before)
    assert not is_in(app, session_of(elsewhere))


@pytest.mark.parametrize("act", ["reset", "disable"])
def test_an_admin_ends_the_sessions_of_whom_they_reset_or_disable(app, access, act):
    theirs = session_of(client_of(app, "wati"))
    answer = post(client_of(app, "adi"), "/settings/moderators", act=act, name="wati")
    assert answer.status_code < 400
    assert not is_in(app, theirs)


def test_signing_out_everywhere_leaves_no_session(app, access):
    sessions = [client_of(app, "wati") for _ in range(3)]
    others = session_of(client_of(app, "adi"))
    assert post(sessions[0], "/account/sessions").status_code == 303
    assert not any(is_in(app, session_of(client)) for client in sessions)
    assert is_in(app, others)


def test_signing_out_ends_the_session_itself_and_not_the_cookie_only(app, access):
    client = client_of(app, "wati")
    session = session_of(client)
    assert post(client, "/logout").status_code == 303
    assert client.get_cookie("saring_session") is None
    assert not is_in(app, session)


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_the_cookie_is_for_the_browser_alone(app, access, scheme, secure):
    client = app.test_client()
    base = f"{scheme}://localhost"
    word = csrf_of(client.get("/login", base_url=base).text)
    form = {"name": "wati", "password": PASSWORD, "csrf": word}
    answer = client.post("/login", data=form, base_url=base)
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("saring_session")]
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= parts
    assert ("Secure" in parts) is secure
    assert not any(part.startswith("Domain") for part in parts)


def test_a_visitors_word_is_no_moderators(app, access):
    """A visitor may choose their own cookie, and be given a word for it: never a session's word."""
    client = client_of(app, "wati")
    digest = app.extensions["saring"]["sign_ins"].by_session(session_of(client)).session
    stranger = app.test_client()
    stranger.set_cookie("saring_visitor", digest)
    word = csrf_of(stranger.get("/login").text)
    assert client.post("/account/sessions", data={"csrf": word}).status_code == 403
    assert is_in(app, session_of(client))


HOSTILE_DONE = [
    "%2e%2e/account/sessions?..accept",
    "%2e%2e/logout?x=.y.accept",
    "/../account/sessions?..accept",
    'x" onmouseover="alert(1)..accept',
    "00000000-0000-7000-8000-000000000001.%2e%2e.accept",
    "00000000-0000-7000-8000-000000000001..accept.more",
    "00000000-0000-7000-8000-000000000001..nothing",
]


@pytest.mark.parametrize("done", HOSTILE_DONE)
def test_a_link_cannot_choose_where_a_form_of_ours_goes(app, access, done):
    """Each form carries the moderator's word: it goes where our own pages send it."""
    page = client_of(app, "wati").get("/queue", query_string={"done": done}).text
    aims = set(re.findall(r'<form method="post" action="([^"]*)"', page))
    assert aims == {"/language", "/logout"}


def test_undo_is_offered_for_what_was_done(app, access):
    comment = "00000000-0000-7000-8000-000000000001"
    page = client_of(app, "wati").get("/queue", query_string={"done": f"{comment}..accept"}).text
    assert f'action="/queue/{comment}/undo"' in page


def test_a_version_of_any_length_is_a_version_or_nothing(app, access):
    page = client_of(app, "adi").get("/settings", query_string={"saved": "9" * 5000})
    assert page.status_code == 200


def test_only_ids_are_claimed(app, access, sqlite):
    client = client_of(app, "wati")
    headers = {"X-CSRF-Token": csrf_of(client.get("/queue").text)}
    card, odd = "00000000-0000-7000-8000-000000000001", "budi@example.com"
    for mine in (card, odd):
        body = {"cards": [card, odd], "mine": mine}
        assert client.post("/queue/pulse", json=body, headers=headers).status_code == 200
    with sqlite.read() as tx:
        assert tx.exec_driver_sql("SELECT card FROM claims").scalars().all() == [card]
