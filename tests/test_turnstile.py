"""Guessers wait, honest sites do not, and memory stays as it is."""

from __future__ import annotations

from hashlib import sha256

import pytest

from service.errors import TooMany
from service.turnstile import FREE_GUESSES, Turnstile

NOW = 1_800_000_000.0


def digest(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()


@pytest.fixture
def told():
    return []


@pytest.fixture
def turnstile(told):
    return Turnstile(told.append)


def guess(turnstile, number, now=NOW, place=7):
    """Whether a guess was looked at."""
    try:
        turnstile.enter(place, digest(number), now)
    except TooMany:
        return False
    turnstile.wrong(place, digest(number), now)
    return True


def guess_all(turnstile, place=7):
    return sum(guess(turnstile, number, place=place) for number in range(100))


def test_it_works(turnstile, told):
    assert guess_all(turnstile) == FREE_GUESSES + 1
    assert (told.count("refused"), told.count("slowed")) == (FREE_GUESSES + 1, 99 - FREE_GUESSES)


def test_one_more_guess_each_second(turnstile):
    guess_all(turnstile)
    tried = [guess(turnstile, 1000 + tenth, NOW + tenth / 10) for tenth in range(100)]
    assert 8 <= sum(tried) <= 10


def test_it_is_said_how_long_to_wait(turnstile):
    guess_all(turnstile)
    with pytest.raises(TooMany) as refused:
        turnstile.enter(7, digest(1000), NOW)
    assert 1 <= refused.value.retry_after <= 2


def test_a_place_that_rests_has_its_free_guesses_again(turnstile):
    guess_all(turnstile)
    later = NOW + FREE_GUESSES + 1
    assert sum(guess(turnstile, 1000 + n, later) for n in range(100)) == FREE_GUESSES + 1


def test_other_places_are_not_slowed(turnstile):
    guess_all(turnstile)
    assert guess(turnstile, 1000, place=8)


def test_a_site_with_an_old_key_slows_nobody(turnstile, told):
    assert all(guess(turnstile, 5) for _ in range(1000))
    assert guess(turnstile, 6)
    assert told.count("refused") == 1001


def test_a_key_that_was_good_here_is_let_through(turnstile):
    turnstile.right(7, digest(42))
    guess_all(turnstile)
    turnstile.enter(7, digest(42), NOW)
    with pytest.raises(TooMany):
        turnstile.enter(7, digest(43), NOW)


def test_a_key_that_is_good_elsewhere_is_a_guess_here(turnstile):
    turnstile.right(8, digest(42))
    guess_all(turnstile)
    with pytest.raises(TooMany):
        turnstile.enter(7, digest(42), NOW)


def test_a_clock_that_is_set_back_locks_nobody_out(turnstile):
    guess_all(turnstile)
    assert guess(turnstile, 1000, NOW - 3600)


def test_memory_stays_as_it_is(turnstile):
    places, last = turnstile._paid_until.itemsize, turnstile._last_wrong.itemsize
    before = len(turnstile._paid_until) * places + len(turnstile._last_wrong) * last
    for number in range(20_000):
        guess(turnstile, number, NOW + number, place=number % 65_536)
        turnstile.right(number % 65_536, digest(number))
    assert len(turnstile._paid_until) * places + len(turnstile._last_wrong) * last == before
    assert len(turnstile._known) <= 4_096
