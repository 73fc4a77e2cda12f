"""Rulings as labels: provenance, undo, reports, quotes, near copies and contradictions."""

from __future__ import annotations

import pytest

from service import labels
from service.comments import Arrival
from service.desk.contradictions import Contradictions
from service.metrics import Metrics
from service.moderation import Moderation
from service.reports import Reports
from tests.conftest import SECRET
from tests.doubles import FakeScorer

PAGE = "https://berita.example/banjir"
HONEST = "Semoga warga yang rumahnya terendam banjir segera mendapat bantuan dari pemerintah kota"


@pytest.fixture
def moderation(database, clock):
    return Moderation(
        database, FakeScorer(), SECRET, clock, Metrics(shared=False), chance=lambda: 0.0
    )


@pytest.fixture
def site(access):
    access.add_site("default")
    return access.named_site("default")


@pytest.fixture
def submit(moderation, site, clock):
    def submit(content, who="budi", **fields):
        clock.forward(seconds=5)
        return moderation.submit(site, Arrival(content, who, f"{who}@example.com", **fields)).id

    return submit


@pytest.fixture
def export(database):
    return lambda: list(labels.export(database))


def test_a_ruling_is_a_label_with_where_it_came_from(submit, review, site, access, export):
    access.add_moderator("ani", "moderator", "kata sandi yang panjang")
    review.rule(site, submit("obat kuat, tulis ke a@b.example"), "reject", "ani", labels=("spam",))
    (row,) = export()
    assert (row.verdict, row.labels, row.source, row.site) == (
        "reject",
        ("spam",),
        "person",
        "default",
    )
    assert row.content == row.teaches == "obat kuat, tulis ke [email]"
    assert len(row.moderator) == 36  # the id: a name is nobody's business outside
    assert (row.model_version, row.saw_score, row.machine) == ("fake-1", False, "reject")
    assert row.scores["spam"] == 0.95
    assert "SPAM" in row.codes


def test_what_nobody_ruled_on_is_no_label(submit, export):
    submit("obat kuat")
    assert export() == []


def test_an_undone_ruling_is_withdrawn(submit, review, site, export):
    comment = submit("obat kuat")
    review.rule(site, comment, "accept", "ani")
    review.undo(site, comment)
    assert export() == []


def test_the_ruling_before_an_undone_one_is_back(submit, review, site, export):
    comment = submit("obat kuat")
    review.rule(site, comment, "reject", "ani", labels=("spam",))
    review.rule(site, comment, "accept", "tuti")
    review.undo(site, comment)
    (row,) = export()
    assert (row.verdict, row.disagreed) == ("reject", 0)


def test_a_report_is_of_another_source(database, moderation, clock, site, export):
    reports = Reports(database, moderation, SECRET, clock)
    reports.report(site, Arrival("obat kuat murah", "x"), "reject", "akismet", ("spam",))
    (row,) = export()
    assert (row.source, row.moderator, row.saw_score) == ("report", "akismet", False)


def test_a_spot_check_is_marked(submit, review, site, export):
    review.rule(site, submit("Terima kasih"), "accept", "ani")
    (row,) = export()
    assert (row.sampled, row.stands_for) == (True, 100.0)


def test_an_author_is_a_number(submit, review, site, export):
    for text in ("satu dua", "tiga empat"):
        review.rule(site, submit(text), "accept", "ani")
    review.rule(site, submit("lima enam", "tuti"), "accept", "ani")
    one, same, other = [row.author for row in export()]
    assert one == same != other
    assert "@" not in str([row.as_json() for row in export()])


def test_two_moderators_who_disagree_are_counted(submit, review, site, export):
    comment = submit("obat kuat")
    review.rule(site, comment, "accept", "ani")
    review.rule(site, comment, "reject", "tuti", labels=("spam",))
    (row,) = export()
    assert (row.verdict, row.agreed, row.disagreed) == ("reject", 0, 1)
    assert labels.conflicts([row]) == [[row]]


def test_near_copies_share_a_group(submit, review, site, export):
    template = "Selamat pagi semua, saya menawarkan pinjaman cepat cair tanpa jaminan hubungi {}"
    for name in ("Bu Sri", "Pak Joko"):
        review.rule(site, submit(template.format(name), name[-3:]), "reject", "ani")
    review.rule(site, submit("Semoga cepat selesai ya"), "accept", "ani")
    groups = [row.group for row in export()]
    assert groups[0] == groups[1] != groups[2]


def test_near_copies_ruled_both_ways_are_contradictory(submit, review, site, export):
    for number, verdict in enumerate(("accept", "reject")):
        text = f"Promo pulsa murah tiap hari Jumat hubungi kami segera {number}"
        review.rule(site, submit(text, f"n{number}"), verdict, "ani")
    assert [len(group) for group in labels.conflicts(export())] == [2]


def test_the_newest_are_those_that_came_last(submit, review, site, database):
    ids = [submit(text, f"n{text[:2]}") for text in ("satu dua", "tiga empat", "lima enam")]
    for comment in reversed(ids):
        review.rule(site, comment, "accept", "ani")
    submit("belum dilihat")
    assert [row.id for row in labels.newest(database, 2)] == ids[1:]
    assert [row.id for row in labels.newest(database, 3)] == ids


def test_contradictions_are_shown_with_the_rulings_that_stand(submit, review, site, database):
    ids = [submit(f"Promo pulsa murah hari Jumat hubungi kami segera {n}", f"n{n}") for n in (1, 2)]
    review.rule(site, ids[0], "reject", "ani")
    review.rule(site, ids[0], "accept", "tuti")
    review.undo(site, ids[0])
    review.rule(site, ids[1], "accept", "tuti")
    (found,) = Contradictions(database).page(1).contradictions
    assert [
        (one.id, [(said.moderator, said.verdict) for said in one.rulings]) for one in found.opinions
    ] == [(ids[1], [("tuti", "accept")]), (ids[0], [("ani", "reject")])]


def test_the_quoted_honest_part_of_a_spam_teaches_nothing(submit, review, site, export):
    submit(HONEST, "warga", permalink=PAGE)
    spam = submit(f"{HONEST} kunjungi obatmurah99", "spammer", permalink=PAGE)
    review.rule(site, spam, "reject", "ani", labels=("spam",))
    (row,) = export()
    assert row.teaches == "kunjungi obatmurah99"
    assert row.content.startswith("Semoga")


def test_the_spam_that_an_honest_reader_quotes_teaches_nothing(submit, review, site, export):
    spam = "obat kuat paling ampuh se Indonesia pesan sekarang juga lewat nomor kami"
    review.rule(site, submit(spam, "spammer", permalink=PAGE), "reject", "ani", labels=("spam",))
    text = f'Tolong hapus komentar "{spam}", itu penipuan'
    review.rule(site, submit(text, "warga", permalink=PAGE), "accept", "ani")
    assert export()[1].teaches == 'Tolong hapus komentar " ", itu penipuan'


def test_test_strings_teach_nothing(submit, review, site, export):
    review.rule(site, submit("saring-test-hold"), "reject", "ani")
    assert export() == []
