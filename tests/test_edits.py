"""Edits in company, and what a site is told of waves: through the whole core, on both databases."""

from __future__ import annotations

import pytest

from service.comments import Arrival
from service.desk.queue import Queue
from service.errors import Conflict
from service.newsreel import Newsreel
from service.scoring.scorer import NoModel
from tests.doubles import BrokenScorer, FakeScorer
from tests.test_company_of_comments import SPAM, Newsroom, wave

OTHER = "Semoga perundingan damai yang dimulai hari Senin ini berhasil bagi semua warga kota kita"


@pytest.fixture
def newsroom(database, clock):
    return Newsroom(database, clock)


def edit(newsroom, case, content, author="orang-1"):
    arrival = Arrival(content, author_name=author, author_email=f"{author}@example.com")
    return newsroom.moderation.edit(newsroom.site, case.id, arrival)


def types(newsroom, database, after=0):
    page = Newsreel(database).page(newsroom.site, after, 1000)
    return [event["type"] for event in page.events]


def test_a_small_edit_is_no_copy_of_itself(newsroom):
    case = newsroom.post(SPAM.format(1), "budi")
    changed = edit(newsroom, case, SPAM.format(2), "budi")
    assert "NEAR_COPY" not in [reason.code for reason in changed.decision.reasons]
    assert changed.decision.verdict == "accept"


def test_a_wave_goes_on_without_the_comment_that_began_it(newsroom):
    cases = wave(newsroom, 8)
    edit(newsroom, cases[0], OTHER)
    assert newsroom.verdict(newsroom.post(SPAM.format("lagi"))) == ("hold", "wave")
    newsroom.review.rule_wave(newsroom.site, cases[0].id, "reject", "ani")
    assert newsroom.verdict(newsroom.post(SPAM.format("baru"))) == ("reject", "wave-ruled")


def test_a_wave_goes_on_without_the_copies_that_found_it_after_that(newsroom):
    cases = wave(newsroom, 8)
    for number in range(3):
        edit(newsroom, cases[number], f"{OTHER} {number}", f"orang-{number + 1}")
    assert newsroom.verdict(newsroom.post(SPAM.format("lagi"))) == ("hold", "wave")


def test_a_copy_that_is_edited_within_its_wave_is_no_further_copy(newsroom, database):
    cases = wave(newsroom, 3)
    for number in range(20, 26):
        edit(newsroom, cases[1 + number % 2], SPAM.format(number), f"orang-{2 + number % 2}")
    assert newsroom.post(SPAM.format("lagi")).decision.verdict == "accept"
    assert Queue(database, newsroom.clock).card(cases[1].id).copies == 4


def test_a_ruling_on_the_old_wave_is_none_on_copies_of_the_new_text(newsroom):
    cases = wave(newsroom, 8)
    newsroom.review.rule_wave(newsroom.site, cases[0].id, "reject", "ani")
    edit(newsroom, cases[0], OTHER)
    edit(newsroom, cases[0], f"{OTHER} ya")
    assert newsroom.post(f"{OTHER} dan negeri").decision.verdict == "accept"


def test_an_edit_into_a_wave_is_held_with_it(newsroom):
    case = newsroom.post(OTHER, "budi")
    wave(newsroom, 8)
    assert newsroom.verdict(edit(newsroom, case, SPAM.format("budi"), "budi")) == ("hold", "wave")


def test_a_link_that_is_edited_into_an_accepted_comment_is_held(newsroom):
    case = newsroom.post("Menurut saya beritanya kurang lengkap", "budi")
    words = "Menurut saya beritanya kurang lengkap, baca sumber aslinya di sini saja ya"
    assert edit(newsroom, case, words, "budi").decision.verdict == "accept"
    changed = edit(newsroom, case, f"{words} https://obral.com", "budi")
    assert newsroom.verdict(changed) == ("hold", "links")
    case = newsroom.post(f"{words} https://contoh.com", "ani")
    assert case.decision.verdict == "accept"  # from the start, a link is no more than a link
    changed = edit(newsroom, case, f"{words} lagi https://contoh.com", "ani")
    assert changed.decision.verdict == "accept"


def test_an_edit_that_meets_a_ruling_is_a_conflict(newsroom, monkeypatch):
    """The text is judged outside the transaction; a ruling that arrives meanwhile wins."""
    case = newsroom.post("halo semua", "budi")
    score = FakeScorer.assess

    def slow(scorer, texts):
        newsroom.review.rule(newsroom.site, case.id, "reject", "ani")
        return score(scorer, texts)

    monkeypatch.setattr(FakeScorer, "assess", slow)
    with pytest.raises(Conflict):
        edit(newsroom, case, "halo lagi", "budi")
    assert newsroom.moderation.case(newsroom.site, case.id).ruling == "reject"


def test_a_ruling_on_a_wave_that_is_sent_again_is_told_once(newsroom, database):
    cases = wave(newsroom, 6)
    review, site, first = newsroom.review, newsroom.site, cases[0].id
    batch = review.rule_wave(site, first, "reject", "ani")
    assert review.rule_wave(site, first, "reject", "ani", batch) == batch
    assert types(newsroom, database, 6).count("wave.ruled") == 1


def test_what_is_told_of_a_wave(newsroom, database):
    cases = wave(newsroom, 6)
    batch = newsroom.review.rule_wave(newsroom.site, cases[0].id, "reject", "ani")
    newsroom.review.undo_wave(newsroom.site, cases[0].id, batch)
    told = types(newsroom, database, 6)
    assert told[0] == "wave.ruled"
    assert told.count("comment.ruled") == told.count("comment.ruling_undone") > 1
    assert told.count("wave.ruling_undone") == 1


def test_only_another_verdict_is_told_of_a_rescoring(newsroom, database):
    newsroom.set(suspect_words=["hoaks"])
    newsroom.post("ini hoaks semua")
    newsroom.post("dasar bodoh")
    newsroom.set(suspect_words=[])
    assert newsroom.moderation.rejudge_held() == 2
    assert types(newsroom, database, 2) == ["comment.rescored"]


def test_what_was_not_scored_is_scored_when_the_scorer_is_back_and_the_site_is_told(
    newsroom, database
):
    newsroom.moderation.take_up(NoModel("no model yet"))
    good, bad, rude = (newsroom.post(text) for text in ("halo semua", "main slot", "dasar bodoh"))
    assert {newsroom.verdict(case) for case in (good, bad, rude)} == {("hold", "not-scored")}
    assert newsroom.moderation.rejudge_held() == 0
    newsroom.moderation.take_up(FakeScorer())
    assert newsroom.moderation.rejudge_held() == 3
    found = [
        newsroom.moderation.case(newsroom.site, case.id).decision for case in (good, bad, rude)
    ]
    assert [decision.verdict for decision in found] == ["accept", "reject", "hold"]
    assert not [r for decision in found for r in decision.reasons if r.code == "NOT_SCORED"]
    told = types(newsroom, database, 3)
    assert told == ["comment.rescored"] * 2  # the third waits as before
    assert newsroom.moderation.rejudge_held() == 0


def test_a_comment_on_which_the_scorer_failed_is_tried_again_and_left_alone_until_it_works(
    newsroom,
):
    newsroom.moderation.take_up(BrokenScorer())
    case = newsroom.post("halo semua")
    assert newsroom.verdict(case) == ("hold", "not-scored")
    assert newsroom.moderation.rejudge_held() == 0
    newsroom.review.rule(newsroom.site, newsroom.post("lain").id, "accept", "ani", seen_version=0)
    newsroom.moderation.take_up(FakeScorer())  # of the same version: it merely works again
    assert newsroom.moderation.rejudge_held() == 1
    assert newsroom.moderation.case(newsroom.site, case.id).decision.verdict == "accept"
