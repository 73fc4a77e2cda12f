"""POST, GET and DELETE /v1/comments: what a site sends and what it gets."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest

from service.scoring.scorer import NoModel
from tests.doubles import COMMENT, FORM, GOOD, BrokenScorer, Site


def test_it_works(site):
    response = site.comment()
    assert response.status_code == 201
    answer = response.json
    assert UUID(answer.pop("id")).version == 7
    assert answer.pop("scores")["spam"] == 0.01
    assert answer == {
        "verdict": "accept",
        "decided_by": "model",
        "rule": "nothing-against-it",
        "reasons": [],
        "language": "id",
        "model_version": "fake-1",
        "rules_version": "3.0",
    }


@pytest.mark.parametrize(
    ("content", "verdict", "codes"),
    [
        (GOOD, "accept", []),
        ("main slot di sini", "reject", ["GAMBLING"]),
        ("dasar bodoh", "hold", ["TOXIC"]),
        ("slot untuk si bodoh", "reject", ["GAMBLING", "TOXIC"]),
        ("???", "hold", ["LANGUAGE_UNSURE"]),
        ("saring-test-accept", "accept", []),
        ("saring-test-hold", "hold", ["SUSPECT_WORD"]),
        ("saring-test-reject", "reject", ["BANNED_WORD"]),
    ],
)
def test_verdicts(site, content, verdict, codes):
    answer = site.comment(content=content).json
    assert answer["verdict"] == verdict
    assert [reason["code"] for reason in answer["reasons"]] == codes


def test_test_strings_never_conflict(site):
    assert [site.comment(content="saring-test-hold").status_code for _ in range(3)] == [201] * 3


def test_a_reason_says_why(site):
    (reason,) = site.comment(content="ayo slot!").json["reasons"]
    assert reason == {
        "code": "GAMBLING",
        "detail": "Promotes online gambling.",
        "weight": 0.95,
        "threshold": 0.9,
        "matches": [{"start": 4, "end": 8, "weight": 6.0}],
    }


@pytest.mark.parametrize(
    ("accept", "said"),
    [
        ("id", "Mempromosikan judi online."),
        ("id-ID,id;q=0.9,en;q=0.8", "Mempromosikan judi online."),
        ("en", "Promotes online gambling."),
        ("en-US,en;q=0.5", "Promotes online gambling."),
        ("de", "Promotes online gambling."),
        ("*", "Promotes online gambling."),
        (";;;q=x,\xe9", "Promotes online gambling."),
    ],
)
def test_both_languages(site, accept, said):
    answer = site.comment(content="slot", headers={"Accept-Language": accept}).json
    assert answer["reasons"][0]["detail"] == said


@pytest.mark.parametrize(
    ("fields", "verdict", "code"),
    [
        ({"honeypot": "x"}, "reject", "HONEYPOT"),
        ({"submitted_after_ms": 999}, "hold", "TOO_FAST"),
        ({"honeypot": "", "submitted_after_ms": 1000}, "accept", None),
        ({"honeypot": "   "}, "accept", None),
    ],
)
def test_bot_traps(site, fields, verdict, code):
    answer = site.comment(**fields).json
    assert answer["verdict"] == verdict
    assert [reason["code"] for reason in answer["reasons"]] == ([code] if code else [])


def test_a_form(site):
    sent = {**COMMENT, "content": "Baris satu\r\nBaris dua & “kutipan”", "submitted_after_ms": "0"}
    response = site.post(data=sent)
    assert (response.status_code, response.json["verdict"]) == (201, "hold")
    stored = site.get(f"/v1/comments/{response.json['id']}").json
    assert stored["content"] == sent["content"]


def test_a_form_with_a_charset(site):
    assert site.post(data=COMMENT, content_type=f"{FORM}; charset=UTF-8").status_code == 201


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/ld+json"])
def test_other_names_of_json(site, kind):
    body = b'{"content": "halo", "author_name": "Budi", "author_email": "budi@example.com"}'
    assert site.post_bytes(body, kind).status_code == 201


def test_every_optional_field(site):
    fields = {
        "author_url": "https://example.com/",
        "permalink": "https://example.com/a",
        "post_title": "Judul",
        "author_user_agent": "Mozilla/5.0",
        "locale": "id_ID",
        "referrer": "https://example.org/",
        "parent_id": 17,
        "author_ip": "192.0.2.7",
    }
    answer = site.comment(**fields)
    assert answer.status_code == 201
    stored = site.get(f"/v1/comments/{answer.json['id']}").json
    kept = ("author_url", "permalink", "post_title")
    assert {name: stored[name] for name in kept} == {name: fields[name] for name in kept}
    assert stored["parent_id"] == "17"


def test_unknown_fields_are_ignored(site):
    assert site.comment(colour="blue").status_code == 201


@pytest.mark.parametrize(
    "author_email", ["BUDI@Example.COM", "用户@例子.广告", "budi@müller.example"]
)
def test_addresses_of_all_kinds(site, author_email):
    assert site.comment(author_email=author_email).status_code == 201


def test_content_is_trimmed_and_kept_as_it_is(site):
    answer = site.comment(content="  \n Halo\tsemua\r\n\u200b🎰 \U0001d5ed  ").json
    stored = site.get(f"/v1/comments/{answer['id']}").json
    assert stored["content"] == "Halo\tsemua\r\n\u200b🎰 \U0001d5ed"


def test_a_stored_comment(site):
    answer = site.comment(content="dasar bodoh").json
    stored = site.get(f"/v1/comments/{answer['id']}")
    assert stored.status_code == 200
    assert {name: stored.json[name] for name in answer} == answer
    assert stored.json["created_at"] == "2026-11-23T09:00:00+00:00"
    assert stored.json["author_name"] == "Budi"
    assert not {"author_email", "author_ip", "author_key"} & set(stored.json)


def test_addresses_are_masked(site):
    sent = {
        "content": "surat ke wati@example.com",
        "author_name": "wati@example.com",
        "author_url": "https://example.com/wati@example.com",
    }
    stored = site.get(f"/v1/comments/{site.comment(**sent).json['id']}").json
    assert stored["content"] == "surat ke [email]"
    assert stored["author_name"] == "[email]"
    assert stored["author_url"] == "https://example.com/[email]"


def test_erase(site):
    path = f"/v1/comments/{site.comment().json['id']}"
    erased = site.delete(path)
    assert (erased.status_code, erased.data) == (204, b"")
    assert site.get(path).status_code == 404
    assert site.delete(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "00000000-0000-7000-8000-000000000000",
        "none",
        "%00",
        "%ED%A0%80",
        "..%2f..%2fetc",
        "x" * 5000,
    ],
)
@pytest.mark.parametrize("method", ["get", "delete"])
def test_no_such_comment(site, method, path):
    response = getattr(site, method)(f"/v1/comments/{path}")
    assert response.status_code == 404
    assert site.problem(response)["code"] == "not_found"


def test_another_site_never_sees_it(app, site):
    other = Site.added_to(app, "other")
    path = f"/v1/comments/{site.comment().json['id']}"
    assert other.get(path).status_code == 404
    assert other.delete(path).status_code == 404
    assert site.get(path).status_code == 200


def test_the_same_comment_twice(site):
    assert site.comment().status_code == 201
    response = site.comment()
    assert response.status_code == 409
    assert site.problem(response)["code"] == "duplicate"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"author_name": "Ani"}, 409),
        ({"author_email": "ani@example.com"}, 409),
        ({"author_name": "Ani", "author_email": "ani@example.com"}, 201),
        ({"author_email": "BUDI@example.com"}, 409),
        ({"content": "Lain."}, 201),
        ({"permalink": "/lain"}, 201),
        ({"parent_id": "1"}, 201),
        ({"content": f"  {GOOD} "}, 409),
    ],
)
def test_the_duplicate_rule_of_wordpress(site, changes, status):
    site.comment()
    assert site.comment(**changes).status_code == status


def test_the_same_comment_on_two_sites(app, site):
    other = Site.added_to(app, "other")
    assert [s.comment().status_code for s in (site, other)] == [201, 201]


def test_an_erased_comment_may_come_again(site):
    site.delete(f"/v1/comments/{site.comment().json['id']}")
    assert site.comment().status_code == 201


KEYED = {"headers": {"Idempotency-Key": "k-1"}}


def test_an_idempotency_key_repeats_the_first_answer(site):
    first, second = site.comment(**KEYED), site.comment(**KEYED)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json


def test_an_idempotency_key_is_good_for_one_comment(site):
    site.comment(**KEYED)
    response = site.comment(content="Lain.", **KEYED)
    assert response.status_code == 422
    assert site.problem(response)["code"] == "idempotency_key_reused"


def test_an_idempotency_key_is_a_sites_own(app, site):
    other = Site.added_to(app, "other")
    ids = {s.comment(**KEYED).json["id"] for s in (site, other)}
    assert len(ids) == 2


def test_an_idempotency_key_of_a_refused_comment_is_free(site):
    assert site.comment(author_email="nonsense", **KEYED).status_code == 422
    assert site.comment(**KEYED).status_code == 201


def test_another_key_does_not_hide_a_duplicate(site):
    site.comment(**KEYED)
    assert site.comment(headers={"Idempotency-Key": "k-2"}).status_code == 409


@pytest.mark.parametrize("key", ["x" * 4000, "\xff\xfe", "budi@example.com"])
def test_any_idempotency_key(site, key):
    answers = [site.comment(headers={"Idempotency-Key": key}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]


def test_the_same_key_in_flight(site, scorer, monkeypatch):
    """Two requests with one key at once: both are judged, one is stored, both get its answer."""
    both_judged, assess = threading.Barrier(2, timeout=20), scorer.assess

    def together(texts):
        both_judged.wait()
        return assess(texts)

    monkeypatch.setattr(scorer, "assess", together)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(site.comment(**KEYED))) for _ in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json


def test_no_model_holds(make_app):
    site = Site.added_to(make_app(NoModel("there is none")), "default")
    answer = site.comment()
    assert answer.status_code == 201
    assert answer.json["verdict"] == "hold"
    assert [reason["code"] for reason in answer.json["reasons"]] == ["NOT_SCORED"]
    assert (answer.json["scores"], answer.json["model_version"]) == ({}, "none")


def test_a_scorer_that_raises_holds(make_app):
    app = make_app(BrokenScorer())
    site = Site.added_to(app, "default")
    answer = site.comment()
    assert (answer.status_code, answer.json["verdict"]) == (201, "hold")
    assert [reason["code"] for reason in answer.json["reasons"]] == ["NOT_SCORED"]
    metrics = app.test_client().get("/metrics").text
    assert 'saring_scorer_failures_total{type="RuntimeError"} 1.0' in metrics


def test_an_explanation_that_raises_costs_no_comment(site, scorer, monkeypatch):
    monkeypatch.setattr(scorer, "explain", lambda text, head: 1 / 0)
    answer = site.comment(content="slot")
    assert (answer.status_code, answer.json["verdict"]) == (201, "reject")
    assert answer.json["reasons"][0]["matches"] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"author_name": None, "author_email": None},
        {"author_name": "", "author_email": ""},
        {"author_email": None},
        {"author_name": None},
    ],
)
def test_a_site_may_let_people_be_nameless(app, site, clock, fields):
    assert site.comment(**fields).status_code == 422
    app.extensions["saring"]["rulebook"].change("default", "test", {"require_name_email": False})
    clock.forward(seconds=2)
    assert site.comment(**fields).status_code == 201


def test_a_nameless_site_still_checks_what_it_gets(app, site, clock):
    app.extensions["saring"]["rulebook"].change("default", "test", {"require_name_email": False})
    clock.forward(seconds=2)
    response = site.comment(author_email="nonsense", author_name="x" * 246)
    errors = site.problem(response)["errors"]
    assert [(e["field"], e["code"]) for e in errors] == [
        ("author_name", "too_long"),
        ("author_email", "email"),
    ]


def test_rules_hold_at_once_and_are_named_in_the_answer(app, site, clock):
    app.extensions["saring"]["rulebook"].change("default", "test", {"toxicity_rejects": True})
    clock.forward(seconds=2)
    answer = site.comment(content="dasar bodoh").json
    assert (answer["verdict"], answer["rules_version"]) == ("reject", "3.1")
