"""Real clients of the foreign protocols against the running service; only their URL is changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import akismet
import httplib2
import httpx
import pytest
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from tests.running import PATIENCE, ROOT, Service

CLIENTS = ROOT / "tests" / "clients"
SIX = ["IDENTITY_ATTACK", "INSULT", "PROFANITY", "SEVERE_TOXICITY", "THREAT", "TOXICITY"]
THANKS = "Thanks for making the web a better place."


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """The service with the model that it ships, on a free port."""
    running = Service(tmp_path_factory.mktemp("clients"), workers="1")
    try:
        yield running.start()
    finally:
        running.kill()


@pytest.fixture(scope="module")
def key(service):
    return service.said().split("short key", 1)[1].split()[0]


# Python


@pytest.fixture
def client(service, key):
    """The PyPI package `akismet`; its address is a constant, so a hook changes the host."""

    def lead(request):
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=service.port)

    http = httpx.Client(event_hooks={"request": [lead]}, timeout=PATIENCE)
    config = akismet.Config(key=key, url="https://blog.example")
    with http:
        yield akismet.SyncClient.validated_client(config=config, http_client=http)


def test_python_akismet(client):
    ham = {"comment_author": "Ani", "comment_content": "Terima kasih resepnya dari Python"}
    address = "203.0.113.9"
    check, said = client.comment_check, akismet.CheckResponse
    assert check(address, **ham) is said.HAM
    assert check(address, **{**ham, "comment_content": "saring-test-reject"}) is said.SPAM
    assert check(address, **{**ham, "comment_content": "saring-test-hold"}) is said.SPAM
    assert check(address, **{**ham, "comment_author": "viagra-test-123"}) is said.SPAM
    assert check(address, **ham, user_role="administrator", is_test=True) is said.HAM
    assert client.submit_spam(address, **ham)
    assert check(address, **ham) is said.SPAM
    assert client.submit_ham(address, **ham)
    assert check(address, **ham, recheck_reason="edit") is said.HAM
    assert client.usage_limit()["limit"] == "none"
    assert client.verify_key(client._config.key, "https://blog.example")
    assert not client.verify_key("000000000000", "https://blog.example")


def test_python_akismet_has_no_key_for_its_sites(client):
    """Version 25.10 leaves the key out of this call; the answer is what it makes an error of."""
    with pytest.raises(akismet.APIKeyError):
        client.key_sites()


@contextmanager
def perspective(service, key):
    """A client that Google's library makes from our discovery document."""
    http = httplib2.Http(timeout=PATIENCE)
    url = f"{service.address}/$discovery/rest?version=v1alpha1"
    try:
        yield build(
            "commentanalyzer",
            "v1alpha1",
            http=http,
            developerKey=key,
            discoveryServiceUrl=url,
            static_discovery=False,
            cache_discovery=False,
        )
    finally:
        http.close()


def test_google_api_client(service, key):
    with perspective(service, key) as api:
        comments = api.comments()
        asked = {
            "comment": {"text": "Terima kasih, resepnya enak sekali! 😀 Besok saya coba."},
            "requestedAttributes": {name: {} for name in SIX},
            "languages": ["en"],
            "spanAnnotations": True,
            "doNotStore": True,
            "clientToken": "t",
        }
        told = comments.analyze(body=asked).execute()
        assert sorted(told["attributeScores"]) == SIX
        assert len(told["attributeScores"]["TOXICITY"]["spanScores"]) == 2
        assert (told["clientToken"], told["languages"]) == ("t", ["en"])
        suggestion = {"comment": asked["comment"]}
        suggestion["attributeScores"] = {"TOXICITY": {"summaryScore": {"value": 0}}}
        assert "detectedLanguages" in comments.suggestscore(body=suggestion).execute()
        asked["requestedAttributes"] = {"FLIRTATION": {}}
        with pytest.raises(HttpError, match="Attribute FLIRTATION does not support request lang"):
            comments.analyze(body=asked).execute()


def test_google_api_client_with_a_wrong_key(service):
    said = r"API key not valid\. Please pass a valid API key\."
    with pytest.raises(HttpError, match=said), perspective(service, "wrong"):
        pass


# As old plug-ins write it on the wire


@pytest.mark.parametrize("label", [None, "", "KEY."])
def test_http_1_0_in_latin_1(service, key, label):
    """No Host at all, bare names, another charset: a whole answer with its length, unchunked."""
    body = "referrer&blog=http://blog.example&user_ip=203.0.113.9&comment_author&is_test=1"
    body += "&comment_content=Terima+kasih+caf\xe9nya&comment_context[]=a&blog_charset=ISO-8859-1"
    body += "" if label else f"&api_key={key}"
    host = "" if label is None else f"Host: {label.replace('KEY', key)}rest.akismet.com\r\n"
    said = service.raw(
        f"POST /1.1/comment-check HTTP/1.0\r\n{host}"
        "Content-Type: application/x-www-form-urlencoded; charset=ISO-8859-1\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}".encode("latin-1")
    )
    head, _, answer = said.partition(b"\r\n\r\n")
    assert answer == b"false"
    assert head.startswith((b"HTTP/1.0 200", b"HTTP/1.1 200"))
    assert b"content-length: 5" in head.lower()
    assert b"transfer-encoding" not in head.lower()
    assert b"x-akismet-guid" in head.lower()


# Node


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory):
    """A folder with the npm clients in it, installed once per set of versions."""
    npm = shutil.which("npm")
    assert npm, "the tests of npm clients need Node.js 20 or later with npm"
    wanted = (CLIENTS / "package.json").read_bytes()
    folder = ROOT / "build" / "clients"
    installed = folder / "installed.json"
    if not installed.exists() or installed.read_bytes() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_bytes(wanted)
        command = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=folder, check=True, timeout=300, capture_output=True)
        installed.write_bytes(wanted)
    return folder


def run(script: str, folder: Path, service: Service, key: str) -> dict[str, object]:
    """What a client script printed; it is copied beside its packages, where Node looks for them."""
    copy = shutil.copy(CLIENTS / script, folder)
    done = subprocess.run(
        ["node", copy, str(service.port), key],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, object] = json.loads(done.stdout)
    return said


def test_npm_akismet_api(node_modules, service, key):
    assert run("akismet_api.cjs", node_modules, service, key) == {
        "verified": True, "wrong": False, "ham": False, "spam": True, "held": True,
        "trigger": True, "trap": True, "refused": 'Empty "user_ip" value',
        "reported": THANKS, "after": True, "restored": THANKS, "again": False,
    }  # fmt: skip


def test_npm_cedx_akismet(node_modules, service, key):
    assert run("cedx_akismet.cjs", node_modules, service, key) == {
        "verified": True, "wrong": False, "ham": "ham", "spam": "spam", "held": "spam",
        "trigger": "spam", "admin": "ham", "after": "spam", "again": "ham",
    }  # fmt: skip


def test_npm_perspective_api_client(node_modules, service, key):
    said = run("perspective_api_client.cjs", node_modules, service, key)
    assert sorted(said.pop("all")) == SIX
    assert said == {
        "one": ["TOXICITY"], "value": "number",
        "unknown": "Unknown requested attribute: NONSENSE",
        "empty": "Comment must be non-empty.",
        "languages": "Attribute TOXICITY does not support request languages: zu",
        "key": "API key not valid. Please pass a valid API key.",
    }  # fmt: skip
