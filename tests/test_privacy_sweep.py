"""Addresses go in by every door and are found nowhere: not in a file, an answer, a log, a metric.

Every address is marked: its local part and its domain are words that occur nowhere else, so each
word is looked for by itself, in every spelling.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from sqlalchemy import text

from service import checks, moderation, policy, privacy
from service.storage import store
from service.storage.tables import metadata
from tests.conftest import SECRET
from tests.doubles import FORM, JSON, BrokenScorer, FakeScorer, Site
from tests.running import Service, saring, until

NOW_AND_THEN = "kata penanda yang memang boleh ada"


# What every marked address has in common and nothing else has: half of one is enough to be found.
CORES = ("orangqzx", "asalqzx", "198.18.113.", ":a1b2:c3d4:e5f6:")


class Marks:
    """Makes marked addresses and looks for them."""

    def __init__(self) -> None:
        self._made = 0
        self._hashes: set[str] = set()

    def email(self) -> str:
        return self._new("orangqzx{0}@asalqzx{0}.example")

    def ipv4(self) -> str:
        return self._new("198.18.113.{1}")

    def ipv6(self) -> str:
        return self._new("2001:db8:f00d:{0}:a1b2:c3d4:e5f6:1")

    def all_kinds(self) -> str:
        return f"{self.email()} {self.ipv4()} {self.ipv6()}"

    def found_in(self, data: bytes) -> set[str]:
        """What stands in these bytes of any mark, in whatever spelling."""
        lower = data.lower()
        cores = {core for core in CORES if core.encode() in lower}
        cores |= {core for core in CORES for spelling in SPELLINGS[core] if spelling in data}
        digests = {found.decode() for found in re.findall(rb"[0-9a-f]{32,64}", lower)}
        return cores | (digests & self._hashes)

    def _new(self, pattern: str) -> str:
        self._made += 1
        mark = pattern.format(self._made, self._made % 250)
        self._hashes |= set(plain_hashes(mark))
        return mark


def plain_hashes(mark: str) -> Iterator[str]:
    """A hash without a key is as good as the address."""
    for algorithm in ("md5", "sha1", "sha256"):
        yield hashlib.new(algorithm, mark.encode(), usedforsecurity=False).hexdigest()


def spellings(core: str) -> Iterator[bytes]:
    """How a program may write an address down without meaning to."""
    for word in (core, core.upper(), core.title()):
        yield quote(word, safe="").encode()
        yield quote(word, safe="").lower().encode()
        yield word.encode("utf-16-le")
        yield word.encode("utf-16-be")
        yield word.encode().hex().encode()
        for shift in range(3):  # within a longer base64 text: the outer letters depend on the rest
            whole = base64.b64encode(b"\0" * shift + word.encode()).rstrip(b"=")
            yield whole[4 if shift else 0 : -2]
    yield core[::-1].encode()


SPELLINGS = {core: tuple(spellings(core)) for core in CORES}


def files_under(directory: Path) -> list[Path]:
    """Every file, those that links lead to included: metrics lie in memory."""
    return [
        Path(place) / name
        for place, _, names in os.walk(directory, followlinks=True)
        for name in names
    ]


def files_with_marks(marks: Marks, *directories: Path) -> dict[str, set[str]]:
    found = {}
    for directory in directories:
        for file in files_under(directory):
            if there := marks.found_in(file.read_bytes()):
                found[str(file)] = there
    return found


@pytest.fixture(scope="module")
def marks() -> Marks:
    return Marks()


def in_base64(mark: str) -> Iterator[bytes]:
    for shift in range(3):
        yield base64.b64encode(b"x" * shift + mark.encode() + b"yy")


@pytest.mark.parametrize("kind", ["email", "ipv4", "ipv6"])
def test_the_sweep_finds_every_spelling(kind):
    marks = Marks()
    mark = getattr(marks, kind)()
    for word in (mark, mark.upper(), mark.title()):
        encoded = [word.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "utf-16")]
        percent = [quote(word, safe="").encode(), quote(word, safe="").lower().encode()]
        for spelling in [*encoded, *percent, word.encode().hex().encode(), *in_base64(word)]:
            assert marks.found_in(b"before" + spelling + b"after")
    for digest in plain_hashes(mark):
        assert marks.found_in(f'"author": "{digest}"'.encode()) == {digest}
    assert marks.found_in(NOW_AND_THEN.encode()) == set()


def test_the_sweep_finds_half_an_address():
    local, _, domain = Marks().email().partition("@")
    assert Marks().found_in(local.upper().encode()) == {"orangqzx"}
    assert Marks().found_in(domain.encode()) == {"asalqzx"}


def test_the_sweep_looks_into_database_and_log(sqlite, tmp_path):
    """An address that does get stored is found in the write-ahead log, and in the file."""
    marks = Marks()
    Path(tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "log").write_text(marks.email())
    with sqlite.begin() as tx:
        tx.execute(text("CREATE TABLE leak (word TEXT)"))
        tx.execute(text("INSERT INTO leak VALUES (:word)"), {"word": marks.email()})
    found = [Path(file).name for file in files_with_marks(marks, tmp_path)]
    assert sorted(found) == ["log", "saring.db-wal"]
    sqlite.forget_freed_pages()
    assert "saring.db" in [Path(file).name for file in files_with_marks(marks, tmp_path)]


FIELDS = (
    "content", "author_name", "author_email", "author_url", "permalink", "post_title", "parent_id",
    "author_ip", "author_user_agent", "locale", "referrer", "honeypot", "submitted_after_ms",
)  # fmt: skip
HEADERS = (
    "Authorization", "Idempotency-Key", "User-Agent", "Referer", "Cookie", "Accept",
    "Accept-Language", "Accept-Charset", "From", "Forwarded", "X-Forwarded-For", "X-Real-IP",
    "X-Forwarded-Host", "X-Forwarded-Proto", "X-Request-Id", "Traceparent", "Origin", "Via",
    "If-None-Match", "Range", "Content-Encoding", "Content-Language", "X-Http-Method-Override",
)  # fmt: skip


def good_comment(marks: Marks) -> dict[str, object]:
    """A comment that is stored, with addresses wherever a person may write."""
    return {
        "content": f"{NOW_AND_THEN}: {marks.all_kinds()}, slot {marks.email()}",
        "author_name": f"Budi {marks.email()} {marks.ipv4()}",
        "author_email": marks.email(),
        "author_url": f"https://x.example/{marks.email()}?e={quote(marks.email(), safe='')}",
        "permalink": f"https://x.example/?ip={marks.ipv4()}&v={quote(marks.ipv6(), safe='')}",
        "post_title": f"Surat {marks.email().upper()} {marks.ipv6()}",
        "parent_id": marks.email(),
        "author_ip": marks.ipv6(),
        "author_user_agent": f"Mozilla {marks.all_kinds()}",
        "referrer": f"https://y.example/{marks.all_kinds()}",
        "locale": marks.ipv4(),
        marks.email(): marks.all_kinds(),
    }


def bad_comments(marks: Marks) -> Iterator[dict[str, object]]:
    """Comments that are refused: each field in turn holds addresses in a wrong way."""
    for field in FIELDS:
        yield {**good_comment(marks), field: [marks.all_kinds()]}
        yield {**good_comment(marks), field: {marks.email(): marks.email()}}
        yield {**good_comment(marks), field: f"\0{marks.all_kinds()}" * 100}
        yield {marks.email(): marks.email(), field: f"{marks.all_kinds()}"}


def bad_bodies(marks: Marks) -> Iterator[tuple[bytes, str]]:
    m = marks.all_kinds
    yield f'{{"content": "{m()}"'.encode(), JSON
    yield f'{{"author_email": {m()}}}'.encode(), JSON
    yield f'{{"author_email": "{m()}\\ud800"}}'.encode(), JSON
    yield m().encode() + b"\xff\xfe", JSON
    yield f'["{m()}"]'.encode(), JSON
    yield json.dumps(m()).encode(), JSON
    yield m().encode("utf-16"), JSON
    yield f"author_email={m()}&content=%ff".encode(), FORM
    yield f"{m()}={m()}&author_email={m()}".encode(), FORM
    yield f"content={m()}".encode(), "text/plain"
    yield f"content={m()}".encode(), f"{marks.email()}/{marks.email()}"
    yield m().encode() * 20_000, JSON
    yield m().encode(), "multipart/form-data; boundary=" + marks.email()


def raw_requests(marks: Marks, key: str) -> Iterator[bytes]:
    """Bytes that are hardly HTTP."""
    m = marks.email
    host, auth = b"Host: x\r\n", f"Authorization: Bearer {key}\r\n".encode()
    json_head = b"POST /v1/comments HTTP/1.1\r\n" + host + auth + b"Content-Type: application/json"
    chunked = json_head + b"\r\nTransfer-Encoding: chunked\r\n"
    yield f"{m()}\r\n\r\n".encode()
    yield f"GET /{m()}\r\n\r\n".encode()
    yield f"{m()} / HTTP/1.1\r\n\r\n".encode()
    yield f"GET /{m()} {m()}/1.1\r\n\r\n".encode()
    yield f"GET /{m()} HTTP/7.7\r\n\r\n".encode()
    yield f"GET http://{m()}:99999/ HTTP/1.1\r\nHost: {m()}\r\n\r\n".encode()
    yield f"GET /docs HTTP/1.1\r\nHost: {m()}\r\nConnection: close\r\n\r\n".encode()
    yield f"GET /demo HTTP/1.1\r\nHost: a\r\nHost: {m()}\r\nConnection: close\r\n\r\n".encode()
    yield f"GET / HTTP/1.1\r\n{m()}\r\n\r\n".encode()
    yield f"GET / HTTP/1.1\r\n{m()}: x\r\n\r\n".encode()
    yield f"GET / HTTP/1.1\r\nHost: x\r\n X: {m()}\r\n\r\n".encode()
    yield f"GET / HTTP/1.1\r\nX: {m()}\0\r\n\r\n".encode()
    yield f"GET /{m() * 400} HTTP/1.1\r\n\r\n".encode()
    yield f"GET / HTTP/1.1\r\nX: {m() * 800}\r\n\r\n".encode()
    yield b"GET / HTTP/1.1\r\n" + f"X: {m()}\r\n".encode() * 200 + b"\r\n"
    yield json_head + f"\r\nContent-Length: {m()}\r\n\r\n".encode()
    yield json_head + b"\r\nContent-Length: 900\r\n\r\n" + m().encode()
    yield json_head + f"\r\nTransfer-Encoding: {m()}\r\n\r\n".encode()
    yield json_head + f"\r\nExpect: {m()}\r\nContent-Length: 2\r\n\r\n{{}}".encode()
    yield chunked + f"\r\n{m()}\r\n".encode()
    yield chunked + f"\r\n5;x={m()}\r\n12345\r\n{m()}\r\n\r\n".encode()
    yield chunked + f"\r\n5\r\n{m()}".encode()
    yield chunked + f"\r\n2\r\n{{}}\r\n0\r\n{m()}: {m()}\r\n\r\n".encode()
    yield f"PROXY TCP4 {marks.ipv4()} {marks.ipv4()} 1 2\r\nGET / HTTP/1.1\r\n\r\n".encode()
    yield b"\x16\x03\x01\x02\x00" + m().encode()


@pytest.fixture(scope="module")
def swept(tmp_path_factory, marks) -> Iterator[tuple[Service, list[bytes]]]:
    """The real service after everything was sent to it, and every byte that it answered."""
    service = Service(tmp_path_factory.mktemp("sweep"), log_level="debug", demo="1", workers="1")
    service.start()
    try:
        yield service, list(everything(service, marks))
    finally:
        service.kill()


def everything(service: Service, marks: Marks) -> Iterator[bytes]:
    yield from _comments(service, marks)
    yield from _headers_and_paths(service, marks)
    for sent in raw_requests(marks, service.key):
        yield service.raw(sent)
    yield from _killed(service, marks)
    for path in ("/metrics", "/openapi.json", "/docs", "/demo", "/healthz", "/readyz", "/"):
        yield told(service.request("GET", path))


def told(response: requests.Response) -> bytes:
    return repr(dict(response.headers)).encode() + response.content


def _comments(service: Service, marks: Marks) -> Iterator[bytes]:
    accepted = service.request("POST", "/v1/comments", json=good_comment(marks))
    assert accepted.status_code == 201, accepted.text
    yield told(accepted)
    path = f"/v1/comments/{accepted.json()['id']}"
    stored = service.request("GET", path)
    assert NOW_AND_THEN in stored.json()["content"]
    yield told(stored)
    yield told(service.request("POST", "/v1/comments", data=good_comment(marks)))
    yield told(service.request("POST", "/v1/score", json={"content": marks.all_kinds()}))
    yield told(service.request("POST", "/v1/score", json={"contents": [marks.email(), 7]}))
    for language in ("id", "en"):
        for sent in (good_comment(marks), {"author_email": marks.all_kinds()}):
            yield told(service.request("POST", f"/demo?lang={language}", data=sent))
    for comment in bad_comments(marks):
        yield told(service.request("POST", "/v1/comments", json=comment))
    for body, kind in bad_bodies(marks):
        for place in ("/v1/comments", "/v1/score", "/demo"):
            headers = {"Content-Type": kind}
            yield told(service.request("POST", place, data=body, headers=headers))


def _headers_and_paths(service: Service, marks: Marks) -> Iterator[bytes]:
    for header in HEADERS:
        for mark in (marks.email(), marks.ipv4(), marks.ipv6()):
            comment, headers = good_comment(marks), {header: mark}
            yield told(service.request("POST", "/v1/comments", json=comment, headers=headers))
    bearer = {"Authorization": f"Bearer {marks.email()}"}
    yield told(service.request("GET", "/v1/comments/x", headers=bearer))
    for method in ("GET", "POST", "DELETE", "PUT"):
        for path in ("/{}", "/v1/comments/{}", "/demo?{}={}", "/docs?x={}", "/static/{}", "/{}/.."):
            place = path.format(marks.email(), quote(marks.email(), safe=""))
            yield told(service.request(method, place, allow_redirects=False))


def _killed(service: Service, marks: Marks) -> Iterator[bytes]:
    """A worker dies while it reads, and another takes its place."""
    (worker,) = service.workers()
    os.kill(worker, signal.SIGKILL)
    body = good_comment(marks)
    try:
        yield told(service.request("POST", "/v1/comments", json=body))
    except requests.ConnectionError:
        yield b""
    until(lambda: service.workers() not in ([], [worker]), "a new worker")
    until(lambda: service.request("GET", "/healthz").ok, "the new worker answers")
    yield told(service.request("POST", "/v1/comments", json=good_comment(marks)))


def test_it_works(swept, marks):
    """No answer and no file of the running service holds a mark."""
    service, answers = swept
    assert len(answers) > 200
    assert [found for answer in answers if (found := marks.found_in(answer))] == []
    assert files_with_marks(marks, service.home.parent) == {}


def test_the_files_were_written(swept):
    """What the sweep looked into is there: database, write-ahead log, log, metrics, output."""
    service, _ = swept
    names = [path.name for path in files_under(service.home.parent)]
    assert {"saring.db", "saring.db-wal", "saring.db-shm", "output"} <= set(names)
    assert any(name.startswith("saring-") and name.endswith(".jsonl") for name in names)
    assert any(name.endswith(".db") and "histogram" in name for name in names)
    everything = b"".join(p.read_bytes() for p in service.home.glob("saring.db*"))
    assert NOW_AND_THEN.encode() in everything


def test_no_secret_stands_in_arguments_environment_log_or_answer(swept):
    """The secret of the home is read from its file; keys come with requests and go nowhere."""
    service, answers = swept
    secret = (service.home / "secret").read_bytes().strip()
    processes = [Path(f"/proc/{pid}") for pid in (service.process.pid, *service.workers())]
    seen = [
        (process / name).read_bytes() for process in processes for name in ("cmdline", "environ")
    ]
    assert len(seen) >= 4
    assert all(seen)  # none is empty
    logs = [path.read_bytes() for path in service.home.rglob("*.jsonl")]
    database = [path.read_bytes() for path in service.home.glob("saring.db*")]
    for data in (*seen, *logs, *answers, *database):
        assert secret not in data
        assert service.key.encode() not in data
    assert secret not in service.output.read_bytes()


def test_forgetting_and_stopping_leave_nothing(swept, marks):
    service, _ = swept
    emails = "\n".join(marks.email() for _ in range(3))
    ended = saring("forget", "--email-file", "-", home=service.home, stdin=emails)
    assert ended.stdout == "addresses: 3, comments erased: 0, standings erased: 0\n"
    assert service.stop() == 0
    assert marks.found_in((ended.stdout + ended.stderr).encode()) == set()
    assert files_with_marks(marks, service.home.parent) == {}


def crash_in(monkeypatch, place, name):
    def crash(*args, **kwargs):
        quoted = ValueError(f"{args} {kwargs}")
        raise RuntimeError(f"crashed with {args} {kwargs}") from quoted

    monkeypatch.setattr(place, name, crash)


@pytest.mark.parametrize(
    ("place", "name", "status"),
    [
        (privacy, "seal", 500),
        (privacy, "mask", 500),
        (checks, "signals", 500),
        (policy, "decide", 500),
        (moderation, "new_id", 500),
        (store, "add_comment", 500),
        (store, "decision_to_json", 500),
        (FakeScorer, "assess", 201),
        (FakeScorer, "explain", 201),
    ],
)
def test_a_crash_anywhere_tells_nothing(
    make_app, monkeypatch, tmp_path, capfd, place, name, status
):
    marks = Marks()
    app = make_app(log_level="debug")
    site = Site.added_to(app, "default")
    crash_in(monkeypatch, place, name)
    response = site.post(json=good_comment(marks))
    assert response.status_code == status
    site.app.extensions["saring"]["database"].engine.dispose()
    shown = capfd.readouterr()
    metrics = app.test_client().get("/metrics").data
    output = (shown.out + shown.err).encode()
    assert marks.found_in(response.data + metrics + output) == set()
    assert files_with_marks(marks, tmp_path) == {}


def test_a_broken_scorer_tells_nothing(make_app, tmp_path):
    marks = Marks()
    site = Site.added_to(make_app(BrokenScorer(), log_level="debug"), "default")
    assert site.post(json=good_comment(marks)).json["verdict"] == "hold"
    assert files_with_marks(marks, tmp_path) == {}


def test_no_column_of_any_table_holds_an_address(make_app, database):
    """As rows, since a long text may be cut in two between the pages of a file."""
    marks = Marks()
    url = database.engine.url.render_as_string(hide_password=False)
    site = Site.added_to(make_app(database_url=url), "default")
    comment = good_comment(marks)
    comment["content"] = "\n".join(f"{NOW_AND_THEN} {marks.all_kinds()}" for _ in range(200))
    headers = {"Idempotency-Key": marks.email()}
    assert site.post(json=comment, headers=headers).status_code == 201
    with database.read() as tx:
        rows = [repr(tx.execute(table.select()).all()) for table in metadata.sorted_tables]
    assert NOW_AND_THEN in "".join(rows)
    assert marks.found_in("".join(rows).encode()) == set()


def author(number: int) -> dict[str, str]:
    return {
        "content": f"Tulisan yang dilupakan nomor {number}.",
        "author_name": f"Nama Terlupakan {number}",
        "author_email": "Lupa@Example.com",
    }


def test_a_forgotten_author_is_gone_from_the_files(make_app, tmp_path):
    site = Site.added_to(make_app(), "default")
    for number in range(40):
        assert site.comment(**author(number), headers={"Idempotency-Key": f"k{number}"}).json
    assert site.comment(content="Tulisan yang tinggal.").status_code == 201
    keys = _keys_of(site)
    traces = [b"dilupakan", b"Terlupakan", *[key.encode() for key in keys]]
    assert all(_bytes_of(tmp_path, trace) for trace in traces)
    (tmp_path / "secret").write_bytes(SECRET)
    ended = saring("forget", "--email-file", "-", home=tmp_path, stdin="\ufefflupa@example.COM\r\n")
    assert ended.stdout == "addresses: 1, comments erased: 40, standings erased: 0\n"
    assert not [trace for trace in traces if _bytes_of(tmp_path, trace)]
    assert _bytes_of(tmp_path, b"Tulisan yang tinggal.")


def _keys_of(site: Site) -> list[str]:
    with site.app.extensions["saring"]["database"].read() as tx:
        query = "SELECT author_key FROM comments WHERE content LIKE '%dilupakan%'"
        author_keys = {row[0] for row in tx.execute(text(query))}
        answers = {row[0] for row in tx.execute(text("SELECT key_digest FROM answers"))}
    assert len(author_keys) == 1
    return [*author_keys, *answers]


def _bytes_of(directory: Path, trace: bytes) -> list[str]:
    return [file.name for file in directory.glob("saring.db*") if trace in file.read_bytes()]
