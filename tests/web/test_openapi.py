"""The document, the routes and the real answers say the same."""

from __future__ import annotations

import json
import re

import jsonschema_rs
import pytest

from service.comments import REASONS
from service.scoring.scorer import NoModel
from service.web import wording
from tests.doubles import Site


@pytest.fixture
def document(app):
    return app.test_client().get("/openapi.json").json


def test_it_works(document):
    assert document["openapi"] == "3.1.0"
    jsonschema_rs.meta.validate(document["components"]["schemas"]["CommentIn"])


def test_every_route_is_documented_and_the_other_way_round(app, document):
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/v1/") or rule.rule in ("/healthz", "/readyz")
    }
    described = {(path, method) for path, item in document["paths"].items() for method in item}
    assert described == routes


def test_every_reference_leads_somewhere(document):
    for reference in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)):
        assert reference in document["components"]["schemas"]


def test_operations_have_names_of_their_own(document):
    operations = [op for item in document["paths"].values() for op in item.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)


def test_examples_hold_no_address_of_anybody(document):
    hosts = re.findall(r"@([\w.-]+)", json.dumps(document))
    assert set(hosts) <= {"example.com", "example.org"}


def test_it_is_the_same_document_every_time(app):
    first, second = (app.test_client().get("/openapi.json").data for _ in "ab")
    assert first == second


def validate(document, path, method, response):
    """Hold an answer against what the document says of its path, method, status and kind."""
    answers = document["paths"][path][method]["responses"]
    assert str(response.status_code) in answers, (path, response.status_code)
    content = answers[str(response.status_code)].get("content")
    if content is None:
        assert response.data == b""
        return
    schema = content[response.mimetype]["schema"]
    whole = {**schema, "components": document["components"]}
    jsonschema_rs.validator_for(whole).validate(json.loads(response.data))


COMMENT, COMMENTS, SCORE = "/v1/comments/{comment_id}", "/v1/comments", "/v1/score"


def test_real_answers_to_comments(document, site):
    for content in ("halo", "main slot", "dasar bodoh", "???", "saring-test-reject", "halo", ""):
        validate(document, COMMENTS, "post", site.comment(content=content))
    for body, kind in ((b"{", "application/json"), (b"", "text/plain"), (b" " * 600_000, "a/b")):
        validate(document, COMMENTS, "post", site.post_bytes(body, kind))
    validate(document, COMMENTS, "post", site.post_bytes(b" " * 600_000))


def test_real_answers_about_a_stored_comment(document, site):
    path = f"/v1/comments/{site.comment(content='main slot').json['id']}"
    for method in ("get", "delete", "get", "delete"):
        validate(document, COMMENT, method, getattr(site, method)(path))


def test_real_answers_with_scores(document, site):
    for body in ({"content": "halo"}, {"contents": ["halo", "slot"]}, {}, {"contents": [7]}):
        validate(document, SCORE, "post", site.post(SCORE, json=body))


@pytest.mark.parametrize("key", ["0" * 40, "short"])
def test_real_answers_without_the_right_key(document, site, key):
    site.keys = site.keys.__class__("x", site.keys.short_key if key == "short" else key, "", "")
    path = "/v1/comments/00000000-0000-7000-8000-000000000000"
    validate(document, COMMENTS, "post", site.comment())
    validate(document, COMMENT, "get", site.get(path))
    validate(document, COMMENT, "delete", site.delete(path))
    validate(document, SCORE, "post", site.post(SCORE, json={}))
    validate(document, "/v1/events", "get", site.get("/v1/events"))
    validate(document, "/v1/complaints", "post", site.post("/v1/complaints", json={}))


def test_real_answers_without_a_model(document, make_app):
    site = Site.added_to(make_app(NoModel("there is none")), "other")
    validate(document, COMMENTS, "post", site.comment())
    validate(document, SCORE, "post", site.post(SCORE, json={"content": "halo"}))
    validate(document, "/readyz", "get", site.get("/readyz"))
    validate(document, "/healthz", "get", site.get("/healthz"))


def test_what_the_schema_takes_is_what_is_taken(document, site):
    """Fields that the document requires or limits are refused exactly there."""
    schema = document["components"]["schemas"]["CommentIn"]
    assert schema["required"] == ["content", "author_name", "author_email"]
    assert schema["properties"]["author_name"]["maxLength"] == 245
    assert site.comment(author_name="x" * 245).status_code == 201
    assert site.comment(author_name="x" * 246).status_code == 422


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_has_a_sentence_in_both_languages(code):
    assert wording.reason(code, "id") != wording.reason(code, "en")


@pytest.mark.parametrize(
    "said", [wording.REASONS, wording.FIELDS, wording.PROBLEMS, wording.COMPLAINTS]
)
def test_every_sentence_is_in_both_languages(said):
    for sentences in said.values():
        assert set(sentences) == {"en", "id"}
        assert all(sentences.values())


def test_real_answers_of_events_complaints_and_edits(document, site):
    comment = site.comment().json["id"]
    for query in ("", "?limit=1", "?limit=0"):
        validate(document, "/v1/events", "get", site.get(f"/v1/events{query}"))
    nobody = "00000000-0000-7000-8000-000000000000"
    for named in ({"comment_id": comment}, {"comment_id": nobody}, {}):
        answer = site.post("/v1/complaints", json={"reason": "other", **named})
        validate(document, "/v1/complaints", "post", answer)
    body = {"content": "lain", "author_name": "Budi", "author_email": "budi@example.com"}
    for path, fields in ((comment, body), (comment, {}), (nobody, body)):
        url = f"/v1/comments/{path}"
        answer = site.app.test_client().put(url, json=fields, headers=site.key)
        validate(document, COMMENT, "put", answer)
