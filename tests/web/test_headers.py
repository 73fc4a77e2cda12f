"""What every answer tells a browser, on every route: frames, kinds, copies, scripts."""

from __future__ import annotations

import pytest

from tests.web.desk import PASSWORD, client_of

NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def answers(app, site):
    """Each GET route as an admin sees it, and some that are refused."""
    core = app.extensions["saring"]
    core["access"].add_moderator("adi", "admin", PASSWORD)
    client, comment = client_of(app, "adi"), site.comment(content="dasar bodoh").json["id"]
    places = ["/nothing/here", f"/queue/{NOBODY}", "/v1/queue?tab=none", "/queue?tab=none"]
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods:
            path = rule.rule.replace("<uuid:comment_id>", comment).replace("<name>", "by_day")
            places.append(path.replace("<path:name>", "desk.css"))
    stranger = app.test_client()
    found = []
    for path in places:
        for who, caller in (("adi", client), ("stranger", stranger)):
            with caller.get(path) as answer:
                found.append((f"{who} {path}", answer))
    assert len(found) > 60
    return found


def policy(answer) -> dict[str, str]:
    told = answer.headers.get("Content-Security-Policy", "")
    pairs = (part.strip().partition(" ") for part in told.split(";"))
    return {name: value for name, _, value in pairs}


def test_what_answers_tell_a_browser(answers):
    _no_page_can_be_framed_or_run_anything_but_our_own_files(answers)
    wrong = [what for what, a in answers if a.headers.get("X-Content-Type-Options") != "nosniff"]
    assert wrong == []
    kept = {what for what, a in answers if a.headers["Cache-Control"] != "no-store"}
    assert kept == {f"{who} /static/desk.css" for who in ("adi", "stranger")}


def _no_page_can_be_framed_or_run_anything_but_our_own_files(answers):
    """A redirect's few words are text, too: nobody sees them in a frame."""
    pages = [(what, a) for what, a in answers if a.mimetype == "text/html" and a.status_code != 303]
    pages = [(what, a) for what, a in pages if a.status_code != 302]
    assert len(pages) > 20
    for what, page in pages:
        told = policy(page)
        assert told["default-src"] == "'none'", what
        assert told["frame-ancestors"] == "'none'", what
        assert told["base-uri"] == "'none'", what
        assert told["form-action"] == "'self'", what
        assert told.get("script-src", "'self'") == "'self'", what
        assert page.headers["Referrer-Policy"] == "no-referrer", what


def test_an_answer_to_a_comment_is_not_kept_either(site):
    posted = site.comment()
    assert posted.headers["Cache-Control"] == "no-store"
    assert posted.headers["X-Content-Type-Options"] == "nosniff"
