"""Complaints at the desk: on top of the queue behind both doors, answered, and on record."""

from __future__ import annotations

import csv
import io

import pytest

from tests.web.desk import PASSWORD, ApiDoor, client_of


@pytest.fixture
def moderators(app):
    access = app.extensions["saring"]["access"]
    for name in ("wati", "budi"):
        access.add_moderator(name, "moderator", PASSWORD)
    return app.extensions["saring"]["sign_ins"]


def comment(site, number: int, text: str = "dasar bodoh") -> str:
    email = f"orang{number}@example.com"
    return str(site.comment(content=f"{text} {number}", author_email=email).json["id"])


def complain(site, about: str, detail: str = "itu fitnah") -> str:
    body = {"comment_id": about, "reason": "slander", "detail": detail}
    sent = site.post("/v1/complaints", json=body)
    assert sent.status_code == 201
    return str(sent.json["id"])


def test_it_works(door, site, clock):
    held = [comment(site, number) for number in range(2)]
    published = comment(site, 9, "Semoga damai")
    complain(site, published)
    assert door.waiting()[0] == published  # above all that was there before
    assert sorted(door.waiting()[1:]) == sorted(held)
    assert door.waiting(tab="complaints") == [published]
    assert door.rule(published, "reject") == 200
    assert door.waiting(tab="complaints") == []
    assert published not in door.waiting()


def test_the_most_urgent_first_on_every_page(door, site, clock):
    about = []
    for number in range(5):
        about.append(comment(site, number))
        complain(site, about[-1])
        clock.forward(hours=1)
    assert door.waiting(tab="complaints") == about
    assert door.waiting(order="newest") == about
    assert door.waiting(limit="2") == about[:2]


def test_the_pages_of_the_complaints_follow_each_other(app, site, moderators, clock):
    about = []
    for number in range(5):
        about.append(comment(site, number))
        complain(site, about[-1])
        clock.forward(hours=1)
    client, found, cursor = app.test_client(), [], ""
    headers = {"Authorization": f"Bearer {moderators.new_token('wati')}"}
    while cursor is not None:
        query = {"limit": "2", "cursor": cursor}
        page = client.get("/v1/queue", query_string=query, headers=headers).json
        found += [item["id"] for item in page["items"]]
        cursor = page["cursor"]
    assert found == about
    assert page["counts"]["complaints"] == page["counts"]["held"] == 5


def test_keeping_what_was_complained_about_answers_too(door, site):
    published = comment(site, 9, "Semoga damai")
    complain(site, published)
    assert door.rule(published, "accept") == 200
    assert door.waiting(tab="complaints") == []


def test_an_undone_answer_waits_again(door, site):
    published = comment(site, 9, "Semoga damai")
    complain(site, published)
    door.rule(published, "reject")
    assert door.undo(published) == 200
    assert door.waiting(tab="complaints") == [published]


def test_a_copy_in_a_wave_stands_alone_while_somebody_complains(door, site):
    sentence = "kamu semua bodoh sekali karena percaya pada janji pemerintah daerah itu {}"
    copies = [
        site.comment(content=sentence.format(n), author_email=f"w{n}@example.com").json["id"]
        for n in range(6)
    ]
    first = min(copies)
    complain(site, first)
    assert door.waiting() == [first, min(set(copies) - {first})]
    assert door.rule(first, "accept") == 200
    assert door.waiting() == [min(set(copies) - {first})]


def test_the_card_says_what_was_complained_about_and_until_when(app, site, moderators, clock):
    published = comment(site, 9, "Semoga damai")
    complain(site, published, "fitnah <b>saya</b>, tulis ke wati@example.org")
    clock.forward(hours=18)
    page = client_of(app, "wati").get("/queue").text
    assert "batas waktu 30 jam lagi" in page
    assert "Fitnah atau pencemaran nama baik." in page
    assert "fitnah &lt;b&gt;saya&lt;/b&gt;, tulis ke [email]" in page
    clock.forward(hours=33)
    client = client_of(app, "budi", "en")
    assert "overdue by 3 hours" in client.get(f"/queue/{published}").text


class TestRecord:
    """A month's complaints as a page and as a sheet."""

    @pytest.fixture
    def client(self, app, site, moderators, clock):
        for number in range(3):
            complain(site, comment(site, number), "=SUM(A1)" if number == 0 else "biasa")
        door = ApiDoor(app, moderators.new_token("wati"))
        waiting = door.waiting(tab="complaints")
        door.rule(waiting[0], "reject")
        clock.forward(hours=49)
        door.rule(waiting[1], "accept")
        return client_of(app, "wati", "en")

    def test_it_works(self, client):
        page = client.get("/complaints").text
        assert "3 complaints received: 1 answered in time, 1 late, 1 waiting" in page
        assert "1 overdue" in page

    def test_the_sheet_says_the_same(self, client):
        sheet = client.get("/complaints.csv?month=2026-11&site=default")
        rows = list(csv.DictReader(io.StringIO(sheet.text)))
        assert sorted(row["in_time"] for row in rows) == ["", "no", "yes"]
        assert {row["site"] for row in rows} == {"default"}
        assert "'=SUM(A1)" in {row["detail"] for row in rows}

    def test_another_month_is_empty(self, client):
        assert "No complaints in this month." in client.get("/complaints?month=2025-01").text

    @pytest.mark.parametrize("month", ["2026-13", "x", "2026", "99999-01", "0000-01"])
    def test_no_such_month(self, client, month):
        assert client.get("/complaints", query_string={"month": month}).status_code == 422

    def test_no_such_site(self, client):
        assert client.get("/complaints?site=none").status_code == 404


class TestSecondLooks:
    """Spot checks that a colleague ruled on come round once more, and agreement is noted."""

    @pytest.fixture
    def sampled(self, app, site):
        rulebook = app.extensions["saring"]["rulebook"]
        rulebook.change("default", "adi", {"sample_per_mille": 1000.0})
        return comment(site, 1, "Semoga damai")

    def test_it_works(self, app, sampled, moderators):
        wati, budi = (ApiDoor(app, moderators.new_token(name)) for name in ("wati", "budi"))
        assert wati.waiting(tab="samples") == [sampled]
        assert budi.waiting(tab="second") == []
        wati.rule(sampled, "accept")
        assert (wati.waiting(tab="second"), budi.waiting(tab="second")) == ([], [sampled])
        assert budi.rule(sampled, "accept") == 200
        assert budi.waiting(tab="second") == []
        said = app.test_client().get(f"/v1/queue/{sampled}", headers=budi._key).json["rulings"]
        assert [(one["moderator"], one["verdict"]) for one in said] == [
            ("wati", "accept"), ("budi", "accept"),
        ]  # fmt: skip

    def test_agreeing_changes_nothing_that_a_site_hears_of(self, app, site, sampled, moderators):
        wati, budi = (ApiDoor(app, moderators.new_token(name)) for name in ("wati", "budi"))
        wati.rule(sampled, "accept")
        before = site.get("/v1/events").json["next"]
        version = wati.version(sampled)
        budi.rule(sampled, "accept", version=version)
        assert (site.get("/v1/events").json["next"], wati.version(sampled)) == (before, version)

    def test_the_page_does_not_say_how_the_first_ruled(self, app, sampled, moderators):
        ApiDoor(app, moderators.new_token("wati")).rule(sampled, "reject")
        page = client_of(app, "budi").get("/queue?tab=second").text
        assert f'data-id="{sampled}"' in page
        assert 'class="word-reject"' not in page
