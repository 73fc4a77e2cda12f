"""What would change a verdict: found by judging shorter texts, told only where one is milder."""

from __future__ import annotations

import re

import pytest

from service import counterfactuals
from service.comments import Match, Signal
from service.counterfactuals import _cuts, _parts, without
from service.desk.queue import _words_in
from tests.doubles import FakeScorer
from tests.web.desk import PASSWORD, client_of

MANY = "baca di bit.ly/abcdefghijklmnopqrstuvwxyz ya"


@pytest.fixture
def ask(app, site):
    """Post a comment and ask the moderators' API what would change its verdict."""
    access = app.extensions["saring"]["access"]
    access.add_moderator("wati", "moderator", PASSWORD)
    token = app.extensions["saring"]["sign_ins"].new_token("wati")

    def asked(content, language="en", **more):
        comment = site.comment(content=content, **more).json
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        answer = app.test_client().get(f"/v1/queue/{comment['id']}", headers=headers)
        assert answer.status_code == 200, answer.text
        return comment["verdict"], answer.json["counterfactual"]

    return asked


def cut_out(content, found):
    return [content[place["start"] : place["end"]] for place in found["without"]]


def test_it_works(ask):
    said, found = ask("pemerintah memang bodoh sekali")
    assert (said, found["verdict"]) == ("hold", "accept")
    assert cut_out("pemerintah memang bodoh sekali", found) == ["bodoh"]
    assert found["detail"] == "Without this: accepted"


def test_a_link_is_called_one(ask):
    said, found = ask(MANY)
    assert (said, found["detail"]) == ("hold", "Without this link: accepted")
    assert cut_out(MANY, found) == ["bit.ly/abcdefghijklmnopqrstuvwxyz"]


def test_sentences_are_in_indonesian_too(ask):
    assert ask(MANY, "id")[1]["detail"] == "Tanpa tautan ini: diterima"


def test_the_least_that_leads_to_an_accept_is_preferred(ask):
    content = "slot memang bodoh"
    said, found = ask(content)
    assert (said, found["verdict"]) == ("reject", "accept")
    assert cut_out(content, found) == ["slot", "bodoh"]
    assert found["detail"] == "Without these 2 parts: accepted"


def test_a_milder_verdict_is_told_where_there_is_no_accept(ask):
    content = "slot bodoh bodoh"  # the stand-in shows only the first of its words
    said, found = ask(content)
    assert (said, found["verdict"]) == ("reject", "hold")
    assert cut_out(content, found) == ["slot"]


@pytest.mark.parametrize(
    ("content", "more"),
    [
        ("Semoga perundingan damai ini berhasil.", {}),
        ("saring-test-hold", {}),
        ("bodoh", {}),  # nothing would be left
        ("bodoh bodoh", {}),
        ("bodoh sekali", {"honeypot": "x"}),
        ("pemerintah bodoh ???", {}),  # unreadable either way
    ],
)
def test_nothing_is_told_where_nothing_small_helps(ask, content, more):
    assert ask(content, **more)[1] is None


def test_nothing_is_told_without_a_model(ask, monkeypatch):
    monkeypatch.setattr(FakeScorer, "assess", lambda *_: 1 / 0)
    assert ask("pemerintah memang bodoh sekali") == ("hold", None)


def test_the_case_page_shows_it(app, site, ask):
    comment = site.comment(content=MANY).json["id"]
    page = client_of(app, "wati", "id").get(f"/queue/{comment}").text
    found = re.search(r'<section class="milder">.*?</section>', page, re.DOTALL)
    assert found
    assert "Tanpa tautan ini: diterima" in found[0]
    assert "bit.ly/abcdefghijklmnopqrstuvwxyz" in found[0]
    listed = client_of(app, "wati").get("/queue").text
    assert 'class="milder"' not in listed, "only where it is asked for"


def test_a_long_text_is_tried_a_few_times_only(ask, monkeypatch):
    counted, assess = [], FakeScorer.assess
    content = "bodoh sekali " * 4_000
    monkeypatch.setattr(
        FakeScorer, "assess", lambda self, texts: counted.extend(texts) or assess(self, texts)
    )
    ask(content)
    assert sum(len(text) for text in counted) <= 8 * len(content)


@pytest.mark.parametrize(
    ("text", "cut", "left"),
    [
        ("a bb c", ["bb"], "a c"),
        ("bb c", ["bb"], "c"),
        ("a bb", ["bb"], "a"),
        ("a bb\ncc d", ["bb"], "a\ncc d"),
        ("a bb cc d", ["bb", "cc"], "a d"),
        ("bb", ["bb"], ""),
    ],
)
def test_no_gap_is_left(text, cut, left):
    matches = tuple(Match(text.index(word), text.index(word) + 1, 1.0) for word in cut)
    parts = _parts(text, [Signal("SPAM", 1.0, matches=matches)])
    assert without(text, parts) == left


def test_cuts_grow_and_links_come_first():
    text = "satu dua contoh.com tiga"
    words = tuple(Match(text.index(w), text.index(w) + 1, n) for n, w in enumerate(["satu", "dua"]))
    signals = [
        Signal("TOXIC", 0.9, matches=words),
        Signal("LINKS", 0.5, matches=(Match(9, 19, 0.15),)),
    ]
    cuts = [[text[p.start : p.end] for p in cut] for cut in _cuts(_parts(text, signals))]
    assert cuts[:3] == [["contoh.com"], ["dua"], ["satu"]]
    assert [len(cut) for cut in cuts] == sorted(len(cut) for cut in cuts)
    assert cuts[-1] == ["contoh.com", "dua", "satu"]


def test_a_text_without_blanks_is_looked_through_once(monkeypatch):
    """All matches lie in its one word; to look for its ends at each took half a minute."""
    widened = []
    whole = counterfactuals._whole
    monkeypatch.setattr(counterfactuals, "_whole", lambda *of: widened.append(of) or whole(*of))
    matches = tuple(Match(place, place + 1, 0.1) for place in range(20_000))
    reasons = [Signal("OBFUSCATED_TEXT", 0.5, matches=matches)]
    [part] = _parts("x" * 20_000, reasons)
    assert (part.start, part.end) == (0, 20_000)
    assert len(widened) == 1
    apart = tuple(Match(2 * place, 2 * place + 1, 0.1) for place in range(20_000))
    assert len(_parts("x " * 20_000, [Signal("OBFUSCATED_TEXT", 0.5, matches=apart)])) == 6
    assert len(widened) == 7


def test_its_words_are_read_once():
    matches = [Match(place, place + 1, 0.1) for place in range(20_000)]
    assert list(_words_in("x" * 20_000, matches)) == ["x" * 20_000]
    assert list(_words_in("satu dua tiga", [Match(5, 6, 0.1), Match(6, 8, 0.1)])) == ["dua"]
