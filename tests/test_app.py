"""The composition: secrets are there before anything is hashed, and crashes say nothing."""

from __future__ import annotations

import importlib
import ipaddress
import json
import sys

import pytest
from flask import request

from service import home, logs
from service.app import create_app
from service.checks import folding
from service.errors import BadSettings, Refused
from service.storage import store
from tests.doubles import COMMENT


def test_it_works(app):
    assert app.test_client().get("/healthz").status_code == 200


def test_a_server_of_ones_own_gets_the_secret_of_the_home_and_keeps_restores_out(
    monkeypatch, tmp_path
):
    monkeypatch.setenv("SARING_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SARING_MODELS_DIR", str(tmp_path / "no models"))
    sys.modules.pop("service.wsgi", None)
    own = importlib.import_module("service.wsgi")
    assert len((tmp_path / "home" / "secret").read_bytes()) == 64
    assert own.app.test_client().get("/healthz").status_code == 200
    with pytest.raises(Refused, match="stop it first"), home.alone(tmp_path / "home"):
        pass
    own._served.close()
    logs.close()


def test_pages_are_those_of_the_start(make_app, tmp_path):
    """Between an upgrade's files and its restart another release's templates lie in their place."""
    app = make_app()
    app.root_path = str(tmp_path)
    for path in ("/login", "/demo", "/docs"):
        assert app.test_client().get(path).status_code == 200, path


@pytest.mark.parametrize("secret", [b"", b"short"])
def test_no_application_without_a_secret(settings, secret):
    """Hashes under an empty key would be no secret to anybody."""
    settings = settings.__class__(home=settings.home, database_url="sqlite://", secret=secret)
    with pytest.raises(BadSettings, match="SARING_SECRET"):
        create_app(settings)


def test_a_crash_is_a_500_that_repeats_nothing(site, monkeypatch, tmp_path):
    def crash(*_args, **_more):
        raise RuntimeError(f"cannot store {COMMENT}")

    monkeypatch.setattr(store, "add_comment", crash)
    response = site.comment()
    assert response.status_code == 500
    assert site.problem(response)["code"] == "internal"
    assert b"budi" not in response.data.lower()
    (log,) = (tmp_path / "logs").iterdir()
    assert "budi" not in log.read_text().lower()
    events = [json.loads(line) for line in log.read_text().splitlines()]
    (told,) = [event for event in events if event["event"] == "crash"]
    assert told["type"] == "RuntimeError"
    assert any("test_app.py" in frame for frame in told["trace"])


def test_logs_are_json_lines_of_codes(site, tmp_path):
    site.comment(content="kata yang dicari")
    (log,) = (tmp_path / "logs").iterdir()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert {"event", "level", "timestamp"} <= set.intersection(*map(set, lines))
    requests = [line for line in lines if line["event"] == "request"]
    assert (requests[-1]["route"], requests[-1]["status"]) == ("/v1/comments", 201)
    assert "dicari" not in log.read_text()


def test_forwarded_addresses_are_believed_from_named_proxies_only(make_app):
    near = (ipaddress.ip_network("127.0.0.0/8"),)
    seen = []
    for proxies in ((), near):
        app = make_app(trusted_proxies=proxies)
        app.before_request(lambda: seen.append(_remote_address()))
        for peer in ("127.0.0.1", "::ffff:127.0.0.1"):
            told = {"X-Forwarded-For": "198.51.100.9"}
            app.test_client().get("/healthz", headers=told, environ_base={"REMOTE_ADDR": peer})
    assert seen == ["127.0.0.1", "::ffff:127.0.0.1", "198.51.100.9", "198.51.100.9"]


def _remote_address() -> str:
    return request.remote_addr


def test_the_first_comment_waits_for_no_tables(make_app):
    """Coral gives an answer 800 ms; making them takes half of that on an idle machine."""
    folding._tables.cache_clear()
    folding._ascii_kinds.cache_clear()
    folding.fold.cache_clear()
    make_app()
    assert folding._tables.cache_info().currsize == 1
