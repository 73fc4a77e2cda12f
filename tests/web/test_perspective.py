"""The Perspective door: scores under its names, refusals in its words, nothing kept by analyze."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from service.scoring.scorer import NoModel
from service.storage.tables import comments, rulings
from service.web.perspective.scores import HEADS, MOST_SPANS, UNSERVED, sentences

ANALYZE = "/v1alpha1/comments:analyze"
SUGGEST = "/v1alpha1/comments:suggestscore"
GOOD = {
    "comment": {"text": "Terima kasih resepnya"},
    "requestedAttributes": {"TOXICITY": {}},
    "doNotStore": True,
}
ERROR = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"


@pytest.fixture
def key(site):
    return site.keys.short_key


@pytest.fixture
def call(app, key):
    """Post a good request with some members changed; None leaves a member out."""

    def post(path=ANALYZE, body=GOOD, **changes):
        sent = {**body, **changes}
        sent = {name: value for name, value in sent.items() if value is not ...}
        return app.test_client().post(f"{path}?key={key}", json=sent)

    return post


@pytest.fixture
def rows(app):
    """How many comments are stored, and every ruling as (verdict, labels, moderator)."""

    def read():
        columns = rulings.c.verdict, rulings.c.labels, rulings.c.moderator
        with app.extensions["saring"]["database"].read() as tx:
            stored = tx.execute(select(comments.c.id)).all()
            return len(stored), [tuple(r) for r in tx.execute(select(*columns).order_by("id"))]

    return read


def refusal(answer, status=400):
    """The error of a refusal, which must be a google.rpc.Status of that status."""
    assert answer.status_code == status
    assert answer.content_type == "application/json; charset=UTF-8"
    error = answer.json["error"]
    assert error["code"] == status
    return error


def test_it_works(call, rows):
    answer = call(clientToken="t-1")
    assert answer.status_code == 200
    assert answer.content_type == "application/json; charset=UTF-8"
    score = {"value": 0.01, "type": "PROBABILITY"}
    assert answer.json == {
        "attributeScores": {
            "TOXICITY": {
                "spanScores": [{"begin": 0, "end": 21, "score": score}],
                "summaryScore": score,
            }
        },
        "languages": ["id"],
        "detectedLanguages": ["id"],
        "clientToken": "t-1",
    }
    assert rows() == (0, [])


@pytest.mark.parametrize("store", [True, False, ...])
def test_analyze_stores_nothing(app, call, rows, tmp_path, store):
    call(comment={"text": "rahasia sekali bodoh"}, doNotStore=store)
    assert rows() == (0, [])
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if b"rahasia" in path.read_bytes()]


@pytest.mark.parametrize("name", sorted(HEADS))
def test_every_attribute_that_has_a_head(call, name):
    scores = call(requestedAttributes={name: None}).json["attributeScores"]
    assert list(scores) == [name]
    assert 0 <= scores[name]["summaryScore"]["value"] <= 1


@pytest.mark.parametrize(
    ("text", "high"),
    [
        ("bodoh", {"TOXICITY", "TOXICITY_EXPERIMENTAL", "INFLAMMATORY", "LIKELY_TO_REJECT"}),
        ("slot", {"SPAM", "LIKELY_TO_REJECT"}),
        ("obat", {"SPAM", "LIKELY_TO_REJECT"}),
        ("bunuh", {"THREAT", "THREAT_EXPERIMENTAL", "LIKELY_TO_REJECT"}),
    ],
)
def test_attributes_follow_the_heads(call, text, high):
    answer = call(comment={"text": text}, requestedAttributes={name: {} for name in HEADS})
    told = answer.json["attributeScores"]
    assert {name for name in told if told[name]["summaryScore"]["value"] > 0.5} == high


@pytest.mark.parametrize("name", sorted(UNSERVED))
def test_an_attribute_without_a_head(call, name):
    error = refusal(call(requestedAttributes={"TOXICITY": {}, name: {}}, languages=["en"]))
    assert error["status"] == "INVALID_ARGUMENT"
    assert error["message"] == f"Attribute {name} does not support request languages: en"
    assert error["details"] == [
        {
            "@type": ERROR,
            "errorType": "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            "languageNotSupportedByAttributeError": {
                "attribute": name,
                "requestedLanguages": ["en"],
            },
        }
    ]
    detected = refusal(call(requestedAttributes={name: {}}))["details"][0]
    assert detected["languageNotSupportedByAttributeError"]["detectedLanguages"] == ["id"]


def test_an_old_version_suffix_is_mirrored(call):
    assert list(call(requestedAttributes={"TOXICITY@6": {}}).json["attributeScores"]) == [
        "TOXICITY@6"
    ]


# Languages are hints


@pytest.mark.parametrize(
    "languages",
    [["en"], ["id"], ["en-US"], ["id_ID"], ["in"], ["in_ID"], ["ID"], ["zu", "en"], ["id", "xh"]],
)
def test_languages_are_echoed_and_otherwise_hints(call, languages):
    answer = call(languages=languages).json
    assert answer["languages"] == languages
    assert answer["detectedLanguages"] == ["id"]


@pytest.mark.parametrize("languages", [[], None, ...])
def test_without_languages_they_are_detected(call, languages):
    assert call(languages=languages).json["languages"] == ["id"]


@pytest.mark.parametrize("language", ["hi-Latn", "hi", "ind", "in-id-x", "", "e"])
def test_what_is_no_language_of_ours(call, language):
    served = language in ("", "in-id-x")  # nothing, and a variant
    assert call(languages=[language]).status_code == (200 if served else 400)


def test_languages_not_served(call):
    wanted = {"SEVERE_TOXICITY": {}, "TOXICITY": {}}
    error = refusal(call(requestedAttributes=wanted, languages=["zu", "xh"]))
    said = "Attribute SEVERE_TOXICITY does not support request languages: zu, xh"
    assert error["message"] == said


# Spans and thresholds


def test_one_span_per_sentence_in_utf16(call):
    text = "😀 Halo semua! Kamu bodoh… Wah?!\nSelesai"
    answer = call(comment={"text": text}, spanAnnotations=True).json
    told = answer["attributeScores"]["TOXICITY"]
    units = text.encode("utf-16-le")
    parts = [units[2 * s["begin"] : 2 * s["end"]].decode("utf-16-le") for s in told["spanScores"]]
    assert parts == ["😀 Halo semua!", "Kamu bodoh…", "Wah?!", "Selesai"]
    values = [span["score"]["value"] for span in told["spanScores"]]
    assert values == [0.01, 0.95, 0.01, 0.01]
    assert told["summaryScore"]["value"] == 0.95


def test_a_whole_text_counts_utf16_units(call):
    text = "\U0001f600\U0001f600a"
    [span] = call(comment={"text": text}).json["attributeScores"]["TOXICITY"]["spanScores"]
    assert (span["begin"], span["end"]) == (0, 5)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Satu. Dua! Tiga?", ["Satu.", "Dua!", "Tiga?"]),
        ("Harga 3.500 di toko.com", ["Harga 3.500 di toko.com"]),
        ("...", ["..."]),
        ("   ", ["   "]),
        ("a\n\n\nb", ["a", "b"]),
    ],
)
def test_sentences(text, parts):
    assert [text[begin:end] for begin, end in sentences(text)] == parts


def test_thresholds_leave_attributes_out(call):
    wanted = {"TOXICITY": {"scoreThreshold": 0.5}, "THREAT": {"score_threshold": 0.5}}
    told = call(comment={"text": "bodoh"}, requestedAttributes=wanted).json
    assert list(told["attributeScores"]) == ["TOXICITY"]
    assert "attributeScores" not in call(requestedAttributes=wanted).json


# Refusals


def test_the_most_that_one_may_ask_for(call):
    """Each attribute has a score for each sentence: the two together are kept within bounds."""
    asked = {f"TOXICITY@{number}": {} for number in range(64)}
    answer = call(comment={"text": "a\n" * 10_240}, spanAnnotations=True, requestedAttributes=asked)
    told = answer.json["attributeScores"]
    assert len(told) == 64
    spans = told["TOXICITY@0"]["spanScores"]
    assert len(spans) == MOST_SPANS
    assert spans[-1]["end"] == 20_479


def text(value, **more):
    return {"comment": {"text": value, **more}}


ENTRIES = {"entries": [{"text": "a"}]}
BOTH = {**ENTRIES, "articleAndParentComment": {"article": {"text": "b"}}}


@pytest.mark.parametrize(
    ("changes", "message", "kind"),
    [
        (text(""), "Comment must be non-empty.", "COMMENT_EMPTY"),
        (text(None), "Comment must be non-empty.", "COMMENT_EMPTY"),
        ({"comment": ...}, "Comment must be non-empty.", "COMMENT_EMPTY"),
        (text("x" * 20_481), "Comment text too long.", "COMMENT_TOO_LONG"),
        (text("é" * 10_241), "Comment text too long.", "COMMENT_TOO_LONG"),
        (
            {"requestedAttributes": ...},
            "Missing requested_attributes",
            "NO_REQUESTED_ATTRIBUTES",
        ),
        ({"requestedAttributes": {}}, "Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES"),
        (
            {"requestedAttributes": {"NONSENSE": {}}},
            "Unknown requested attribute: NONSENSE",
            "INVALID_REQUEST",
        ),
        (
            {"requestedAttributes": {"TOXICITY@budi": {}}},
            "Unknown requested attribute: (no attribute's name)",
            "INVALID_REQUEST",
        ),
        (
            {"requestedAttributes": {f"TOXICITY@{number}": {} for number in range(65)}},
            "Too many requested attributes, 64 are served at once",
            "INVALID_REQUEST",
        ),
        (
            text("a", type="HTML"),
            "Currently, only 'PLAIN_TEXT' comments are supported",
            "INVALID_REQUEST",
        ),
        (text("a", type="RTF"), "Unknown text type", "INVALID_REQUEST"),
        (
            {"requestedAttributes": {"TOXICITY": {"scoreType": "STDDEV"}}},
            "Requested score type STDDEV is not supported by attribute TOXICITY",
            "INVALID_REQUEST",
        ),
        (
            {"context": BOTH},
            "Context can have either entries or article_and_parent_comment, "
            "but both fields were populated.",
            "INVALID_REQUEST",
        ),
    ],
)
def test_each_refusal(call, rows, changes, message, kind):
    error = refusal(call(**changes))
    assert error["status"] == "INVALID_ARGUMENT"
    assert error["message"] == message
    assert error["details"] == [{"@type": ERROR, "errorType": kind}]
    assert rows() == (0, [])


@pytest.mark.parametrize(
    "changes",
    [
        {"comment": "a"},
        {"comment": {"text": 7}},
        {"requestedAttributes": ["TOXICITY"]},
        {"requestedAttributes": {"TOXICITY": 1}},
        {"requestedAttributes": {"TOXICITY": {"scoreThreshold": "0.5"}}},
        {"requestedAttributes": {"TOXICITY": {"scoreType": 1}}},
        {"languages": "en"},
        {"languages": [1]},
        {"context": []},
        {"spanAnnotations": "yes"},
        {"clientToken": 7},
    ],
)
def test_wrong_types(call, changes):
    error = refusal(call(**changes))
    assert error["message"].startswith("Invalid JSON payload received.")
    assert "details" not in error


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"7", b'"a"', b"\xff", b"[" * 20_000, b'{"a":' * 20_000,
        b'{"comment": {"text": NaN}}', b"9" * 10_000, b"{'comment': {}}",
    ],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
@pytest.mark.parametrize("path", [ANALYZE, SUGGEST])
def test_bodies_that_are_no_request(app, key, path, body):
    error = refusal(app.test_client().post(f"{path}?key={key}", data=body))
    assert error["message"].startswith(("Invalid JSON", "Comment must be"))


@pytest.mark.parametrize("limit", [text("x" * 20_480), text("é" * 10_240)])
def test_the_limit_itself_is_good(call, limit):
    assert call(**limit).status_code == 200


def test_a_long_article_may_come_along(call):
    context = {"entries": [{"text": "x" * 1_000_000}]}
    assert call(context=context).status_code == 200
    answer = call(context={"entries": [{"text": "x" * 2_600_000}]})
    assert refusal(answer, 413)["status"] == "INVALID_ARGUMENT"


# Lenient readings


@pytest.mark.parametrize(
    "body",
    [
        '{comment: {text: "a, b: {c: 1}"}, requestedAttributes: {TOXICITY: {}}}',
        '{"comment": {"text": "a"}, "requested_attributes": {"TOXICITY": {}}, "do_not_store": 1}',
        '\ufeff{"comment": {"text": "a"}, "requestedAttributes": {"THREAT": null}, "context":null}',
        '{"comment": {"text": "a"}, "requestedAttributes": {"TOXICITY": {}}, "unknown": [1]}',
        '{"comment": {"text": "\\ud800"}, "requestedAttributes": {"TOXICITY": {}}}',
    ],
    ids=["bare names", "snake case", "BOM and null", "unknown member", "half a surrogate"],
)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_lenient_json(app, key, body, kind):
    url = f"{ANALYZE}?key={key}&alt=json&prettyPrint=false"
    answer = app.test_client().post(url, data=body.encode(), content_type=kind)
    assert answer.status_code == 200, answer.data


def test_an_escaped_colon(app, key):
    answer = app.test_client().post(f"/v1alpha1/comments%3Aanalyze?key={key}", json=GOOD)
    assert answer.status_code == 200


# Keys, methods, trouble


@pytest.mark.parametrize("path", [ANALYZE, SUGGEST])
def test_keys(app, site, key, path):
    client = app.test_client()
    body = GOOD if path == ANALYZE else SUGGESTION
    header = {"X-Goog-Api-Key": key}
    assert client.post(path, json=body, headers=header).status_code == 200
    assert client.post(f"{path}?key={site.keys.key}", json=body).status_code == 200
    wrong = refusal(client.post(f"{path}?key=wrong", json=body))
    assert wrong["message"] == "API key not valid. Please pass a valid API key."
    assert wrong["status"] == "INVALID_ARGUMENT"
    assert wrong["details"][0]["reason"] == "API_KEY_INVALID"
    missing = refusal(client.post(path, json=body), 403)
    assert missing["status"] == "PERMISSION_DENIED"


@pytest.mark.parametrize(
    ("method", "path", "status", "name"),
    [
        ("GET", ANALYZE, 405, "UNIMPLEMENTED"),
        ("POST", "/v1alpha1/comments:nothing", 404, "NOT_FOUND"),
        ("GET", "/v1alpha1/nothing", 404, "NOT_FOUND"),
    ],
)
def test_no_such_place_or_method(app, method, path, status, name):
    assert refusal(app.test_client().open(path, method=method), status)["status"] == name


def test_browsers_of_other_sites_get_no_permission(app):
    asked = {"Origin": "https://other.example", "Access-Control-Request-Method": "POST"}
    answer = app.test_client().options(ANALYZE, headers=asked)
    assert not [name for name in dict(answer.headers) if name.startswith("Access-Control")]


def test_a_crash_is_told_in_the_same_shape(app, call, monkeypatch):
    def broken(*_args):
        raise RuntimeError("a bug that quotes rahasia")

    monkeypatch.setattr(app.extensions["saring"]["moderation"], "score", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    error = refusal(call(), 500)
    assert error["status"] == "INTERNAL"
    assert "rahasia" not in json.dumps(error)


def test_no_model(app, call):
    app.extensions["saring"]["moderation"].take_up(NoModel("there is none"))
    assert refusal(call(), 503)["status"] == "UNAVAILABLE"


# Suggestions

SUGGESTION = {
    "comment": {"text": "Terima kasih resepnya"},
    "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}},
    "clientToken": "t-2",
}


@pytest.mark.parametrize(
    ("attribute", "value", "ruling"),
    [
        ("TOXICITY", 1, ("reject", ["toxic"], "perspective")),
        ("TOXICITY", 0, ("accept", [], "perspective")),
        ("TOXICITY", 0.7, ("reject", ["toxic"], "perspective")),
        ("SPAM", 1, ("reject", ["spam"], "perspective")),
    ],
)
def test_a_suggestion_is_a_report(call, rows, attribute, value, ruling):
    scores = {attribute: {"summaryScore": {"value": value, "type": "PROBABILITY"}}}
    answer = call(SUGGEST, SUGGESTION, attributeScores=scores, languages=["en"])
    assert answer.status_code == 200
    assert answer.json == {
        "requestedLanguages": ["en"],
        "detectedLanguages": ["id"],
        "clientToken": "t-2",
    }
    assert rows() == (1, [ruling])


def test_a_suggestion_finds_the_comment_with_its_text(call, site, rows):
    site.comment(content=SUGGESTION["comment"]["text"])
    call(SUGGEST, SUGGESTION)
    assert rows() == (1, [("reject", ["toxic"], "perspective")])


def test_scores_of_spans_are_enough(call, rows):
    scores = {"THREAT": {"spanScores": [{"begin": 0, "end": 3, "score": {"value": 0.9}}]}}
    assert call(SUGGEST, SUGGESTION, attributeScores=scores).status_code == 200
    assert rows()[1] == [("reject", ["toxic"], "perspective")]


@pytest.mark.parametrize(
    "changes",
    [
        {"attributeScores": {}},
        {"attributeScores": ...},
        {"attributeScores": {"TOXICITY": {}}},
        {"attributeScores": {"TOXICITY": 1}},
        {"attributeScores": {"TOXICITY": {"summaryScore": {"value": 2}}}},
        {"attributeScores": {"TOXICITY": {"summaryScore": {"value": "1"}}}},
        {"attributeScores": {"TOXICITY": {"summaryScore": {"value": 1, "type": "X"}}}},
        {"comment": {}},
    ],
)
def test_suggestions_that_are_refused(call, rows, changes):
    assert refusal(call(SUGGEST, SUGGESTION, **changes))["status"] == "INVALID_ARGUMENT"
    assert rows() == (0, [])


# Discovery


@pytest.mark.parametrize(
    "path",
    ["/$discovery/rest?version=v1alpha1", "/discovery/v1/apis/commentanalyzer/v1alpha1/rest?x=1"],
)
def test_the_discovery_document(app, key, path):
    client = app.test_client()
    told = client.get(path, base_url="https://saring.example").json
    assert told["rootUrl"] == told["baseUrl"] == "https://saring.example/"
    assert (told["id"], told["servicePath"]) == ("commentanalyzer:v1alpha1", "")
    methods = told["resources"]["comments"]["methods"]
    assert methods["analyze"]["path"] == "v1alpha1/comments:analyze"
    assert client.get(f"{path}&key={key}").status_code == 200
    wrong = refusal(client.get(f"{path}&key=wrong"))
    assert wrong["message"] == "API key not valid. Please pass a valid API key."


def test_every_reference_in_the_discovery_document_is_there(app):
    told = app.test_client().get("/$discovery/rest").json
    found = set()

    def look(value):
        if isinstance(value, dict):
            found.update([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
            [look(inner) for inner in value.values()]

    look(told)
    assert found <= told["schemas"].keys()


def test_the_document_is_kept_by_no_cache(app):
    """Its address is the Host that this client used, and nobody else may get that."""
    answer = app.test_client().get("/$discovery/rest", headers={"Host": "saring.example"})
    assert answer.json["rootUrl"] == "http://saring.example/"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ['a"b.example', "a b", "<script>", "a.example/x", "a@b.example"])
def test_a_host_that_is_none_is_not_repeated(app, host):
    answer = app.test_client().get("/$discovery/rest", headers={"Host": host})
    assert answer.status_code == 400
    assert "example" not in answer.text
    assert "script" not in answer.text
