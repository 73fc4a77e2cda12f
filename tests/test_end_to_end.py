"""`saring serve` as people run it: the first start, the second, the bad ones, and what survives."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator

import pytest
import requests
from sqlalchemy import text

from service import logs
from service.cli import main
from service.cli.serve import curl_line
from service.comments import new_id
from tests.doubles import COMMENT
from tests.running import Service, free_port, saring, until


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


def paste(said: str) -> dict[str, str]:
    """Run the printed curl line in a shell, exactly as it stands."""
    (line,) = lines(said, r"^  (curl .*)$")
    ended = subprocess.run(["sh", "-c", line], capture_output=True, check=True, timeout=20)
    return dict(requests.models.complexjson.loads(ended.stdout))


class Stream:
    """A site that posts without end, and remembers each id that it was promised."""

    def __init__(self, service: Service) -> None:
        self.kept: list[str] = []
        self._service = service
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(3)]

    def __enter__(self) -> Stream:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def has_more_than(self, count: int) -> bool:
        return len(self.kept) > count

    def _run(self) -> None:
        while not self._stop.is_set():
            unique = new_id()
            body = {
                **COMMENT,
                "content": f"Komentar {unique}",
                "author_email": f"{unique}@example.com",
            }
            with contextlib.suppress(requests.RequestException):
                answer = self._service.request("POST", "/v1/comments", json=body)
                if answer.status_code == 201:
                    self.kept.append(answer.json()["id"])
            self._stop.wait(0.01)


def test_what_got_a_201_survives_every_kill(service):
    service.start()
    with Stream(service) as stream:
        until(lambda: stream.has_more_than(10), "posts before the first kill")
        os.kill(service.workers()[0], signal.SIGKILL)
        soon = len(stream.kept) + 10
        until(lambda: stream.has_more_than(soon), "posts after a worker was killed")
        os.kill(service.process.pid, signal.SIGKILL)
        service.process.wait()
        service.restart()
        later = len(stream.kept) + 10
        until(lambda: stream.has_more_than(later), "posts after the master was killed")
        service.kill()
    service.restart()
    assert len(stream.kept) > 30
    lost = [kept for kept in stream.kept if not is_there(service, kept)]
    assert lost == []
    assert service.stop() == 0


def is_there(service: Service, comment_id: str) -> bool:
    return service.request("GET", f"/v1/comments/{comment_id}").ok


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
    url = sqlite.engine.url.render_as_string(hide_password=False)
    assert "the database belongs to another release" in refused(database_url=url)


def test_the_printed_line_is_one_shell_word_each():
    words = shlex.split(curl_line("http://127.0.0.1:8000", "0" * 40))
    assert (words[0], words[-2]) == ("curl", "-d")
