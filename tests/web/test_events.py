"""What a site is told, through its own door: events, complaints and edits."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import event

from service import retention, upkeep
from service.forgotten import Ledger
from service.review import Review
from tests.conftest import SECRET
from tests.doubles import COMMENT, Site

NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def review(app, clock):
    return Review(app.extensions["saring"]["database"], clock)


def owner(site):
    return site.app.extensions["saring"]["access"].named_site("default")


def told(site, after=0):
    page = site.get(f"/v1/events?after={after}").json
    return [(event["type"], event["data"]) for event in page["events"]]


def types(site, after=0):
    return [kind for kind, _ in told(site, after)]


def put(site, comment_id, **fields):
    body = {**COMMENT, **fields}
    path = f"/v1/comments/{comment_id}"
    return site.app.test_client().put(path, json=body, headers=site.key)


def complain(site, **body):
    return site.post("/v1/complaints", json={"reason": "slander", **body})


def test_it_works(site):
    answer = site.comment().json
    page = site.get("/v1/events").json
    (event,) = page["events"]
    assert event["type"] == "comment.accepted"
    assert event["data"] == {
        "comment_id": answer["id"], "verdict": "accept", "decided_by": "model",
        "rule": "nothing-against-it", "codes": [], "test": False,
    }  # fmt: skip
    assert (page["next"], page["more"], page["gap"]) == ("1", False, False)


def test_pages_follow_one_another(site):
    for text in ("satu", "dua slot", "tiga bodoh"):
        site.comment(content=text)
    first = site.get("/v1/events?limit=2").json
    rest = site.get(f"/v1/events?after={first['next']}").json
    assert [first["more"], rest["more"]] == [True, False]
    kinds = [event["type"] for event in first["events"] + rest["events"]]
    assert kinds == ["comment.accepted", "comment.rejected", "comment.held"]
    assert site.get(f"/v1/events?after={rest['next']}").json["events"] == []


@pytest.mark.parametrize(
    "query", ["after=", "after=x", "after=-1", "after=²", "limit=0", "limit=1001"]
)
def test_a_bad_cursor_is_refused(site, query):
    assert site.get(f"/v1/events?{query}").status_code == 422


def test_another_site_sees_nothing(app, site):
    site.comment()
    assert types(Site.added_to(app, "other")) == []


def test_no_word_and_no_address_is_told(site, review):
    fields = {"author_ip": "203.0.113.9", "permalink": "https://kabar.example/rahasia"}
    comment_id = site.comment(content="halo bodoh budi@example.com", **fields).json["id"]
    complain(site, comment_id=comment_id, detail="kata kasar dari ani@example.com")
    review.rule(owner(site), comment_id, "reject", "ani", note="jelas", labels=("toxic",))
    put(site, comment_id, content="halo lagi")
    page = json.dumps(site.get("/v1/events").json)
    assert page.count('"type"') == 5
    for word in ("halo", "budi", "example.com", "203.0", "rahasia", "kasar", "ani", "jelas"):
        assert word not in page


def test_rulings_and_their_undoing_are_told(site, review):
    comment_id = site.comment(content="dasar bodoh").json["id"]
    review.rule(owner(site), comment_id, "accept", "ani", labels=("other",))
    review.undo(owner(site), comment_id)
    ruled, undone = told(site, 1)
    assert (ruled[0], ruled[1]["verdict"], ruled[1]["labels"]) == (
        "comment.ruled", "accept", ["other"],
    )  # fmt: skip
    assert undone[0] == "comment.ruling_undone"
    assert (undone[1]["verdict"], undone[1]["decided_by"]) == ("hold", "model")


def test_an_erased_comment_leaves_its_id_only(site):
    comment_id = site.comment().json["id"]
    complain(site, comment_id=comment_id)
    site.delete(f"/v1/comments/{comment_id}")
    assert told(site) == [("comment.erased", {"comment_id": comment_id})]


def test_a_forgotten_author_leaves_ids_only(app, site, tmp_path):
    comment_id = site.comment().json["id"]
    other = site.comment(author_email="ani@example.com", author_name="Ani", content="lain").json
    ledger = Ledger(tmp_path, SECRET)
    upkeep.forget(app.extensions["saring"]["database"], SECRET, ["budi@example.com"], ledger)
    assert [data["comment_id"] for _, data in told(site)] == [other["id"], comment_id]
    assert types(site) == ["comment.accepted", "comment.erased"]


def test_purging_keeps_the_last_ninety_days(app, site, clock):
    site.comment()
    clock.forward(days=-91)
    site.comment(content="lama")
    clock.forward(days=91)
    retention.purge(app.extensions["saring"]["database"], 0, clock())
    page = site.get("/v1/events").json
    assert [event["sequence"] for event in page["events"]] == [1]
    assert page["gap"] is False


def test_a_complaint_is_due_in_two_days_and_changes_no_verdict(site, clock):
    comment_id = site.comment().json["id"]
    answer = complain(site, comment_id=comment_id, detail="Ini fitnah.")
    assert answer.status_code == 201
    assert answer.json["due_at"] == "2026-11-25T09:00:00+00:00"
    case = site.get(f"/v1/comments/{comment_id}").json
    assert case["verdict"] == "accept"
    assert [reason["code"] for reason in case["reasons"]] == ["COMPLAINT"]
    assert types(site, 1) == ["complaint.received"]


def test_a_second_complaint_raises_it_once(site):
    comment_id = site.comment().json["id"]
    for _ in range(2):
        complain(site, comment_id=comment_id)
    codes = [r["code"] for r in site.get(f"/v1/comments/{comment_id}").json["reasons"]]
    assert codes.count("COMPLAINT") == 1


def test_a_ruling_answers_complaints_and_its_undoing_asks_again(site, review):
    comment_id = site.comment().json["id"]
    review.rule(owner(site), comment_id, "accept", "ani")
    complain(site, comment_id=comment_id)
    review.rule(owner(site), comment_id, "accept", "ani")
    assert types(site, 3) == ["comment.ruled", "complaint.resolved"]
    review.undo(owner(site), comment_id)
    review.rule(owner(site), comment_id, "reject", "ani")
    assert told(site, 6)[-1][1]["outcome"] == "reject"


def test_a_complaint_by_permalink_needs_one_comment(site):
    page = "https://kabar.example/a#komentar-1"
    assert complain(site, permalink=page).status_code == 404
    site.comment(permalink=page)
    assert complain(site, permalink=page).status_code == 201
    site.comment(permalink=page, content="lain")
    refused = complain(site, permalink=page)
    assert site.problem(refused)["code"] == "several_comments"


def test_a_permalink_is_found_without_reading_every_comment(site):
    """As SQLite plans it, for the statement that a complaint really runs."""
    run = []
    database = site.app.extensions["saring"]["database"]
    event.listen(database.engine, "before_cursor_execute", lambda *of: run.append((of[2], of[3])))
    site.comment(permalink="https://kabar.example/a", content="satu")
    run.clear()
    assert complain(site, permalink="https://kabar.example/a").status_code == 201
    [(statement, values)] = [one for one in run if "permalink_key <> 0" in one[0]]
    with database.read() as tx:
        explained = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        plan = [str(row[3]) for row in explained]
    assert plan == ["SEARCH comments USING INDEX ix_comments_permalink_key (permalink_key=?)"]


def test_an_edited_permalink_is_found_and_the_earlier_one_is_not(site):
    made = site.comment(permalink="https://kabar.example/a").json["id"]
    put(site, made, permalink="https://kabar.example/b")
    assert complain(site, permalink="https://kabar.example/a").status_code == 404
    assert complain(site, permalink="https://kabar.example/b").status_code == 201


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "comment_id", "one_comment"),
        ({"comment_id": NOBODY, "permalink": "x"}, "comment_id", "one_comment"),
        ({"comment_id": "x"}, "comment_id", "uuid"),
        ({"comment_id": NOBODY, "reason": "boring"}, "reason", "choice"),
        ({"comment_id": NOBODY, "reason": None}, "reason", "required"),
        ({"comment_id": NOBODY, "detail": "x" * 5001}, "detail", "too_long"),
    ],
)
def test_bad_complaints_are_refused(site, body, field, code):
    (error,) = site.problem(complain(site, **body))["errors"]
    assert (error["field"], error["code"]) == (field, code)


def test_a_complaint_about_nothing_is_refused(site):
    assert complain(site, comment_id=NOBODY).status_code == 404


def test_an_edit_is_judged_again_and_told(site):
    comment_id = site.comment().json["id"]
    answer = put(site, comment_id, content="main slot yuk")
    assert (answer.status_code, answer.json["verdict"]) == (200, "reject")
    assert answer.json["id"] == comment_id
    assert site.get(f"/v1/comments/{comment_id}").json["content"] == "main slot yuk"
    ((kind, data),) = told(site, 1)
    assert (kind, data["verdict"], data["verdict_before"]) == ("comment.edited", "reject", "accept")


def test_an_edit_that_changes_nothing_changes_nothing(site, review):
    comment_id = site.comment().json["id"]
    review.rule(owner(site), comment_id, "reject", "ani")
    assert put(site, comment_id).json["verdict"] == "reject"
    assert types(site, 2) == []


def test_an_edit_is_no_repeat_of_itself(site):
    comment_id = site.comment().json["id"]
    answer = put(site, comment_id, post_title="Damai").json
    assert (answer["verdict"], answer["rule"]) == ("accept", "nothing-against-it")


def test_the_earlier_text_is_free_again_and_the_new_one_taken(site):
    comment_id = site.comment(content="satu").json["id"]
    put(site, comment_id, content="dua")
    assert site.comment(content="satu").status_code == 201
    assert site.comment(content="dua").status_code == 409
    assert put(site, comment_id, content="satu").status_code == 409


def test_after_a_reject_an_edit_can_only_be_held(site, review):
    comment_id = site.comment(content="dasar bodoh").json["id"]
    review.rule(owner(site), comment_id, "reject", "ani")
    first = put(site, comment_id, content="halo semua").json
    again = put(site, comment_id, content="halo lagi semua").json
    assert (first["verdict"], first["rule"]) == ("hold", "edited-after-reject")
    assert (again["verdict"], again["rule"]) == ("hold", "edited-after-reject")
    assert put(site, comment_id, content="main slot").json["verdict"] == "reject"


def test_after_an_accept_the_machine_judges_the_new_text(site, review):
    comment_id = site.comment(content="dasar bodoh").json["id"]
    review.rule(owner(site), comment_id, "accept", "ani")
    assert put(site, comment_id, content="halo semua").json["decided_by"] == "model"
    assert put(site, comment_id, content="main slot").json["verdict"] == "reject"


def test_a_ruling_on_the_earlier_text_cannot_come_back(site, review):
    comment_id = site.comment().json["id"]
    review.rule(owner(site), comment_id, "reject", "ani")
    put(site, comment_id, content="halo semua")
    assert site.delete(f"/v1/comments/{NOBODY}").status_code == 404
    with pytest.raises(Exception, match="no ruling"):
        review.undo(owner(site), comment_id)


def test_a_complaint_outlives_an_edit(site):
    comment_id = site.comment().json["id"]
    complain(site, comment_id=comment_id)
    codes = [r["code"] for r in put(site, comment_id, content="halo").json["reasons"]]
    assert "COMPLAINT" in codes


def test_nothing_can_be_edited_that_is_not_there(site):
    assert put(site, NOBODY).status_code == 404
