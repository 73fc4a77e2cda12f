"""Wrong keys at every door that takes a short one: counted, slowed, and nobody honest shut out."""

from __future__ import annotations

import secrets

import pytest

from service.turnstile import FREE_GUESSES

ANALYZE = {"comment": {"text": "halo"}, "requestedAttributes": {"TOXICITY": {}}}
CHECK = {"blog": "https://blog.example", "user_ip": "203.0.113.9", "comment_content": "halo"}


@pytest.fixture
def client(app):
    return app.test_client()


def akismet(client, key, ip="203.0.113.9"):
    return client.post(
        "/1.1/comment-check", data={**CHECK, "api_key": key}, environ_base={"REMOTE_ADDR": ip}
    )


def perspective(client, key, ip="203.0.113.9"):
    path = f"/v1alpha1/comments:analyze?key={key}"
    return client.post(path, json=ANALYZE, environ_base={"REMOTE_ADDR": ip})


def native(client, key, ip="203.0.113.9"):
    headers = {"Authorization": f"Bearer {key}"}
    base = {"REMOTE_ADDR": ip}
    return client.get("/v1/policy", headers=headers, environ_base=base)


DOORS = pytest.mark.parametrize("door", [akismet, perspective, native])


def guess(client, door, count=FREE_GUESSES + 5, **more):
    return [door(client, secrets.token_hex(6), **more) for _ in range(count)]


@DOORS
def test_guessers_are_put_off(client, door):
    answers = guess(client, door)
    statuses = [answer.status_code for answer in answers]
    assert 429 not in statuses[:FREE_GUESSES]
    assert statuses[-1] == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_each_door_says_it_in_its_own_words(client):
    last = guess(client, akismet)[-1]
    assert last.data not in (b"true", b"false", b"invalid", b"valid")
    assert len(last.headers["X-akismet-guid"]) == 32
    error = perspective(client, secrets.token_hex(6)).json["error"]
    assert (error["code"], error["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert native(client, secrets.token_hex(6)).json["code"] == "too_many"


@DOORS
def test_the_right_key_cannot_be_told_from_a_wrong_one_meanwhile(client, site, door):
    """Else guessing would go on, and only the wrong answers be slow."""
    guess(client, door)
    assert door(client, site.keys.short_key).status_code == 429


@DOORS
def test_a_site_that_was_here_before_is_not_shut_out(client, site, door):
    """Neither by a guesser behind its own address."""
    assert door(client, site.keys.short_key).status_code in (200, 403)
    guess(client, door)
    assert door(client, site.keys.short_key).status_code in (200, 403)


def test_a_site_elsewhere_is_not_shut_out(client, site):
    """Nor on a port that serves both kinds of addresses."""
    for kind in ("", "::ffff:"):
        guess(client, akismet, ip=f"{kind}203.0.113.9")
        answer = akismet(client, secrets.token_hex(6), ip=f"{kind}198.51.100.1")
        assert answer.data == b"invalid"
    assert akismet(client, site.keys.short_key, ip="198.51.100.1").data == b"false"


def test_one_house_is_one_guesser(client):
    """The addresses of an IPv6 network are its owner's."""
    guess(client, akismet, ip="2001:db8:1:2::1")
    assert akismet(client, secrets.token_hex(6), ip="2001:db8:1:2:ffff::9").status_code == 429
    assert akismet(client, secrets.token_hex(6), ip="2001:db8:1:3::9").status_code == 200


def test_a_second_later_one_more_is_looked_at(client, clock, site):
    guess(client, akismet)
    clock.forward(seconds=1.1)
    assert akismet(client, site.keys.short_key).data == b"false"


def test_a_rotated_key_that_goes_on_asking_slows_nobody(app, client, site):
    old = site.keys.short_key
    new = app.extensions["saring"]["access"].rotate_keys("default").short_key
    for _ in range(FREE_GUESSES * 3):
        assert akismet(client, old).data == b"invalid"
    assert akismet(client, new).data == b"false"


def test_what_has_no_keys_shape_is_no_guess(client, site):
    for number in range(FREE_GUESSES * 2):
        assert akismet(client, f"saringserver{number}").data == b"invalid"
    assert akismet(client, site.keys.short_key).data == b"false"


def test_they_are_counted(client):
    guess(client, akismet, FREE_GUESSES + 4)
    measured = client.get("/metrics").text.splitlines()
    assert f'saring_wrong_keys_total{{answer="refused"}} {FREE_GUESSES + 1}.0' in measured
    assert 'saring_wrong_keys_total{answer="slowed"} 3.0' in measured
