"""Moderators at the door: passwords, sessions, tokens, and what guessing costs."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from service.access import Access
from service.desk.signins import FREE_GUESSES, SignIns
from service.errors import Missing, TooMany, Unauthenticated
from tests.conftest import SECRET

PASSWORD = "kata sandi yang panjang"


@pytest.fixture
def sign_ins(access: Access, database, clock) -> SignIns:
    access.add_moderator("wati", "moderator", PASSWORD)
    return SignIns(database, SECRET, clock)


def guess(sign_ins: SignIns, name: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Unauthenticated):
            sign_ins.sign_in(name, "tebakan")


def test_it_works(sign_ins):
    session, moderator = sign_ins.sign_in("wati", PASSWORD)
    assert (moderator.name, moderator.role, moderator.is_admin) == ("wati", "moderator", False)
    assert sign_ins.by_session(session).name == "wati"


@pytest.mark.parametrize(("name", "password"), [("wati", "salah"), ("siapa", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_are_the_same(sign_ins, name, password):
    with pytest.raises(Unauthenticated) as refused:
        sign_ins.sign_in(name, password)
    assert refused.value.slug == "wrong_password"


@pytest.mark.parametrize("name", ["wati", "siapa"])
def test_guessing_is_slowed_for_known_and_unknown_names_alike(sign_ins, clock, name):
    guess(sign_ins, name, FREE_GUESSES + 1)
    for wait in (2, 4, 8, 16):
        with pytest.raises(TooMany) as refused:
            sign_ins.sign_in(name, PASSWORD)
        assert refused.value.retry_after == wait + 1
        clock.forward(seconds=wait + 1)
        guess(sign_ins, name, 1)


def test_a_lock_never_outlasts_a_quarter_of_an_hour(sign_ins, clock):
    for _ in range(20):
        guess(sign_ins, "wati", 1)
        clock.forward(minutes=15, seconds=1)
    assert sign_ins.sign_in("wati", PASSWORD)


def test_the_right_password_forgets_the_wrong_ones(sign_ins):
    guess(sign_ins, "wati", FREE_GUESSES)
    sign_ins.sign_in("wati", PASSWORD)
    guess(sign_ins, "wati", FREE_GUESSES)
    assert sign_ins.sign_in("wati", PASSWORD)


def ended(sign_ins: SignIns, session: str) -> bool:
    try:
        sign_ins.by_session(session)
    except Unauthenticated:
        return True
    return False


def test_signing_out_ends_one_session(sign_ins):
    here, there = (sign_ins.sign_in("wati", PASSWORD)[0] for _ in "ab")
    sign_ins.sign_out(here)
    assert (ended(sign_ins, here), ended(sign_ins, there)) == (True, False)


def test_a_session_ends_when_it_is_not_used(sign_ins, clock):
    session, _ = sign_ins.sign_in("wati", PASSWORD)
    for _ in range(3):
        clock.forward(hours=11)
        assert not ended(sign_ins, session)
    clock.forward(hours=12)
    assert ended(sign_ins, session)


def test_no_session_outlasts_a_week(sign_ins, clock):
    session, _ = sign_ins.sign_in("wati", PASSWORD)
    for _ in range(16):
        clock.forward(hours=10)
        sign_ins.by_session(session)
    clock.forward(hours=10)
    assert ended(sign_ins, session)


def test_who_is_disabled_is_out_at_once(sign_ins):
    session, _ = sign_ins.sign_in("wati", PASSWORD)
    token = sign_ins.new_token("wati")
    sign_ins.disable("wati")
    assert ended(sign_ins, session)
    with pytest.raises(Unauthenticated):
        sign_ins.by_token(token)
    with pytest.raises(Unauthenticated):
        sign_ins.sign_in("wati", PASSWORD)


def test_who_is_let_in_again_begins_with_nothing(sign_ins):
    """A token from before is no way in that everybody has forgotten of."""
    token, session = sign_ins.new_token("wati"), sign_ins.sign_in("wati", PASSWORD)[0]
    sign_ins.disable("wati")
    sign_ins.reset("wati", PASSWORD)
    assert ended(sign_ins, session)
    with pytest.raises(Unauthenticated):
        sign_ins.by_token(token)


def test_guesses_at_the_same_time_are_all_counted(sign_ins, monkeypatch):
    """Of many at once each sees no lock yet; the one after them does."""
    together = Barrier(FREE_GUESSES + 1)
    monkeypatch.setattr("service.desk.signins._matches", lambda *_: together.wait(10) < 0)
    threads = [Thread(target=guess, args=(sign_ins, "wati", 1)) for _ in range(FREE_GUESSES + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with pytest.raises(TooMany):
        sign_ins.sign_in("wati", PASSWORD)


def test_a_new_password_ends_sessions_and_lifts_locks(sign_ins):
    session, _ = sign_ins.sign_in("wati", PASSWORD)
    guess(sign_ins, "wati", FREE_GUESSES + 1)
    sign_ins.reset("wati", "kata sandi yang baru")
    assert ended(sign_ins, session)
    assert sign_ins.sign_in("wati", "kata sandi yang baru")


def test_tokens_are_known_until_they_are_revoked(sign_ins):
    tokens = [sign_ins.new_token("wati") for _ in range(2)]
    assert {sign_ins.by_token(token).name for token in tokens} == {"wati"}
    assert sign_ins.revoke_tokens("wati") == 2
    for token in tokens:
        with pytest.raises(Unauthenticated):
            sign_ins.by_token(token)


@pytest.mark.parametrize("act", ["disable", "new_token"])
def test_nobody_of_that_name(sign_ins, act):
    with pytest.raises(Missing):
        getattr(sign_ins, act)("siapa")


def test_nothing_that_opens_the_desk_is_stored(sign_ins, database):
    session, _ = sign_ins.sign_in("wati", PASSWORD)
    token = sign_ins.new_token("wati")
    with database.read() as tx:
        for table in ("sessions", "tokens", "moderators"):
            stored = str(tx.exec_driver_sql(f"SELECT * FROM {table}").all())
            assert not any(word in stored for word in (session, token, PASSWORD))
