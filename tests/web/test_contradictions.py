"""/contradictions: what people ruled both ways stands there until they agree."""

from __future__ import annotations

import re

import pytest

from service.desk import contradictions as core
from service.storage import verdicts
from tests.web.desk import PASSWORD, FormDoor, client_of

PROMO = "Promo pulsa murah tiap hari Jumat hubungi kami segera {}"


@pytest.fixture
def doors(app):
    for name in ("wati", "budi"):
        app.extensions["saring"]["access"].add_moderator(name, "moderator", PASSWORD)
    return {name: FormDoor(app, client_of(app, name, "en")) for name in ("wati", "budi")}


@pytest.fixture
def rule(doors, clock):
    def rule(name: str, comment: str, act: str) -> None:
        clock.forward(seconds=5)
        door = doors[name]
        assert door.rule(comment, act, version=door.version(comment)) == 200

    return rule


@pytest.fixture
def pair(site, rule):
    """Two near copies: wati accepted the first, budi rejected the second."""
    ids = [comment(site, PROMO.format(number), f"p{number}") for number in range(2)]
    rule("wati", ids[0], "accept")
    rule("budi", ids[1], "spam")
    return ids


def comment(site, text: str, who: str) -> str:
    return str(site.comment(content=text, author_email=f"{who}@example.com").json["id"])


def page_of(doors, number: int | str = "") -> str:
    answer = doors["wati"].client.get("/contradictions", query_string={"page": number})
    assert answer.status_code == 200
    return str(answer.text)


def listed(page: str) -> list[str]:
    return re.findall(r'class="opinion" data-id="([^"]+)"', page)


def test_it_works(doors, pair):
    page = page_of(doors)
    assert listed(page) == pair
    said = re.findall(r'<strong>(\w+)</strong>: <span class="word-\w+">(\w+)</span>', page)
    assert said == [("wati", "accepted"), ("budi", "rejected")]
    assert "1 text to look at again." in page
    for each in pair:
        assert doors["budi"].client.get(f"/queue/{each}").status_code == 200
        assert f'href="/queue/{each}"' in page


def test_an_empty_list_says_so(doors, site, rule):
    rule("wati", comment(site, PROMO.format("x"), "satu"), "accept")
    page = page_of(doors)
    assert not listed(page)
    assert "No two rulings contradict each other." in page


def test_the_same_in_indonesian(doors, pair, app):
    page = client_of(app, "budi").get("/contradictions").text
    assert listed(page) == pair
    assert "1 teks perlu dilihat lagi." in page


def test_a_changed_ruling_takes_the_pair_away(doors, pair, rule):
    rule("wati", pair[0], "spam")
    assert not listed(page_of(doors))


def test_a_ruling_taken_back_takes_the_pair_away(doors, pair):
    assert doors["budi"].undo(pair[1]) == 200
    assert not listed(page_of(doors))


def test_two_who_disagree_on_one_comment(doors, site, rule):
    held = comment(site, "dasar bodoh", "satu")
    rule("wati", held, "accept")
    rule("budi", held, "toxic")
    assert listed(page_of(doors)) == [held]
    assert doors["budi"].undo(held) == 200
    assert not listed(page_of(doors))
    rule("wati", held, "toxic")
    assert not listed(page_of(doors))


def test_addresses_are_masked_and_markup_is_text(doors, site, rule):
    texts = [PROMO.format(f"<b>tulis</b> ke a@mask.example {n}") for n in range(2)]
    ids = [comment(site, text, f"m{n}") for n, text in enumerate(texts)]
    rule("wati", ids[0], "accept")
    rule("wati", ids[1], "reject")
    page = page_of(doors)
    assert listed(page) == ids
    assert "mask.example" not in page
    assert "[email]" in page
    assert "<b>" not in page


def test_copies_do_not_hide_the_one_that_differs(doors, site, rule):
    ids = [comment(site, PROMO.format(number), f"p{number}") for number in range(8)]
    rule("wati", ids[0], "accept")
    for each in ids[1:]:
        rule("budi", each, "reject")
    page = page_of(doors)
    assert listed(page) == [ids[0], *reversed(ids[3:])]
    assert "2 more like these are not shown." in page


def test_pages_hold_ten_and_the_latest_come_first(doors, site, rule, monkeypatch):
    monkeypatch.setattr(core, "_A_PAGE", 1)
    held = [comment(site, f"dasar bodoh {name}", name) for name in ("satu", "dua")]
    for each in held:
        rule("wati", each, "accept")
        rule("budi", each, "toxic")
    first = page_of(doors)
    assert listed(first) == [held[1]]
    assert 'rel="next" href="/contradictions?page=2"' in first
    assert listed(page_of(doors, 2)) == listed(page_of(doors, 999)) == [held[0]]
    for odd in ("0", "-1", "x", "9" * 5000, "²"):
        assert listed(page_of(doors, odd)) == [held[1]]


def test_only_the_newest_are_compared(doors, pair, site, rule, monkeypatch):
    monkeypatch.setattr(core, "NEWEST", 2)
    assert listed(page_of(doors)) == pair
    rule("wati", comment(site, "Terima kasih", "tiga"), "accept")
    assert not listed(page_of(doors))


def test_the_command_lists_the_same(pair, app):
    from service import labels

    database = app.extensions["saring"]["database"]
    (group,) = labels.conflicts(labels.export(database))
    (found,) = core.Contradictions(database).page(1).contradictions
    assert {row.id for row in group} == {opinion.id for opinion in found.opinions}


def test_who_gives_way_is_written_down_and_settles_it(doors, site, rule, app):
    disputed = comment(site, "dasar bodoh", "g")
    rule("wati", disputed, "accept")
    rule("budi", disputed, "reject")
    assert listed(page_of(doors)) == [disputed]
    rule("wati", disputed, "reject")
    assert listed(page_of(doors)) == []
    with app.extensions["saring"]["database"].read() as tx:
        said = [(one.moderator, one.verdict) for one in verdicts.past_rulings(tx, disputed)]
    assert said == [("wati", "accept"), ("budi", "reject"), ("wati", "reject")]
