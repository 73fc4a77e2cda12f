"""Pages of the queue, in every order, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from service.comments import Case, Decision, Limits, Signal, new_id
from service.complaints import Complaints
from service.desk.cards import Filters
from service.desk.queue import Queue
from service.storage import accounts, queue, store
from service.storage.accounts import KeyDigests
from service.storage.queue import Key
from service.storage.tables import comments
from service.web.queue_api import strike
from service.web.queue_fields import RulingsIn
from tests.test_company_of_comments import SPAM, Newsroom

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def newsroom(database, clock) -> Newsroom:
    newsroom = Newsroom(database, clock)
    newsroom.queue = Queue(database, clock)
    return newsroom


def contents(page) -> list[str]:
    return [card.entry.case.submission.content for card in page.cards]


def walk(newsroom, filters, order, size) -> list[str]:
    found, cursor = [], ""
    while True:
        page = newsroom.queue.page(filters, order, cursor, size)
        assert len(page.cards) <= size
        found += contents(page)
        cursor = page.cursor
        if not cursor:
            return found


def test_it_works(newsroom):
    newsroom.post("Semoga damai.")
    held = newsroom.post("dasar bodoh")
    page = newsroom.queue.page(Filters())
    assert [card.id for card in page.cards] == [held.id]
    assert page.counts == {
        "held": 1, "complaints": 0, "waves": 0, "samples": 0, "second": 0, "accepted": 1,
        "rejected": 0, "all": 2,
    }  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("order", ["oldest", "newest", "teaches"])
def test_every_page_size_shows_everything_once(newsroom, size, order):
    for number in range(7):
        newsroom.post(f"kamu bodoh nomor {number} {'???' if number % 2 else ''}")
    expected = walk(newsroom, Filters(), order, 100)
    assert len(set(expected)) == 7
    assert walk(newsroom, Filters(), order, size) == expected


def test_oldest_and_newest_are_each_others_reverse(newsroom):
    for number in range(5):
        newsroom.post(f"kamu bodoh nomor {number}")
    oldest = walk(newsroom, Filters(), "oldest", 2)
    assert walk(newsroom, Filters(), "newest", 2) == oldest[::-1]


def wave(newsroom, count):
    sentence = "kamu semua bodoh sekali karena percaya pada janji pemerintah daerah itu {}"
    return [newsroom.post(sentence.format(number)) for number in range(count)]


@pytest.mark.parametrize("size", [1, 2, 50])
def test_a_wave_is_one_card_before_the_single_ones(newsroom, size):
    single = newsroom.post("dasar bodoh")
    copies = wave(newsroom, 6)
    found = walk(newsroom, Filters(), "oldest", size)
    assert found[0] in {copy.submission.content for copy in copies}
    assert found[1:] == [single.submission.content]
    card = newsroom.queue.page(Filters()).cards[0]
    assert (card.is_wave, card.copies, card.waiting) == (True, 6, 6)


def test_a_wave_that_was_ruled_on_leaves_the_queue_and_comes_back(newsroom):
    copies = wave(newsroom, 6)
    batch = newsroom.review.rule_wave(newsroom.site, copies[0].id, "reject", "wati")
    assert newsroom.queue.page(Filters(tab="waves")).cards == []
    newsroom.review.undo_wave(newsroom.site, copies[0].id, batch)
    assert len(newsroom.queue.page(Filters(tab="waves")).cards) == 1


FILTERS = [
    ({"reason": "TOXIC"}, {"dasar bodoh", "kamu bodoh ya"}),
    ({"reason": "OXI"}, set()),
    ({"text": "YA"}, {"kamu bodoh ya"}),
    ({"text": "%"}, set()),
    ({"article": "harga"}, {"kamu bodoh ya"}),
    ({"article": "/satu"}, {"kamu bodoh ya"}),
    ({"language": "id"}, {"dasar bodoh", "kamu bodoh ya"}),
    ({"language": "en"}, set()),
    ({"least": 0.9}, {"dasar bodoh", "kamu bodoh ya"}),
    ({"most": 0.5}, set()),
    ({"since": NOW, "until": NOW + timedelta(days=1)}, {"dasar bodoh", "kamu bodoh ya"}),
    ({"until": NOW}, set()),
    ({"site": "kabar"}, {"dasar bodoh", "kamu bodoh ya"}),
    ({"site": "lain"}, set()),
]


@pytest.mark.parametrize(("narrowed", "expected"), FILTERS, ids=[str(case[0]) for case in FILTERS])
def test_filters(newsroom, narrowed, expected):
    newsroom.post("dasar bodoh")
    newsroom.post("kamu bodoh ya", permalink="/satu", post_title="Harga beras")
    assert set(contents(newsroom.queue.page(Filters(**narrowed)))) == expected


def test_one_person_is_found_by_handle(newsroom):
    mine = newsroom.post("dasar bodoh", "budi")
    newsroom.post("kamu bodoh ya", "ani")
    handle = newsroom.queue.card(mine.id).author.handle
    assert contents(newsroom.queue.page(Filters(author=handle))) == ["dasar bodoh"]


def test_samples_wait_until_a_person_has_looked(newsroom):
    newsroom.chance = 0.0
    sampled = newsroom.post("Semoga damai.")
    page = newsroom.queue.page(Filters(tab="samples"))
    assert [card.id for card in page.cards] == [sampled.id]
    newsroom.review.rule(newsroom.site, sampled.id, "accept", "wati")
    assert newsroom.queue.page(Filters(tab="samples")).cards == []


def test_what_is_closest_to_a_threshold_teaches_most(newsroom, database):
    cases = [case_with(newsroom, score) for score in (0.95, 0.52, 0.7)]
    with database.begin() as tx:
        accounts.add_site(tx, "lain", "lain", KeyDigests("f", "s"), NOW)
        for case in cases:
            store.add_comment(tx, "lain", case)
    found = [card.entry.score for card in newsroom.queue.page(Filters(), "teaches").cards]
    assert found == [0.52, 0.7, 0.95]


def case_with(newsroom: Newsroom, score: float) -> Case:
    decision = Decision(
        "hold", "model", "score-hold", (Signal("SPAM", score, 0.5),), {"spam": score}, "id",
        {"spam": Limits(0.5, None)}, {}, "fake-1", "2.0",
    )  # fmt: skip
    submission = newsroom.post(f"Semoga damai {score}").submission
    twins = {"twin_by_name": int(score * 100), "twin_by_author": -int(score * 100)}
    return Case(new_id(), NOW, replace(submission, **twins), decision)


@pytest.mark.parametrize("order", ["oldest", "newest", "teaches"])
def test_a_page_is_read_from_an_index_of_what_waits(sqlite, order):
    seen = []
    with sqlite.read() as tx:

        def explain(_connection, cursor, statement, parameters, *_):
            if statement.startswith("SELECT"):
                plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
                seen.extend(row[3] for row in plan)

        event.listen(tx, "before_cursor_execute", explain)
        queue.singles(tx, Filters(), order, Key("0", 0.1), 25)
    assert all(step.startswith("SEARCH") for step in seen), seen  # no scan, and nothing is sorted


def test_a_comment_is_stored_with_what_the_queue_sorts_by(newsroom, database):
    newsroom.post("dasar bodoh")
    with database.read() as tx:
        row = tx.execute(text("SELECT language, score, margin, codes FROM comments")).one()
    assert (row.language, row.score, row.codes) == ("id", 0.95, "|TOXIC|")
    assert row.margin == pytest.approx(0.45)


def test_scores_stack_up_by_the_hundredth(newsroom, database):
    scores = [0.0, 0.29, 0.2999, 0.3, 0.57, 0.99, 1.0, 1.0]
    cases = [newsroom.post(f"kamu bodoh nomor {number}") for number in range(len(scores))]
    newsroom.post("slot bodoh")  # rejected, and so no dot
    with database.begin() as tx:
        for case, score in zip(cases, scores, strict=True):
            row = comments.update().where(comments.c.id == case.id)
            tx.execute(row.values(score=score))
    whole = newsroom.queue.heights(Filters(), 2)
    narrow = newsroom.queue.heights(Filters(language="id"), 2)
    assert {part: height for part, height in enumerate(whole) if height} == {
        0: 1, 29: 2, 30: 1, 57: 1, 99: 2,
    }  # fmt: skip
    assert narrow == whole


def test_scores_are_read_from_their_index(sqlite):
    with sqlite.begin() as tx:
        asked = queue._HEIGHTS.params(most=24)
        sql = asked.compile(dialect=tx.dialect, compile_kwargs={"literal_binds": True})
        plan = tx.connection.driver_connection.execute(f"EXPLAIN QUERY PLAN {sql}")
        reads = [row[3] for row in plan if "comments" in row[3]]
    assert reads
    assert all(
        "COVERING INDEX ix_comments_scores (verdict=? AND score>" in step for step in reads
    ), reads


RUDE_WAVES = (
    "kamu semua bodoh sekali karena percaya pada janji pemerintah daerah itu {}",
    "hanya orang bodoh yang masih menonton acara televisi malam minggu kemarin {}",
    "sopir angkot itu bodoh betul sampai menabrak pagar rumah tetangga saya {}",
)


def complain(newsroom, comment_id):
    complaints = Complaints(newsroom.queue._database, newsroom.clock)
    complaints.file(newsroom.site, "slander", "", comment_id)


@pytest.mark.parametrize("size", [1, 2, 3, 25])
def test_a_wave_whose_copies_all_stand_above_hides_none_behind_it(newsroom, size):
    cases = [newsroom.post(text.format(n)) for text in RUDE_WAVES for n in "ab"]
    for case in cases[:2]:
        complain(newsroom, case.id)
    shown = walk(newsroom, Filters(), "oldest", size)
    assert len(shown) == len(set(shown)) == 4
    counts = newsroom.queue.page(Filters()).counts
    assert (counts["held"], counts["complaints"], counts["waves"]) == (4, 2, 2)


def test_a_wave_says_how_many_a_ruling_rules_on_and_no_complaint_is_answered_unread(newsroom):
    cases = [
        newsroom.post(SPAM.format(n)) for n in range(8)
    ]  # four were accepted before anybody could know
    complain(newsroom, cases[5].id)
    [_, card] = newsroom.queue.page(Filters()).cards
    assert (card.copies, card.waiting, card.unruled) == (8, 3, 7)
    body = RulingsIn(wave_id=card.entry.wave_id, verdict="reject")
    assert strike(newsroom.queue, newsroom.review, body, "ani").ruled == 7
    ruled = [newsroom.moderation.case(newsroom.site, case.id).ruling for case in cases]
    assert ruled == ["reject"] * 5 + [None] + ["reject"] * 2
    assert [card.id for card in newsroom.queue.page(Filters()).cards] == [cases[5].id]


def test_a_wave_has_as_many_copies_as_there_are(newsroom):
    cases = wave(newsroom, 8)
    newsroom.moderation.erase(newsroom.site, cases[6].id)
    assert newsroom.queue.card(cases[7].id).copies == 7


def test_many_at_once_leaves_complaints_to_be_read(newsroom):
    read, other = newsroom.post("dasar bodoh"), newsroom.post("kamu bodoh")
    complain(newsroom, read.id)
    assert newsroom.queue.matching(Filters(text="bodoh")) == (1, 0)
    stroke = newsroom.review.rule_matching(Filters(text="bodoh"), "reject", "ani")
    assert stroke.ruled == 1
    assert newsroom.moderation.case(newsroom.site, other.id).ruling == "reject"
    assert newsroom.moderation.case(newsroom.site, read.id).ruling is None


def test_what_is_complained_about_is_found_by_that_reason(newsroom):
    published = newsroom.post("Terima kasih, Kak!")
    complain(newsroom, published.id)
    found = newsroom.queue.page(Filters("all", reason="COMPLAINT")).cards
    assert [card.id for card in found] == [published.id]
