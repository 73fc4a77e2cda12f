"""POST /v1/score: scores only, nothing stored."""

from __future__ import annotations

import pytest

from service.scoring.scorer import HEADS, NoModel
from tests.doubles import Site


def score(site, **body):
    return site.post("/v1/score", json=body)


def test_it_works(site):
    response = score(site, content="main slot")
    assert response.status_code == 200
    answer = response.json
    assert tuple(answer["scores"]) == HEADS
    assert answer["scores"]["gambling"] == 0.95
    assert (answer["language"], answer["model_version"]) == ("id", "fake-1")


def test_several_in_their_order(site):
    answer = score(site, contents=["slot", "halo", "slot"]).json
    scores = [result["scores"]["gambling"] for result in answer["results"]]
    assert scores == [0.95, 0.01, 0.95]
    assert answer["model_version"] == "fake-1"


@pytest.mark.parametrize("content", ["", " ", "\x00", "🎰", "x" * 65_525])
def test_any_text(site, content):
    assert score(site, content=content).status_code == 200
    assert score(site, contents=[content]).status_code == 200


def test_the_most_at_once(site):
    assert len(score(site, contents=["halo"] * 1000).json["results"]) == 1000


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "one_of"),
        ({"content": "a", "contents": ["b"]}, "one_of"),
        ({"text": "a"}, "one_of"),
        ({"content": None}, "required"),
        ({"content": 7}, "type"),
        ({"content": "x" * 65_526}, "too_long_bytes"),
        ({"contents": []}, "required"),
        ({"contents": "halo"}, "type"),
        ({"contents": ["halo", 7]}, "type"),
        ({"contents": ["halo", None]}, "required"),
        ({"contents": ["x"] * 1001}, "too_many_items"),
        ({"contents": ["x", "x" * 65_526]}, "too_long_bytes"),
    ],
)
def test_each_bad_body(site, body, code):
    response = score(site, **body)
    assert response.status_code == 422
    (error,) = site.problem(response)["errors"]
    assert error["code"] == code
    assert error["field"] in ("content", "contents")


def test_no_model_is_unavailable(make_app):
    site = Site.added_to(make_app(NoModel("there is none")), "default")
    response = score(site, content="halo")
    assert response.status_code == 503
    assert site.problem(response)["code"] == "unavailable"


def test_nothing_is_stored(app, site, tmp_path):
    score(site, content="kata yang dicari kembali")
    app.extensions["saring"]["database"].engine.dispose()
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"kata yang dicari" not in file.read_bytes()
