"""A site's past: JSON lines and WordPress's export, whole or in parts, bad and hostile ones."""

from __future__ import annotations

import io
import json

import pytest

from service import labels
from service.archives import Past, Unreadable, read_jsonl, read_wxr
from service.comments import Arrival
from service.errors import Refused
from service.imports import Importer
from service.jsonl import LINE_BYTES
from service.metrics import Metrics
from service.moderation import Moderation
from service.scoring.scorer import NoModel
from service.storage import events
from tests.conftest import SECRET
from tests.doubles import FakeScorer

WXR = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Berita</title><link>https://berita.example</link>
<item><title>Banjir</title><link>https://berita.example/banjir</link>
<wp:post_id>7</wp:post_id>
{comments}
</item></channel></rss>"""
COMMENT = """<wp:comment><wp:comment_id>{id}</wp:comment_id>
<wp:comment_author><![CDATA[Budi]]></wp:comment_author>
<wp:comment_author_email><![CDATA[budi{id}@example.com]]></wp:comment_author_email>
<wp:comment_author_url></wp:comment_author_url>
<wp:comment_author_IP><![CDATA[203.0.113.{id}]]></wp:comment_author_IP>
<wp:comment_date_gmt><![CDATA[2024-03-0{id} 10:00:00]]></wp:comment_date_gmt>
<wp:comment_content><![CDATA[{text}]]></wp:comment_content>
<wp:comment_approved><![CDATA[{state}]]></wp:comment_approved>
<wp:comment_type><![CDATA[{kind}]]></wp:comment_type>
<wp:comment_parent>0</wp:comment_parent></wp:comment>"""


def wxr(*comments):
    parts = [
        COMMENT.format(id=number, text=text, state=state, kind=kind)
        for number, (text, state, kind) in enumerate(comments, 1)
    ]
    return io.BytesIO(WXR.format(comments="".join(parts)).encode())


def jsonl(*records):
    return io.BytesIO("".join(json.dumps(record) + "\n" for record in records).encode())


def test_a_line_without_an_end_fills_no_memory():
    """Nothing asks for more of the file at once than a line may have."""

    class Endless(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            assert 0 < size <= LINE_BYTES
            return super().readline(size)

    file = Endless(
        b'{"content": "' + b"x" * 3 * LINE_BYTES + b'"}\n{"content": "a", "verdict": "hold"}'
    )
    too_long, good = read_jsonl(file)
    assert too_long == Unreadable(1, f"longer than {LINE_BYTES} bytes")
    assert isinstance(good, Past)
    assert good.number == 2


@pytest.fixture
def site(access):
    access.add_site("default")
    return access.named_site("default")


@pytest.fixture
def importer(database, clock):
    return Importer(database, FakeScorer(), SECRET, clock)


def take(importer, site, pasts):
    return list(importer.take(site, pasts))[-1]


def test_wordpress_knows_four_states():
    file = wxr(
        ("Semoga damai", "1", "comment"),
        ("obat kuat", "spam", ""),
        ("ngawur", "trash", ""),
        ("menunggu", "0", ""),
        ("ping", "1", "pingback"),
    )
    found = list(read_wxr(file))
    assert [(past.verdict, past.labels) for past in found] == [
        ("accept", ()),
        ("reject", ("spam",)),
        ("reject", ()),
        ("hold", ()),
    ]
    assert found[0].arrival.permalink == "https://berita.example/banjir"
    assert found[0].created_at.isoformat() == "2024-03-01T10:00:00+00:00"


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
    ],
)
def test_a_document_type_is_refused(declared):
    file = io.BytesIO(
        wxr(("&a;", "1", "")).getvalue().replace(b"<rss", declared.encode() + b"<rss")
    )
    with pytest.raises(Refused, match="not a WordPress export"):
        list(read_wxr(file))


def test_what_is_no_xml_is_refused_in_one_line():
    with pytest.raises(Refused, match="not a WordPress export"):
        list(read_wxr(io.BytesIO(b"content,verdict\n")))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not an object"),
        (b'{"verdict": "accept"}', "content"),
        (b'{"content": " ", "verdict": "accept"}', "content"),
        (b'{"content": "a", "verdict": "spam"}', "verdict"),
        (b'{"content": "a", "verdict": "reject", "labels": ["bad"]}', "labels"),
        (b'{"content": "a", "verdict": "reject", "labels": "spam"}', "labels"),
        (b'{"content": "a", "verdict": "accept", "author_name": 7}', "not text"),
        (b'{"content": "a", "verdict": "accept", "created_at": "soon"}', "created_at"),
    ],
)
def test_a_bad_line_is_told_by_number_and_reading_goes_on(line, why):
    good = b'{"content": "Semoga damai", "verdict": "accept"}\n'
    bad, fine = read_jsonl(io.BytesIO(line + b"\n" + good))
    assert isinstance(bad, Unreadable)
    assert (bad.number, why in bad.why) == (1, True)
    assert isinstance(fine, Past)


def test_the_past_is_stored_under_its_rulings(importer, site, database):
    file = wxr(("Semoga damai", "1", ""), ("obat kuat", "spam", ""), ("menunggu", "0", ""))
    tally = take(importer, site, read_wxr(file))
    assert (tally.taken, tally.known, tally.waiting) == (2, 0, 1)
    good, bad = labels.export(database)
    assert (good.verdict, good.source, good.ruled_at[:10]) == ("accept", "import", "2024-03-01")
    assert (bad.verdict, bad.machine, bad.scores["spam"]) == ("reject", "reject", 0.95)
    assert "@" not in str([good.as_json(), bad.as_json()])


def test_the_site_is_not_told_what_it_knows(importer, site, database):
    take(importer, site, jsonl_pasts("Semoga damai"))
    with database.read() as tx:
        assert not list(events.after(tx, site.id, 0, 10))


def jsonl_pasts(*texts):
    return read_jsonl(jsonl(*({"content": text, "verdict": "accept"} for text in texts)))


def test_a_second_run_makes_no_doubles(importer, site, database):
    texts = [f"Semoga damai {number}" for number in range(450)]
    parts = importer.take(site, jsonl_pasts(*texts))
    assert next(parts).taken == 200  # and here it was interrupted
    parts.close()
    tally = take(importer, site, jsonl_pasts(*texts))
    assert (tally.taken, tally.known) == (250, 200)
    assert len(list(labels.export(database))) == 450


def test_the_same_comment_twice_in_a_file_is_one(importer, site):
    tally = take(importer, site, jsonl_pasts("Semoga damai", "Semoga damai"))
    assert (tally.taken, tally.known) == (1, 1)


def test_without_a_model_the_past_comes_in_all_the_same(database, clock, site):
    importer = Importer(database, NoModel("none"), SECRET, clock)
    assert take(importer, site, jsonl_pasts("Semoga damai")).taken == 1


def test_an_imported_ruling_is_a_persons_word(importer, site, database, clock):
    take(importer, site, jsonl_pasts("obat kuat"))
    moderation = Moderation(database, FakeScorer(), SECRET, clock, Metrics(shared=False))
    decision = moderation.submit(site, Arrival("obat kuat", "x", "x@example.com")).decision
    assert (decision.verdict, decision.rule) == ("accept", "ruled-before")


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("created_at", "0001-01-01T00:00:00+10:00", "created_at is no date"),
        ("content", "\x01\ud800", "content is not text"),
    ],
)
def test_what_no_database_keeps_is_told_by_its_line(field, value, why):
    bad, good = read_jsonl(jsonl({**RECORD, field: value}, RECORD))
    assert isinstance(bad, Unreadable)
    assert why in bad.why
    assert isinstance(good, Past)


def test_half_a_character_in_a_name_is_dropped():
    (past,) = read_jsonl(jsonl({**RECORD, "author_name": "Bu\ud800di"}))
    assert past.arrival.author_name == "Budi"


def test_no_field_is_cut_through_an_address():
    """Half an address is not known for one and would be stored."""
    (past,) = read_jsonl(jsonl({**RECORD, "post_title": "x" * 1_990 + " 203.0.113.57"}))
    assert past.arrival.post_title == ""


RECORD = {"content": "Semoga damai", "verdict": "accept"}
