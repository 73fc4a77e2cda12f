"""Addresses in every shape that a person or a program writes, through every door and command.

What comes out is looked at as a reader or a decoder would: entities and percent signs resolved,
full-width letters folded, what nobody sees left out. The words that mark an address are then found
in whatever shape they are left.
"""

from __future__ import annotations

import html
import io
import json
import re
import unicodedata
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from service import lines
from service.archives import READERS
from service.comments import utc_now
from service.imports import Importer
from service.rules import Rules
from service.storage.engine import open_database
from service.storage.tables import metadata
from service.upkeep import backup
from tests.conftest import SECRET
from tests.doubles import FakeScorer
from tests.test_cli import Refused, run
from tests.test_imports import COMMENT as WXR_COMMENT
from tests.test_imports import WXR
from tests.web.desk import PASSWORD, client_of, csrf_of
from tests.web.test_coral import PHASE, sign

__all__ = ["run"]  # a fixture
PLAIN = "tandaqzx@asalqzx.example"
SHAPES = {
    "plain": PLAIN,
    "with a plus": "tandaqzx+berita@asalqzx.example",
    "upper case": PLAIN.upper(),
    "quoted": '"tandaqzx s"@asalqzx.example',
    "an IDN": "tandaqzx@müller-asalqzx.example",
    "an IDN in letters": "tandaqzx@xn--asalqzx-o2a.example",
    "percent-encoded": "tandaqzx%40asalqzx.example",
    "all percent-encoded": "".join(f"%{ord(letter):02x}" for letter in PLAIN),
    "twice percent-encoded": PLAIN.replace("@", "%2540").replace(".", "%252E"),
    "an entity": "tandaqzx&#64;asalqzx.example",
    "all entities": "".join(f"&#{ord(letter)};" for letter in PLAIN),
    "named entities": "tandaqzx&commat;asalqzx&period;example",
    "full width": "ｔａｎｄａｑｚｘ＠ａｓａｌｑｚｘ．ｅｘａｍｐｌｅ",
    "unseen letters": "tanda\u200bqzx\u2060@asal\u200dqzx.exa\u00admple",
    "in a link": "mailto:tandaqzx@asalqzx.example?subject=x",
    "IPv4": "198.18.113.7",
    "IPv4 with a port": "198.18.113.7:8080",
    "IPv4 in brackets": "198[.]18[.]113[.]7",
    "IPv4 with unseen letters": "198.18\u200b.113.7",
    "IPv4 in IPv6": "::ffff:198.18.113.7",
    "IPv6": "2001:db8:f00d:113::a1b2",
    "IPv6 in a link": "http://[2001:db8:f00d:113::a1b2]:8080/",
    "IPv6, percent-encoded": "2001%3Adb8%3Af00d%3A113%3A%3Aa1b2",
}
MARK = re.compile(r"tandaqzx|asalqzx|198\.18\.113|198\[\.\]18|db8:f00d")


def read(data: bytes | str) -> str:
    """What stands there for whoever decodes it."""
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    for _ in range(3):
        text = unquote(html.unescape(text.encode().decode("utf-8")))
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFKC", text).lower()


def found(data: bytes | str) -> list[str]:
    """A little of what stands around each mark."""
    said = read(data)
    return [said[max(0, m.start() - 40) : m.end() + 20] for m in MARK.finditer(said)]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_search_can_find(shape):
    assert found(f"x {SHAPES[shape]} y".encode())


def comment(mark: str, number: str) -> dict[str, str]:
    return {
        "content": f"dasar bodoh {number}: {mark} ya", "author_name": f"Budi {mark}",
        "author_email": "budi@example.com", "author_url": f"https://x.example/{mark}",
        "permalink": f"https://x.example/?{mark}", "post_title": f"Judul {mark}",
        "parent_id": mark, "author_ip": mark[:100], "referrer": mark, "author_user_agent": mark,
    }  # fmt: skip


def through_the_doors(app, site, mark: str):
    """Whatever the doors answer to one mark, and the id of the comment that took it in."""
    client, key, short = app.test_client(), site.key, site.keys.short_key
    sent = comment(mark, "satu")
    posted = site.post(json=sent)
    if posted.status_code == 422:  # no link at all with this mark in it
        posted = site.post(json={**sent, "author_url": ""})
    assert posted.status_code == 201, posted.text
    place = f"/v1/comments/{posted.json['id']}"
    complaint = {"comment_id": posted.json["id"], "reason": "other", "detail": f"ini {mark} itu"}
    akismet = {
        "api_key": short, "blog": "https://x.example", "user_ip": "203.0.113.1",
        "comment_content": f"slot {mark}", "comment_author": mark, "comment_author_url": mark,
        "permalink": mark, "comment_author_email": mark, "referrer": mark, "blog_lang": mark,
    }  # fmt: skip
    text = {"text": f"dasar bodoh {mark}"}
    scores = {"TOXICITY": {"summaryScore": {"value": 1}}}
    phase = {"comment": {"body": f"slot {mark}"}, "story": {"url": mark}, "author": {"id": mark}}
    raw = json.dumps({**PHASE, **phase}).encode()
    signed = {"X-Coral-Signature": sign(site.keys.coral_secret, raw)}
    answers = [
        posted,
        site.post(data=comment(mark, "dua")),
        client.put(place, json=comment(mark, "tiga"), headers=key),
        site.post("/v1/complaints", json=complaint),
        site.post("/v1/score", json={"content": mark}),
        site.post("/v1/policy/preview", json={"changes": {mark: mark}}),
        site.post("/v1/policy/preview", json={"changes": {"banned_words": [mark]}}),
        client.post("/1.1/comment-check", data=akismet),
        client.post("/1.1/submit-spam", data=akismet),
        client.post("/1.2/key-sites", data={"api_key": short, "filter": mark, "format": "csv"}),
        client.post(f"/v1alpha1/comments:analyze?key={short}",
                    json={"comment": text, "requestedAttributes": {"TOXICITY": {}}}),
        client.post(f"/v1alpha1/comments:suggestscore?key={short}",
                    json={"comment": text, "attributeScores": scores, "communityId": mark}),
        client.post("/coral", data=raw, headers=signed),
        client.post("/demo", data=comment(mark, "empat")),
        site.get(place), site.get("/v1/events"),
    ]  # fmt: skip
    return str(posted.json["id"]), answers


def at_the_desk(app, desk, ids: list[str]):
    """Every page and sheet that shows what came in, and what a moderator adds."""
    word = {"X-CSRF-Token": csrf_of(desk.get("/queue").text)}
    for number, mark in enumerate(SHAPES.values()):
        ruling = {
            "verdict": ("accept", "reject")[number % 2],
            "labels": [],
            "note": f"lihat {mark}",
        }
        yield desk.post(f"/v1/queue/{ids[number]}/ruling", json=ruling, headers=word)
        form = {"site": "default", "banned_words": mark, "act": "try"}
        yield desk.post("/settings/rules", data=form, headers=word)
        yield desk.post("/settings/preview", data=form, headers=word)
        yield desk.get("/queue", query_string={"text": mark, "tab": "all"})
        body = {"verdict": "accept", "filters": {"text": mark, "tab": "held"}}
        yield desk.post("/v1/rulings", json=body, headers=word)
    pages = ("/queue?tab=all&limit=100", "/queue?tab=complaints", "/complaints", "/complaints.csv",
             "/contradictions", "/models", "/dashboard", "/scores", "/settings", "/settings/people",
             "/v1/queue?tab=all&limit=100", "/metrics", "/dashboard/days.csv")  # fmt: skip
    for path in (*pages, *(f"/queue/{comment_id}" for comment_id in ids)):
        yield desk.get(path)


@pytest.fixture
def swept(app, site, tmp_path, clock):
    """Everything that was answered, with the request that it answers."""
    core = app.extensions["saring"]
    core["access"].add_moderator("adi", "admin", PASSWORD)
    core["rulebook"].change("default", "a test", {"author_per_minute": 0, "network_per_minute": 0})
    clock.forward(seconds=2)
    ids, told = [], []
    for mark in SHAPES.values():
        one, answers = through_the_doors(app, site, mark)
        ids.append(one)
        told += answers
    told += at_the_desk(app, client_of(app, "adi"), ids)
    return [(answer.request.path, answer.data + str(answer.headers).encode()) for answer in told]


def rows(database) -> list[tuple[str, str]]:
    with database.read() as tx:
        return [
            (table.name, " ".join(map(str, row)))
            for table in metadata.sorted_tables
            for row in tx.execute(select(table))
        ]


def test_no_shape_of_an_address_comes_out(app, swept, sqlite, tmp_path):
    leaks = [(path, found(data)) for path, data in swept if found(data)]
    assert leaks == []
    stored = rows(sqlite)
    assert len(stored) > 100
    assert [(table, found(row)) for table, row in stored if found(row)] == []
    backup(sqlite, str(tmp_path / "copy"))
    kept = open_database(f"sqlite:///{tmp_path / 'copy'}")
    assert rows(kept) == stored
    kept.engine.dispose()
    logs = [path for path in tmp_path.rglob("*.jsonl") if path.is_file()]
    assert logs
    assert [found(path.read_bytes()) for path in logs if found(path.read_bytes())] == []


def past(mark: str, number: int) -> dict[str, object]:
    return {**comment(mark, f"lama {number}"), "verdict": "accept", "created_at": mark}


def test_archives_exports_and_lines(run, site, sqlite, tmp_path):
    """What commands read and write: imports of both kinds, labels, scored lines, their errors."""
    importer = Importer(sqlite, FakeScorer(), SECRET, utc_now)
    good = [{**past(mark, n), "created_at": ""} for n, mark in enumerate(SHAPES.values())]
    bad = [past(mark, n) for n, mark in enumerate(SHAPES.values())]
    lines_of = "".join(json.dumps(one) + "\n" for one in (*good, *bad)).encode()
    lines_of += "".join(f"{{{mark}\n" for mark in SHAPES.values()).encode()
    wxr = WXR.format(comments="".join(
        WXR_COMMENT.format(id=1, text=f"lagi {mark}", state="spam", kind="comment")
        for mark in SHAPES.values())).encode()  # fmt: skip
    default = site.app.extensions["saring"]["access"].named_site("default")
    for kind, file in (("jsonl", lines_of), ("wxr", wxr)):
        *_, tally = importer.take(default, READERS[kind](io.BytesIO(file)))
        assert tally.taken == len(SHAPES)
        assert not found(" ".join(wrong.why for wrong in tally.unreadable))
    for arguments in (
        ("export-labels",),
        ("labels", "conflicts"),
        ("labels", "conflicts", "--json"),
    ):
        said = run(*arguments)
        assert not found(said), found(said)
    exported = [json.loads(line) for line in run("export-labels").splitlines()]
    assert len(exported) == 2 * len(SHAPES)
    assert [row for row in rows(sqlite) if found(row[1])] == []


def test_a_line_that_is_scored_adds_nothing_of_an_address():
    """The line itself comes back as it was sent; what is added to it repeats nothing of it."""
    bench = lines.Bench(FakeScorer(), Rules(), lambda decision: {"told": repr(decision)})
    sent = "".join(json.dumps(comment(mark, "x")) + "\n" for mark in SHAPES.values()).encode()
    (batch,) = lines.batches(io.BytesIO(sent))
    for line in lines.judge_lines(bench, batch).lines:
        told = json.loads(line)
        assert not found(told["told"]), told["told"]


COMMANDS = (
    ("site", "add", "{}"), ("site", "show", "{}"), ("site", "set", "{}", "hold_per_mille=5"),
    ("site", "set", "default", "{}=5"), ("site", "set", "default", "banned_words={}"),
    ("site", "set", "default", "hold_per_mille={}"), ("moderator", "add", "{}"),
    ("moderator", "token", "{}"), ("moderator", "disable", "{}"), ("policy", "preview", "{}"),
    ("policy", "preview", "default", "{}"), ("webhook", "add", "{}", "https://x.example/"),
    ("webhook", "add", "default", "{}"), ("webhook", "remove", "{}"), ("webhook", "rotate", "{}"),
    ("complaints", "export", "--month", "2026-11", "--site", "{}"), ("model", "show", "{}"),
    ("model", "promote", "{}"), ("export-labels", "--site", "{}"),
)  # fmt: skip


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_refused_argument_is_not_repeated(run, site, arguments):
    """What a command says may stand in somebody's cron mail."""
    with pytest.raises(Refused) as refused:
        run(*(argument.format(PLAIN) for argument in arguments))
    assert not found(str(refused.value)), str(refused.value)
