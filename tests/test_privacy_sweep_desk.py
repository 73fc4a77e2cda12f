"""Marked addresses typed into every field and every query of the moderators' desk: none comes out.

The routes are those that the application has, and the fields those that its pages have: a new page
is swept as soon as it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.doubles import Site
from tests.web.desk import PASSWORD, client_of, csrf_of

MARK = "mark.ed78@sweep.example"
IP = "198.51.100.78"
MARKS = (MARK, IP, f"x {MARK} {IP}", f"{quote(MARK)},{IP}", f"/queue?text={MARK}")
QUERY = (
    "tab", "order", "site", "reason", "language", "article", "author", "text", "least", "most",
    "since", "until", "cursor", "limit", "done", "stroke", "restored", "next", "month", "page", "x",
    MARK,
)  # fmt: skip
ROUTES_OF_THE_SITES = ("/v1/comments", "/1.1/", "/v1alpha1/", "/coral", "/v1/score", "/demo")
SPELLED = re.compile(rb"mark\.ed78|198\.51\.100\.78")
BODIES = (
    "verdict", "labels", "note", "version", "ruling_id", "rulings", "wave_id", "filters", "batch",
    "standing", "seen", "cards", "mine",
)  # fmt: skip


@pytest.fixture
def desk(app, site: Site):
    access = app.extensions["saring"]["access"]
    access.add_moderator("adi", "admin", PASSWORD)
    return client_of(app, "adi")


@pytest.fixture
def comment(site: Site) -> str:
    held = site.comment(content=f"dasar bodoh {MARK}", author_name=MARK, author_email=MARK)
    complaint = {"comment_id": held.json["id"], "reason": "other", "detail": f"{MARK} {IP}"}
    assert site.post("/v1/complaints", json=complaint).status_code == 201
    return str(held.json["id"])


def paths(app, comment: str, method: str) -> list[str]:
    """Every route of the desk for a method, its variables filled in."""
    found = []
    for rule in app.url_map.iter_rules():
        if method in rule.methods and not rule.rule.startswith(ROUTES_OF_THE_SITES):
            filled = re.sub(r"<uuid:\w+>", comment, rule.rule)
            found.append(re.sub(r"<[^>]+>", quote(MARK), filled))
    return found


def answers(app, desk, comment: str) -> Iterator[tuple[str, bytes]]:
    """Whatever is said to a moderator and to a stranger, with the request that it answers."""
    stranger = app.test_client()
    gets = paths(app, comment, "GET")
    word, fields = csrf_of(desk.get("/queue").text), set(BODIES)
    for path in gets:
        fields |= set(re.findall(r'name="(\w+)"', desk.get(path).text)) - {"csrf"}
        for client in (desk, stranger):
            for name in QUERY:
                answer = client.get(path, query_string={name: MARKS[len(name) % len(MARKS)]})
                yield f"GET {path} {name}", answer.data + str(answer.headers).encode()
    assert {"note", "name", "back", "password", "banned_words", "site"} <= fields
    for path in paths(app, comment, "POST"):
        if path not in ("/logout", "/account/sessions"):
            yield from _posted(desk, stranger, path, sorted(fields), word)
    for path in paths(app, comment, "DELETE"):
        for name in ("ruling_id", "wave_id"):
            headers = {"X-CSRF-Token": word}
            answer = desk.delete(path, query_string={name: MARK}, headers=headers)
            yield f"DELETE {path} {name}", answer.data + str(answer.headers).encode()


def _posted(desk, stranger, path: str, fields: list[str], word: str):
    visit = csrf_of(stranger.get("/login").text)
    sent = [
        ({**dict.fromkeys(fields, mark), "act": act, "csrf": csrf}, client)
        for mark, act in zip(MARKS, ("add", "save", "try", "reset", "shadow"), strict=True)
        for client, csrf in ((desk, word), (stranger, visit))
    ]
    sent += [({name: MARK, "csrf": word}, desk) for name in (*fields, MARK)]
    for form, client in sent:
        answer = client.post(path, data=form)
        yield f"POST {path} {sorted(form)[:3]}", answer.data + str(answer.headers).encode()
    for name in (*BODIES, MARK):
        answer = desk.post(path, json={name: MARK}, headers={"X-CSRF-Token": word})
        yield f"JSON {path} {name}", answer.data + str(answer.headers).encode()


def leaks(data: bytes) -> bool:
    return SPELLED.search(data) is not None


def where(data: bytes) -> list[bytes]:
    """A little of what stands around what leaked."""
    return [data[max(0, found.start() - 60) : found.end() + 20] for found in SPELLED.finditer(data)]


def test_the_desk_repeats_no_address(app, desk, comment, tmp_path):
    heard = list(answers(app, desk, comment))
    assert len(heard) > 1_000
    assert [(asked, where(data)) for asked, data in heard if leaks(data)] == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    assert [path.name for path in files if leaks(path.read_bytes())] == []


def test_what_is_kept_of_a_comment_is_on_the_page(desk, comment):
    """The sweep looks at pages that show the comment, its author's name and the complaint."""
    page = desk.get(f"/queue/{comment}").text
    assert page.count("[email]") >= 2


def test_a_search_for_an_address_finds_what_was_masked(desk, comment):
    page = desk.get("/queue", query_string={"text": "bodoh wati@example.org"}).text
    assert f'data-id="{comment}"' in page


def test_the_search_can_find():
    assert leaks(f"x{MARK}".encode())
    assert not leaks(b"[email] [ip]")
