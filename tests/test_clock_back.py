"""The clock is set back by an hour: nothing is lost, doubled, reordered or refused for it."""

from __future__ import annotations

import pytest

from service import retention
from service.desk.figures import Dashboard
from service.desk.queue import Queue
from service.desk.signins import FREE_GUESSES
from service.errors import Unauthenticated
from service.settings import RateLimit
from tests.doubles import Site
from tests.test_company_of_comments import Newsroom
from tests.web.desk import PASSWORD, client_of

HOUR = {"hours": -1}


@pytest.fixture
def site(app) -> Site:
    return Site.added_to(app, "kabar")


def sequence(site: Site) -> list[tuple[int, str]]:
    told = site.get("/v1/events").json["events"]
    return [(event["sequence"], event["data"]["comment_id"]) for event in told]


def test_it_works(site, clock):
    """What comes in afterwards is stored, told after what was told, and answered once."""
    first = site.comment(content="pertama", headers={"Idempotency-Key": "a"}).json["id"]
    clock.forward(**HOUR)
    second = site.comment(content="kedua", headers={"Idempotency-Key": "b"})
    assert second.status_code == 201
    assert sequence(site) == [(1, first), (2, second.json["id"])]
    for content, key, known in (("pertama", "a", first), ("kedua", "b", second.json["id"])):
        again = site.comment(content=content, headers={"Idempotency-Key": key})
        assert (again.status_code, again.json["id"]) == (201, known)
    assert site.comment(content="pertama").status_code == 409


def test_retention_erases_nothing_early(site, clock, app):
    kept = site.comment().json["id"]
    clock.forward(**HOUR)
    retention.purge(app.extensions["saring"]["database"], 1, clock())
    assert site.get(f"/v1/comments/{kept}").status_code == 200
    clock.forward(hours=26)
    retention.purge(app.extensions["saring"]["database"], 1, clock())
    assert site.get(f"/v1/comments/{kept}").status_code == 404


def test_sessions_last_and_end(app, clock):
    app.extensions["saring"]["access"].add_moderator("ani", "admin", PASSWORD)
    ani = client_of(app, "ani")
    clock.forward(**HOUR)
    assert ani.get("/queue").status_code == 200
    clock.forward(hours=14)
    assert ani.get("/queue").status_code == 303


def test_nobody_is_locked_out_until_an_hour_comes_again(app, clock):
    app.extensions["saring"]["access"].add_moderator("ani", "admin", PASSWORD)
    sign_ins = app.extensions["saring"]["sign_ins"]
    for _ in range(FREE_GUESSES + 1):
        with pytest.raises(Unauthenticated):
            sign_ins.sign_in("ani", "salah")
    clock.forward(**HOUR)
    assert sign_ins.sign_in("ani", PASSWORD)


def test_a_rate_limit_counts_no_comment_of_the_hour_to_come(make_app, clock):
    site = Site.added_to(make_app(rate_limit=RateLimit(3, 60)), "kabar")
    for number in range(3):
        assert site.comment(content=f"awal {number}").status_code == 201
    assert site.comment(content="terlalu cepat").status_code == 429
    clock.forward(**HOUR)
    statuses = [site.comment(content=f"lagi {number}").status_code for number in range(4)]
    assert statuses == [201, 201, 201, 429]


def test_a_flood_counts_no_comment_of_the_hour_to_come(site, clock, app):
    rulebook = app.extensions["saring"]["rulebook"]
    rulebook.change("kabar", "test", {"author_per_minute": 3})
    clock.forward(minutes=1)
    for number in range(3):
        assert site.comment(content=f"awal {number}").status_code == 201
    clock.forward(**HOUR)
    assert site.comment(content="lagi").status_code == 201


@pytest.fixture
def newsroom(database, clock) -> Newsroom:
    newsroom = Newsroom(database, clock)
    newsroom.case = newsroom.post("dasar bodoh")
    newsroom.review.rule(newsroom.site, newsroom.case.id, "reject", "ani")
    clock.forward(**HOUR)
    return newsroom


def ruling(newsroom):
    return newsroom.moderation.case(newsroom.site, newsroom.case.id).ruling


def test_the_latest_ruling_is_the_one_that_is_taken_back(newsroom):
    newsroom.review.rule(newsroom.site, newsroom.case.id, "accept", "budi")
    assert ruling(newsroom) == "accept"
    newsroom.review.undo(newsroom.site, newsroom.case.id)
    assert ruling(newsroom) == "reject"


def test_a_stroke_is_taken_back_from_what_was_ruled_on_before_it(newsroom):
    stroke = newsroom.review.rule_many([(newsroom.case.id, 1)], "accept", "budi")
    assert newsroom.review.undo_batch(stroke.batch) == 1
    assert ruling(newsroom) == "reject"


def test_nobody_seems_to_look_at_a_card_for_the_hour_to_come(newsroom, database, clock):
    queue = Queue(database, clock)
    clock.forward(hours=1)
    queue.claim(newsroom.case.id, "ani")
    clock.forward(**HOUR)
    assert queue.card(newsroom.case.id).claim is None
    queue.claim(newsroom.case.id, "budi")
    assert queue.card(newsroom.case.id).claim.moderator == "budi"


def test_no_ruling_came_before_its_comment(newsroom, database, clock):
    late = newsroom.post("kamu bodoh")
    clock.forward(**HOUR)
    newsroom.review.rule(newsroom.site, late.id, "reject", "ani")
    assert min(Dashboard(database, clock).figures(clock().tzinfo).seconds) == 0
