"""`saring serve` as people run it: the first start, the second, the bad ones, and what survives."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import socket
import subprocess
from collections.abc import Iterator

import pytest
import requests
from sqlalchemy import text

from service import logs
from service.cli import main
from service.cli.serve import curl_line
from tests.doubles import COMMENT
from tests.running import PATIENCE, Service, free_port, saring, until


@pytest.fixture
def service(tmp_path) -> Iterator[Service]:
    made = Service(tmp_path / "service")
    yield made
    made.kill()


def lines(output: str, pattern: str) -> list[str]:
    return re.findall(pattern, output, re.MULTILINE)


def test_it_works(service):
    """First start, a pasted curl line, a clean end; a second start that shows nothing twice."""
    said = service.start().said()
    assert len(lines(said, r"^  key +[0-9a-f]{40}$")) == 1
    assert len(lines(said, r"^  short key +[0-9a-f]{12} ")) == 1
    assert len(lines(said, r"^  moderator +admin, password \S{12,}$")) == 1
    assert lines(said, r"^  API +(\S+)$") == [f"{service.address}/docs"]
    assert "/demo" not in said
    pasted = paste(said)
    assert pasted["verdict"] in ("accept", "hold", "reject")
    several_workers_count_together(service)
    assert service.stop() == 0
    first_start = service.said()

    again = service.start().said().removeprefix(first_start)
    assert lines(again, r"^  key +") == lines(again, r"password") == []
    assert service.request("GET", f"/v1/comments/{pasted['id']}").status_code == 200
    assert service.stop() == 0
    assert "Traceback" not in service.said()


def several_workers_count_together(service):
    for number in range(19):
        posted = service.request("POST", "/v1/comments", json={**COMMENT, "content": f"{number}!"})
        assert posted.status_code == 201
    measured = service.request("GET", "/metrics").text
    counted = lines(measured, r"^saring_verdicts_total\{.*\} ([0-9.]+)$")
    assert sum(map(float, counted)) == 20.0
    (posts,) = lines(measured, r'^saring_request_seconds_count\{.*"/v1/comments".*\} ([0-9.]+)$')
    assert float(posts) == 20.0
    every_metric_is_told_once(service)


def every_metric_is_told_once(service):
    """What is read when asked is no worker's: one that answered before, or died, says nothing."""
    for _ in range(8):  # as many as it takes for both workers to answer
        measured = service.request("GET", "/metrics").text
    told = lines(measured, r"^# TYPE (\w+) ")
    assert sorted(told) == sorted({*told, "saring_queue_size", "saring_model"})
    assert "pid=" not in measured


def paste(said: str) -> dict[str, str]:
    """Run the printed curl line in a shell, exactly as it stands."""
    (line,) = lines(said, r"^  (curl .*)$")
    ended = subprocess.run(["sh", "-c", line], capture_output=True, check=True, timeout=PATIENCE)
    return dict(requests.models.complexjson.loads(ended.stdout))


def test_an_orphan_lets_go_of_the_port(service):
    """Its master is killed while a client keeps asking: the next start need not wait for that. What
    was begun is answered all the same."""
    service.start()
    body = json.dumps(COMMENT).encode()
    head = (
        f"POST /v1/comments HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {service.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    begun = socket.create_connection(("127.0.0.1", service.port), 20)
    with begun, requests.Session() as kept:
        begun.sendall(head.encode() + body[:9])

        def let_go() -> bool:
            with contextlib.suppress(requests.RequestException):
                kept.get(f"{service.address}/healthz", timeout=20)
            return refuses(service.port)

        service.process.kill()
        service.process.wait()
        until(let_go, "nobody listens", 10)
        begun.sendall(body[9:])
        assert begun.recv(12) == b"HTTP/1.1 201"
    service.restart()
    assert service.stop() == 0


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_without_a_model_it_serves_and_holds(tmp_path):
    service = Service(tmp_path / "service", models_dir=str(tmp_path / "none"), workers="1")
    try:
        service.start()
        ready = service.request("GET", "/readyz")
        assert (ready.status_code, ready.json()["database"]) == (503, "ok")
        assert "none" in ready.json()["model"]
        posted = service.request("POST", "/v1/comments", json=COMMENT)
        assert (posted.status_code, posted.json()["verdict"]) == (201, "hold")
        assert [reason["code"] for reason in posted.json()["reasons"]] == ["NOT_SCORED"]
    finally:
        service.kill()


@pytest.fixture
def refused(monkeypatch, capsys, tmp_path):
    """Start with bad settings, up to where it is refused: the one line on stderr."""

    def refused(**settings: str) -> str:
        given = {"home": str(tmp_path / "home"), "bind": f"127.0.0.1:{free_port()}", **settings}
        for name, value in given.items():
            monkeypatch.setenv(f"SARING_{name.upper()}", value)
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")  # what serve sets is taken back
        monkeypatch.setattr("sys.argv", ["saring", "serve"])
        monkeypatch.setattr("service.cli.tell_nothing_of_crashes", lambda: None)
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert (ended.value.code, said.out) == (1, "")
        assert said.err.count("\n") == 1, said.err
        logs.close()
        return said.err.removeprefix("saring: ").rstrip()

    return refused


def test_a_port_in_use(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        ended = saring("serve", home=tmp_path / "home", bind=bind)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        f"saring: SARING_BIND: got '{bind}', which cannot be served (Address already in use); "
        "it takes a HOST:PORT that is free\n"
    )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("bind", "host.invalid:80", "got 'host.invalid:80', which cannot be served"),
        ("workers", "many", "got 'many'; it takes a whole number from 1 to 64"),
        ("secret", "short", "got a value; it takes at least 32 bytes"),
        ("database_url", "mysql://u:hunter2@h/n", "mysql is not served; take sqlite or postgresql"),
        ("database_url", "sqlite:////proc/none/saring.db", "the database does not answer"),
        ("database_url", "postgresql://u:hunter2@127.0.0.1:1/n", "the database does not answer"),
    ],
)
def test_a_bad_setting(refused, name, value, said):
    line = refused(**{name: value})
    assert line.startswith(f"SARING_{name.upper()}: {said}")
    assert "hunter2" not in line


def test_a_home_that_cannot_be_written(refused, tmp_path):
    (tmp_path / "file").touch()
    line = refused(home=str(tmp_path / "file" / "home"))
    assert line.startswith(f"SARING_HOME: got '{tmp_path}/file/home', which cannot be written")


def test_a_database_of_a_newer_release(refused, sqlite):
    with sqlite.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        tx.execute(text("UPDATE served_since SET revision = '9999'"))
    url = sqlite.engine.url.render_as_string(hide_password=False)
    assert "the database belongs to another release" in refused(database_url=url)


def test_the_printed_line_is_one_shell_word_each():
    words = shlex.split(curl_line("http://127.0.0.1:8000", "0" * 40))
    assert (words[0], words[-2]) == ("curl", "-d")
