"""/, /docs, /demo and their own files: pages that run no script."""

from __future__ import annotations

import re

import pytest

from tests.doubles import COMMENT


@pytest.fixture
def client(app, site):
    return app.test_client()


def test_it_works(client):
    page = client.get("/demo")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    for field in ("content", "author_name", "author_email", "author_url", "honeypot"):
        assert f'name="{field}"' in page.text


def test_the_front_page_leads_on(client, make_app):
    assert client.get("/").location == "/demo"
    assert make_app(demo=False).test_client().get("/").location == "/docs"


def test_no_demo_unless_asked_for(make_app):
    client = make_app(demo=False).test_client()
    assert client.get("/demo").status_code == client.post("/demo", data=COMMENT).status_code == 404


@pytest.mark.parametrize(
    ("content", "word", "code"),
    [
        ("Semoga damai.", "Diterima", "accept"),
        ("main slot", "Ditolak", "GAMBLING"),
        ("dasar bodoh", "Ditahan untuk moderator", "TOXIC"),
    ],
)
def test_the_demo_shows_a_verdict_with_reasons(client, content, word, code):
    page = client.post("/demo", data={**COMMENT, "content": content})
    assert page.status_code == 200
    assert word in page.text
    assert code in page.text


def test_the_demo_speaks_english(client):
    page = client.post("/demo?lang=en", data={**COMMENT, "content": "main slot"})
    assert "Rejected" in page.text
    assert "Promotes online gambling." in page.text
    assert '<html lang="en">' in page.text


@pytest.mark.parametrize("language", ["de", "", "<script>", "id"])
def test_any_other_language_is_indonesian(client, language):
    page = client.get("/demo", query_string={"lang": language})
    assert '<html lang="id">' in page.text
    assert "<script" not in page.text


def test_the_demo_names_every_bad_field(client):
    page = client.post("/demo", data={"author_email": "nonsense"})
    assert page.status_code == 422
    assert page.text.count('class="wrong"') == 3
    assert page.text.count("Wajib diisi.") == 2
    assert "Ini bukan alamat surel" in page.text
    assert "nonsense" not in page.text


def test_the_demo_says_that_a_comment_was_posted_before(client):
    client.post("/demo", data=COMMENT)
    page = client.post("/demo", data=COMMENT)
    assert page.status_code == 409
    assert "Komentar yang sama sudah pernah dikirim." in page.text


def test_the_demo_says_what_else_is_wrong(client):
    assert client.post("/demo", data=b"content=%ff", content_type="text/plain").status_code == 400


def test_the_demo_without_its_site(make_app):
    assert make_app().test_client().post("/demo", data=COMMENT).status_code == 409


def test_the_demo_escapes_what_people_write(client):
    page = client.post("/demo", data={**COMMENT, "content": "<script>alert(1)</script> slot"})
    assert "&lt;script&gt;" in page.text
    assert "<script" not in page.text


def test_the_demo_shows_no_address(client):
    sent = {**COMMENT, "content": "surat ke wati@example.org dari 192.0.2.7"}
    page = client.post("/demo", data=sent)
    assert "[email]" in page.text
    assert "[ip]" in page.text
    assert "wati" not in page.text
    assert "budi" not in page.text


def test_the_docs_list_every_route(client):
    page = client.get("/docs")
    assert page.status_code == 200
    for path in client.get("/openapi.json").json["paths"]:
        assert f"<code>{path}</code>" in page.text


@pytest.mark.parametrize("path", ["/docs", "/demo", "/", "/openapi.json", "/login", "/nothing"])
def test_no_page_repeats_the_host_it_was_asked_by(client, path):
    answer = client.get(path, headers={"Host": "evil.example"})
    assert "evil" not in answer.text
    assert "evil" not in str(answer.headers)


@pytest.mark.parametrize("path", ["/docs", "/demo"])
def test_pages_may_load_nothing_from_elsewhere(client, path):
    page = client.get(path)
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script" not in page.text
    assert "style=" not in page.text
    for address in re.findall(r'(?:src|href|action)="([^"]+)"', page.text):
        assert address.startswith("/"), address


@pytest.mark.parametrize("path", ["/docs", "/demo"])
def test_everything_a_page_names_is_there(client, path):
    for address in re.findall(r'(?:src|href)="(/[^"#]*)"', client.get(path).text):
        with client.get(address) as response:
            assert response.status_code == 200, address


@pytest.mark.parametrize(
    "path", ["/static/", "/static/none", "/static/../app.py", "/static/%2e%2e/demo.py", "/static/."]
)
def test_no_other_file_is_served(client, path):
    assert client.get(path).status_code == 404
