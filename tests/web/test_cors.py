"""Pages elsewhere: only those that a site names, only with its short key, only to post or score."""

from __future__ import annotations

import pytest

from service.errors import Invalid
from tests.doubles import COMMENT, Site

PAGE = "https://blog.example"
OTHER = "https://elsewhere.example"
ANALYZE = {"comment": {"text": "halo"}, "requestedAttributes": {"TOXICITY": {}}}
SPAM = {"blog": PAGE, "user_ip": "203.0.113.9", "comment_content": "main slot"}
SUGGEST = {
    "comment": {"text": "main slot"},
    "attributeScores": {"SPAM": {"summaryScore": {"value": 0}}},
}
ALLOW = "Access-Control-Allow-Origin"


@pytest.fixture
def client(app, site, clock):
    app.extensions["saring"]["rulebook"].change("default", "a test", {"allowed_origins": [PAGE]})
    clock.forward(seconds=2)
    return app.test_client()


def post(client, key, origin=PAGE, body=COMMENT, **more):
    headers = {"Authorization": f"Bearer {key}", "Origin": origin}
    return client.post("/v1/comments", json=body, headers=headers, **more)


def analyze(client, key, origin=PAGE):
    path = f"/v1alpha1/comments:analyze?key={key}"
    return client.post(path, json=ANALYZE, headers={"Origin": origin})


def preflight(client, path, origin=PAGE):
    asked = {"Access-Control-Request-Method": "POST", "Origin": origin}
    return client.options(path, headers=asked)


def permissions(answer):
    return {n: v for n, v in answer.headers.items() if n.startswith("Access-Control-")}


def test_it_works(client, site):
    answer = post(client, site.keys.short_key)
    assert (answer.status_code, answer.json["verdict"]) == (201, "accept")
    assert answer.headers[ALLOW] == PAGE
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/v1/comments", "/v1alpha1/comments:analyze?key=x"])
def test_a_preflight(client, path):
    answer = preflight(client, path)
    assert (answer.status_code, answer.data) == (204, b"")
    assert permissions(answer) == {
        ALLOW: PAGE,
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, "
        "X-Goog-Api-Key",
        "Access-Control-Max-Age": "600",
        "Access-Control-Expose-Headers": "Retry-After",
    }
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "origin",
    [OTHER, "null", "", "https://blog.example:8443", "http://blog.example", "https://blog.example/",
     "https://BLOG.example", "https://blog.example.evil.example", "https://notblog.example"],
)  # fmt: skip
def test_no_other_page_gets_a_preflight(client, origin):
    answer = preflight(client, "/v1/comments", origin)
    assert permissions(answer) == {}
    assert "Origin" in answer.headers["Vary"]


def test_none_is_allowed_unless_the_site_says_so(make_app):
    app = make_app()
    site = Site.added_to(app, "quiet")
    client = app.test_client()
    assert permissions(preflight(client, "/v1/comments")) == {}
    answer = post(client, site.keys.short_key)
    assert (answer.status_code, permissions(answer)) == (403, {})


def test_the_full_key_is_never_permitted_in_a_page(client, site):
    """It still works for a server that happens to send Origin; no browser hands the answer on."""
    answer = post(client, site.keys.key)
    assert (answer.status_code, permissions(answer)) == (201, {})
    assert permissions(analyze(client, site.keys.key)) == {}


def test_another_sites_page_is_not_permitted(app, client, clock):
    other = Site.added_to(app, "other")
    rulebook = app.extensions["saring"]["rulebook"]
    rulebook.change("other", "a test", {"allowed_origins": [OTHER]})
    clock.forward(seconds=2)
    assert post(client, other.keys.short_key, origin=PAGE).status_code == 403
    assert post(client, other.keys.short_key, origin=OTHER).status_code == 201


def test_scores_too(client, site):
    answer = analyze(client, site.keys.short_key)
    assert (answer.status_code, answer.headers[ALLOW]) == (200, PAGE)
    assert permissions(analyze(client, site.keys.short_key, OTHER)) == {}


def test_a_page_can_read_what_was_wrong(client, site):
    answer = post(client, site.keys.short_key, body={"content": " "})
    assert (answer.status_code, answer.headers[ALLOW]) == (422, PAGE)


@pytest.mark.parametrize("path", ["/v1/events", "/v1/policy", "/v1/queue", "/v1/score", "/docs"])
def test_nothing_else_is_opened(client, site, path):
    headers = {"Authorization": f"Bearer {site.keys.short_key}", "Origin": PAGE}
    assert permissions(client.get(path, headers=headers)) == {}
    assert permissions(preflight(client, path)) == {}


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/1.1/submit-ham", {"data": SPAM}),
        ("/1.1/submit-spam", {"data": SPAM}),
        ("/v1alpha1/comments:suggestscore?key=", {"json": SUGGEST}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_key_that_everybody_has_reports_nothing(client, site, path, sent):
    """Or whoever reads the page could publish their own spam, and take down others' comments."""

    def report(key):
        form = {"data": {**sent["data"], "api_key": key}} if "data" in sent else sent
        return client.post(path + key if "?" in path else path, **form).status_code

    before = site.get("/v1/events").json["events"]
    assert report(site.keys.short_key) == 403
    assert site.get("/v1/events").json["events"] == before
    assert report(site.keys.key) == 200


def test_a_comment_cannot_be_read_or_erased_by_a_page(client, site):
    made = post(client, site.keys.short_key).json["id"]
    headers = {"Authorization": f"Bearer {site.keys.short_key}", "Origin": PAGE}
    path = f"/v1/comments/{made}"
    for method in ("GET", "PUT", "DELETE"):
        answer = client.open(path, method=method, json=COMMENT, headers=headers)
        assert (answer.status_code, permissions(answer)) == (403, {})
    assert permissions(preflight(client, path)) == {}


def test_the_readers_address_is_the_callers_and_not_what_the_page_claims(app, client, site, clock):
    app.extensions["saring"]["rulebook"].change("default", "a test", {"network_per_minute": 1})
    clock.forward(seconds=2)
    key = site.keys.short_key
    claimed = [{**COMMENT, "content": f"ini {n}", "author_ip": f"192.0.2.{n}"} for n in range(3)]
    here = {"environ_base": {"REMOTE_ADDR": "203.0.113.5"}}
    there = {"environ_base": {"REMOTE_ADDR": "203.0.113.6"}}
    assert post(client, key, body=claimed[0], **here).status_code == 201
    assert post(client, key, body=claimed[1], **here).status_code == 429
    assert post(client, key, body=claimed[2], **there).status_code == 201


@pytest.mark.parametrize(
    "origin",
    ["*", "null", "blog.example", "https://blog.example/", "https://Blog.example", "https://",
     "ftp://blog.example", "https://blog.example:port", "https://a b", "https://blog.example\n"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(app, site, origin):
    rulebook = app.extensions["saring"]["rulebook"]
    with pytest.raises(Invalid, match="allowed_origins: origin"):
        rulebook.change("default", "a test", {"allowed_origins": [origin]})


@pytest.mark.parametrize("origin", ["http://localhost:1313", "https://[::1]:8443", "https://a-b.c"])
def test_what_is_one_is_taken(app, site, origin):
    app.extensions["saring"]["rulebook"].change("default", "a test", {"allowed_origins": [origin]})
