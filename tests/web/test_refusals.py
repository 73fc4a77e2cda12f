"""What is refused, and that a refusal is clear: a 4xx, every bad field, no word repeated."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.comments import SiteKeys
from service.web.native import COMMENT_BODY_BYTES, SCORE_BODY_BYTES
from tests.doubles import COMMENT, FORM, JSON, Site

LATIN1 = '{"content": "caf\xe9"}'.encode("latin-1")


def errors_of(site, response) -> dict[str, str]:
    assert response.status_code == 422
    problem = site.problem(response)
    assert (problem["status"], problem["code"], problem["verdict"]) == (422, "invalid", "reject")
    return {error["field"]: error["code"] for error in problem["errors"]}


def test_it_works(site):
    assert errors_of(site, site.comment(content=None)) == {"content": "required"}


def test_every_bad_field_at_once(site):
    sent = {
        "content": " \n ",
        "author_name": "x" * 246,
        "author_email": "nonsense",
        "author_url": "javascript:alert(1)",
        "permalink": 7,
        "parent_id": -1,
        "submitted_after_ms": "soon",
        "honeypot": [],
    }
    assert errors_of(site, site.post(json=sent)) == {
        "content": "required",
        "author_name": "too_long",
        "author_email": "email",
        "author_url": "url",
        "permalink": "type",
        "parent_id": "type",
        "submitted_after_ms": "type",
        "honeypot": "type",
    }


@pytest.mark.parametrize("kind", ["json", "data"])
def test_nothing_at_all(site, kind):
    errors = errors_of(site, site.post(**{kind: {"other": "x"}}))
    assert errors == dict.fromkeys(("content", "author_name", "author_email"), "required")


@pytest.mark.parametrize(
    ("language", "title", "detail"),
    [
        ("en", "Some fields are missing or wrong; each is listed.", "At most 245 characters."),
        ("id", "Ada isian yang kosong atau keliru; semuanya tercantum.", "Paling banyak 245 karak"),
    ],
)
def test_both_languages(site, language, title, detail):
    response = site.comment(author_name="x" * 246, headers={"Accept-Language": language})
    problem = site.problem(response)
    assert problem["detail"] == title
    assert problem["errors"][0]["detail"].startswith(detail)


def test_a_problem_is_rfc_9457(site):
    problem = site.problem(site.comment(content=None))
    assert set(problem) == {"type", "title", "status", "code", "detail", "verdict", "errors"}
    assert (problem["type"], problem["title"]) == ("about:blank", "Unprocessable Content")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("content", "", "required"),
        ("content", "   \t\n\u3000\xa0", "required"),
        ("content", None, "required"),
        ("content", 7, "type"),
        ("content", ["x"], "type"),
        ("content", "x" * 65_526, "too_long_bytes"),
        ("content", "\u4e16" * 21_842, "too_long_bytes"),
        ("content", "a\x00b", "control_characters"),
        ("content", "a\x1bb", "control_characters"),
        ("content", "a\x7fb", "control_characters"),
        ("content", "a\x9bb", "control_characters"),
        ("author_name", "", "required"),
        ("author_name", " ", "required"),
        ("author_name", "x" * 246, "too_long"),
        ("author_name", "a\nb", "control_characters"),
        ("author_name", "a\x00b", "control_characters"),
        ("author_name", True, "type"),
        ("author_email", "", "required"),
        ("author_email", "budi", "email"),
        ("author_email", "budi@", "email"),
        ("author_email", "@example.com", "email"),
        ("author_email", "budi@example", "email"),
        ("author_email", "budi@@example.com", "email"),
        ("author_email", "budi santoso@example.com", "email"),
        ("author_email", "budi@exa mple.com", "email"),
        ("author_email", "budi@-example.com", "email"),
        ("author_email", "budi@example..com", "email"),
        ("author_email", "Budi <budi@example.com>", "email"),
        ("author_email", "budi@example.com\x00", "email"),
        ("author_email", "budi@[192.0.2.7]", "email"),
        ("author_email", "x@" + "y" * 300 + ".com", "email"),
        ("author_email", "x" * 100_000, "email"),
        ("author_url", "ftp://example.com", "url"),
        ("author_url", "example.com", "url"),
        ("author_url", "http://", "url"),
        ("author_url", "http:// example.com", "url"),
        ("author_url", "https://example.com/\x00", "url"),
        ("author_url", "data:text/html,x", "url"),
        ("author_url", " javascript:alert(1)", "url"),
        ("author_url", "https://example.com/" + "x" * 181, "too_long"),
        ("permalink", "x" * 2001, "too_long"),
        ("post_title", "a\x00", "control_characters"),
        ("parent_id", 1.5, "type"),
        ("parent_id", 2**63, "type"),
        ("parent_id", True, "type"),
        ("parent_id", "x" * 201, "too_long"),
        ("author_ip", "x" * 101, "too_long"),
        ("author_user_agent", 7, "type"),
        ("submitted_after_ms", -1, "type"),
        ("submitted_after_ms", 2**31, "type"),
        ("submitted_after_ms", 1.5, "type"),
        ("submitted_after_ms", "100", "type"),
        ("submitted_after_ms", 1e300, "type"),
        ("submitted_after_ms", True, "type"),
        ("honeypot", 1, "type"),
    ],
)
def test_each_bad_field(site, field, value, code):
    assert errors_of(site, site.comment(**{field: value})) == {field: code}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("content", "x" * 65_525),
        ("content", " " * 1000 + "x" * 65_525),
        ("content", "\u4e16" * 21_841),
        ("content", "x"),
        ("author_name", "\u4e16" * 245),
        ("author_email", "x" * 64 + "@example.com"),
        ("author_url", "https://example.com/" + "x" * 180),
        ("author_url", "HTTPS://EXAMPLE.COM"),
        ("author_url", ""),
        ("permalink", "x" * 2000),
        ("submitted_after_ms", 2**31 - 1),
        ("parent_id", 2**63 - 1),
        ("parent_id", 0),
        ("parent_id", 17.0),
        ("submitted_after_ms", 30.0),
    ],
)
def test_each_limit_itself_is_good(site, field, value):
    assert site.comment(**{field: value}).status_code == 201


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "bad_json"),
        (b"{", "bad_json"),
        (b"nonsense", "bad_json"),
        (b'{"content": "halo"', "bad_json"),
        (b'{"content": halo}', "bad_json"),
        (b"{'content': 'halo'}", "bad_json"),
        (LATIN1, "bad_json"),
        (b'{"content": "\xff\xfe"}', "bad_json"),
        (b'{"content": "\xed\xa0\x80"}', "bad_json"),
        (b'{"content": "\\ud800"}', "bad_json"),
        (b'{"content": "\\udc00\\ud800"}', "bad_json"),
        (b'{"content": "a\x00b"}', "bad_json"),
        (b"\x00", "bad_json"),
        ('{"content": "halo"}'.encode("utf-16"), "bad_json"),
        (b"[" * 10_000, "bad_json"),
        (b"[" * 10_000 + b"]" * 10_000, "bad_json"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "bad_json"),
        (b"[]", "not_an_object"),
        (b"null", "not_an_object"),
        (b'"halo"', "not_an_object"),
        (b"7", "not_an_object"),
        (b"9" * 10_000, "bad_json"),
    ],
    ids=lambda value: repr(value[:24]),
)
@pytest.mark.parametrize("path", ["/v1/comments", "/v1/score"])
def test_bodies_that_are_no_json(site, path, body, code):
    response = site.post_bytes(body, path=path)
    assert response.status_code == 400
    assert site.problem(response)["code"] == code


@pytest.mark.parametrize(
    "body", [b"content=%ff", b"content=%ed%a0%80", b"content=\xff", b"a=b&" * 2000]
)
def test_bodies_that_are_no_form(site, body):
    response = site.post_bytes(body, FORM)
    assert response.status_code == 400
    assert site.problem(response)["code"] == "bad_form"


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "text/html", "multipart/form-data; boundary=x", "application/xml"]
)
def test_bodies_of_another_kind(site, kind):
    response = site.post_bytes(b"{}", kind)
    assert response.status_code == 415
    assert site.problem(response)["code"] == "unsupported_media_type"


def test_scores_take_no_form(site):
    assert site.post_bytes(b"content=halo", FORM, "/v1/score").status_code == 415


@pytest.mark.parametrize(
    ("path", "limit"), [("/v1/comments", COMMENT_BODY_BYTES), ("/v1/score", SCORE_BODY_BYTES)]
)
def test_bodies_that_are_too_large(site, path, limit):
    response = site.post_bytes(b" " * (limit + 1), path=path)
    assert response.status_code == 413
    assert site.problem(response)["code"] == "too_large"


@pytest.mark.parametrize("kind", [JSON, FORM])
def test_a_body_that_ends_too_early(site, kind):
    body = json.dumps(COMMENT).encode()
    longer = {"CONTENT_LENGTH": "9000"}
    response = site.post(data=body, content_type=kind, environ_overrides=longer)
    assert response.status_code == 400
    assert site.problem(response)["code"] == "incomplete_body"


ROUTES = [
    ("POST", "/v1/comments"),
    ("GET", "/v1/comments/00000000-0000-7000-8000-000000000000"),
    ("DELETE", "/v1/comments/00000000-0000-7000-8000-000000000000"),
    ("POST", "/v1/score"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Bearer " + "0" * 40,
        "Bearer " + "0" * 12,
        "Bearer " + "\xe9" * 40,
        "Basic dXNlcjpwYXNz",
        "Token " + "0" * 40,
        "0" * 40,
    ],
)
def test_no_key_or_a_wrong_one(app, site, method, path, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    response = app.test_client().open(path, method=method, headers=headers)
    assert response.status_code == 401
    assert site.problem(response)["code"] == "unauthenticated"
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="saring"'


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_the_short_key_is_not_enough(app, site, method, path):
    headers = {"Authorization": f"Bearer {site.keys.short_key}"}
    response = app.test_client().open(path, method=method, headers=headers)
    assert response.status_code == 403
    assert site.problem(response)["code"] == "forbidden"


def test_a_key_in_other_writing(app, site):
    for scheme in ("bearer", "BEARER"):
        headers = {"Authorization": f"{scheme}  {site.keys.key.upper()} "}
        assert app.test_client().post("/v1/score", headers=headers).status_code == 415


def test_an_old_key_stops(app, site, clock):
    assert site.comment().status_code == 201
    app.extensions["saring"]["access"].rotate_keys("default")
    clock.forward(seconds=2)
    assert site.comment(content="lain").status_code == 401


@pytest.mark.parametrize("path", ["/nothing", "/v1", "/v1/comment", "/v1//comments", "/%00", "/é"])
def test_no_such_place(site, path):
    response = site.get(path)
    assert response.status_code == 404
    assert site.problem(response)["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/comments", "OPTIONS, POST"),
        ("PATCH", "/v1/comments", "OPTIONS, POST"),
        ("POST", "/healthz", "GET, HEAD, OPTIONS"),
        ("GET", "/v1/score", "OPTIONS, POST"),
        ("NONSENSE", "/v1/score", "OPTIONS, POST"),
    ],
)
def test_a_method_that_is_not_served(app, site, method, path, allowed):
    response = app.test_client().open(path, method=method)
    assert response.status_code == 405
    assert site.problem(response)["code"] == "method_not_allowed"
    assert response.headers["Allow"] == allowed


def test_a_trailing_slash_is_no_redirect(site):
    assert site.post("/v1/comments/", json=COMMENT).status_code == 201


def test_a_database_that_is_gone(make_app, tmp_path):
    """Nothing can be stored: 503, and when to come again."""
    app = make_app(database_url=f"sqlite:///{tmp_path / 'none' / 'saring.db'}")
    site = Site(app, SiteKeys("x", "0" * 40, "0" * 12, ""))
    response = site.comment()
    assert response.status_code == 503
    assert site.problem(response)["code"] == "unavailable"
    assert int(response.headers["Retry-After"]) > 0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
any_comment = st.dictionaries(
    st.sampled_from([*COMMENT, "author_url", "permalink", "parent_id", "submitted_after_ms"]),
    json_values,
)


@settings(max_examples=150, deadline=None)
@given(any_comment)
def test_any_json_has_a_clear_answer(long_lived_site, sent):
    response = long_lived_site.post(json={**COMMENT, **sent})
    assert response.status_code in (201, 400, 409, 422)


@settings(max_examples=150, deadline=None)
@given(st.binary(), st.sampled_from([JSON, FORM]))
def test_any_bytes_have_a_clear_answer(long_lived_site, body, kind):
    assert long_lived_site.post_bytes(body, kind).status_code in (400, 422)
