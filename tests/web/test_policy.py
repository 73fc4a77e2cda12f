"""/v1/policy: rules shown and tried, and every bad one refused in words."""

from __future__ import annotations

import pytest

BAD = [
    ({"hold_per_mille": 2000}, "hold_per_mille", "budget"),
    ({"no_such_rule": 1}, "no_such_rule", "unknown_rule"),
    ({"banned_words": ["baik", "/(a/"]}, "banned_words[1]", "pattern"),
    ({"banned_words": [r"/(a)\1/"]}, "banned_words[0]", "pattern_back_reference"),
    ({"suspect_words": ["/(?=a)b/"]}, "suspect_words[0]", "pattern_look_around"),
    ({"suspect_words": ["/((a{30}){30}){30}/"]}, "suspect_words[0]", "pattern_too_large"),
    ({"allowed_words": ["/a*/"]}, "allowed_words[0]", "pattern_matches_nothing"),
    ({"banned_words": [""]}, "banned_words[0]", "empty"),
    ({"banned_words": ["!?"]}, "banned_words[0]", "no_word"),
    ({"banned_words": ["a*b"]}, "banned_words[0]", "wildcard"),
    ({"banned_words": ["a " * 9]}, "banned_words[0]", "too_many_words"),
    ({"banned_words": ["a" * 201]}, "banned_words[0]", "too_long"),
    ({"blocked_email_domains": ["a.example", "a b"]}, "blocked_email_domains[1]", "domain"),
    ({"allowed_email_domains": ["com"]}, "allowed_email_domains[0]", "domain"),
    ({"shadow": {"banned_words": ["/(a/"]}}, "banned_words[0]", "pattern"),
]


def test_it_works(site):
    rules = site.get("/v1/policy").json
    assert (rules["version"], rules["hold_per_mille"]) == (0, 30.0)
    found = site.post("/v1/policy/preview", json={"changes": {"hold_per_mille": 50}}).json
    assert (found["comments"], found["days"]) == (0, 7)


@pytest.mark.parametrize(("changes", "field", "code"), BAD)
@pytest.mark.parametrize("language", ["en", "id"])
def test_bad_rules_are_told_in_words(site, changes, field, code, language):
    headers = {"Accept-Language": language}
    refused = site.post("/v1/policy/preview", json={"changes": changes}, headers=headers)
    assert refused.status_code == 422
    (error,) = site.problem(refused)["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert len(error["detail"]) > 10
    assert "  " not in error["detail"]


def test_thresholds_are_shown_with_whose_word_they_are(site):
    found = site.get("/v1/policy/thresholds").json
    assert sorted(found) == ["en", "id", "mixed", "other"]
    assert (found["id"]["rulings"], found["id"]["effective_size"]) == (0, 0.0)
    assert found["id"]["heads"]["spam"] == {
        "hold": 0.5,
        "reject": 0.9,
        "model_hold": 0.5,
        "model_reject": 0.9,
        "source": "model",
    }
