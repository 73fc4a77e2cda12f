"""What docs/operations.md promises under each fault, held against the real service.

Full and read-only disks are real file systems in memory, which takes root (or the right to mount).
PostgreSQL that is gone or slow stands behind a relay that holds what passes.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from sqlalchemy import make_url, text

from service.storage.engine import open_database
from service.storage.migrate import migrate
from tests.clients_at_work import Clients
from tests.doubles import COMMENT, Site
from tests.postgres import Postgres
from tests.relay import Relay
from tests.running import Service, saring, until


def mount(*words: str) -> bool:
    return subprocess.run(["mount", *words], capture_output=True).returncode == 0


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """A disk of twelve megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() or not mount("-t", "tmpfs", "-o", "size=12m", "none", str(place)):
        pytest.skip("mounting a small disk takes root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def service(tmp_path) -> Iterator[Service]:
    made = Service(tmp_path / "service")
    yield made
    made.kill()


def post(service: Service, words: str, **more: str) -> requests.Response:
    return service.request("POST", "/v1/comments", json={**COMMENT, "content": words}, **more)


def is_put_off(answer: requests.Response) -> bool:
    """The refusal that every client can handle: 503, when to come again, a problem document."""
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    return bool(answer.json()["code"] == "unavailable")


def ready(service: Service) -> tuple[int, str]:
    answer = service.request("GET", "/readyz")
    return answer.status_code, answer.json()["database"]


def doctor(service: Service) -> str:
    named = {k: v for k, v in service.settings.items() if k in ("database_url", "secret")}
    return saring("doctor", home=service.home, **named).stdout


def still_reads(service: Service, comment: str) -> None:
    assert service.request("GET", f"/v1/comments/{comment}").status_code == 200
    assert service.request("GET", "/healthz").status_code == 200
    assert service.request("GET", "/metrics").status_code == 200
    score = service.request("POST", "/v1/score", json={"content": "halo"})
    assert score.status_code == 200


def fill(disk: Path) -> Path:
    """Take every byte that is left."""
    filler = disk / "filler"
    descriptor = os.open(filler, os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while os.write(descriptor, bytes(4096)):
            pass
    os.close(descriptor)
    assert shutil.disk_usage(disk).free == 0
    return filler


def until_refused(ask: Callable[[], requests.Response]) -> requests.Response:
    """Six refusals in a row: until then the write-ahead log has room within itself."""
    refused = 0
    for _ in range(2_000):
        answer = ask()
        assert answer.status_code == 201 or is_put_off(answer)
        refused = refused + 1 if answer.status_code == 503 else 0
        if refused == 6:
            return answer
    raise AssertionError("the disk is not full")


def test_a_full_disk(disk, service):
    """Nothing new is taken, what is there is served, and room is all that it needs."""
    service.home = disk / "home"
    service.start()
    kept = post(service, "sebelum penuh").json()["id"]
    until(lambda: len(service.workers()) == 2, "both workers")
    workers = service.workers()
    filler = fill(disk)
    numbers = count()
    assert is_put_off(until_refused(lambda: post(service, f"penuh {next(numbers)}")))
    still_reads(service, kept)
    assert ready(service) == (503, "its disk is full")
    assert "FAIL  storing: nothing can be stored" in doctor(service)
    filler.unlink()
    assert post(service, f"penuh {next(numbers)}").status_code == 201
    assert ready(service) == (200, "ok")
    assert service.workers() == workers, "no process died of it"
    logged = b"".join(path.read_bytes() for path in service.home.glob("logs/*"))
    assert all(json.loads(line) for line in logged.splitlines())


@pytest.fixture
def small_postgres(postgres_server: Any, postgres_url: str, open_folder: Path) -> Iterator[str]:
    """A PostgreSQL database on a disk of its own, of forty megabytes."""
    place = open_folder / "small"
    place.mkdir()
    if os.geteuid() or not mount("-t", "tmpfs", "-o", "size=40m", "none", str(place)):
        pytest.skip("mounting a small disk takes root")
    (place / "space").mkdir()
    shutil.chown(place / "space", postgres_server.system_user)
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE TABLESPACE small LOCATION '{place / 'space'}'")
        server.execute("CREATE DATABASE small TABLESPACE small")
        yield make_url(postgres_url).set(database="small").render_as_string(hide_password=False)
        server.execute("DROP DATABASE small WITH (FORCE)")
        server.execute("DROP TABLESPACE small")
    subprocess.run(["umount", "-l", str(place)], check=True)
    place.rmdir()


def test_a_full_disk_under_postgresql(small_postgres, open_folder, make_app):
    """A comment finds no room; the one row that readiness writes may."""
    database = open_database(small_postgres)
    migrate(database)
    app = make_app(database_url=small_postgres)
    site = Site.added_to(app, "kabar")
    kept = site.comment().json["id"]
    filler = fill(open_folder / "small")
    words = (random.Random(8).randbytes(20_000).hex() for _ in range(200))
    answers = (site.comment(content=text) for text in words)
    refused = next(answer for answer in answers if answer.status_code != 201)
    assert (refused.status_code, refused.json["code"]) == (503, "unavailable")
    assert int(refused.headers["Retry-After"]) > 0
    assert site.get(f"/v1/comments/{kept}").status_code == 200
    filler.unlink()
    assert site.comment(content="ada tempat lagi").status_code == 201
    for opened in (database, app.extensions["saring"]["database"]):
        opened.engine.dispose()
        opened.close()


def test_a_postgresql_that_only_reads(new_postgres_database, make_app):
    """A stand-by server, or one that its operator has closed to writers."""
    url = new_postgres_database()
    database = open_database(url)
    migrate(database)
    app = make_app(database_url=url)
    site = Site.added_to(app, "kabar")
    kept = site.comment().json["id"]
    with database.begin() as tx:
        tx.execute(text(f"ALTER DATABASE {make_url(url).database} "
                        "SET default_transaction_read_only = on"))  # fmt: skip
    for opened in (database, app.extensions["saring"]["database"]):
        opened.engine.dispose()
        opened.close()
    refused = site.comment(content="hanya baca")
    assert (refused.status_code, refused.json["code"]) == (503, "unavailable")
    assert site.get(f"/v1/comments/{kept}").status_code == 200
    ready = app.test_client().get("/readyz")
    assert ready.status_code == 503
    assert "25006" in ready.json["database"]
    app.extensions["saring"]["database"].engine.dispose()
    app.extensions["saring"]["database"].close()


@pytest.fixture
def file_system(tmp_path) -> Iterator[Path]:
    """An ext4 in a file, which becomes read-only at its first error, as most systems set it up."""
    image, place = tmp_path / "image", tmp_path / "disk"
    image.write_bytes(bytes(16 * 1024 * 1024))
    place.mkdir()
    made = os.geteuid() == 0 and not subprocess.run(["mkfs.ext4", "-q", str(image)]).returncode
    if not (made and mount("-o", "loop,errors=remount-ro", str(image), str(place))):
        pytest.skip("a file system in a file takes root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def break_down(place: Path) -> None:
    """An error of the file system, as a dying disk makes one."""
    device = os.stat(place).st_dev
    name = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve().name
    trigger = Path("/sys/fs/ext4") / name / "trigger_fs_error"
    if not trigger.exists():
        pytest.skip("this kernel breaks no file system on demand")
    trigger.write_text("1")
    with pytest.raises(OSError, match="Read-only"):
        (place / "probe").touch()


def test_a_disk_that_becomes_read_only(file_system, service, tmp_path):
    """Nothing new is taken, what is there is served; after the repair it takes a restart."""
    service.home = file_system / "home"
    service.start()
    kept = [post(service, f"sebelum terkunci {number}").json()["id"] for number in range(5)]
    for file in service.home.glob("saring.db*"):
        with file.open("rb") as to_disk:
            os.fsync(to_disk)  # or it would be gone, as by a power cut
    break_down(file_system)
    assert all(is_put_off(post(service, f"terkunci {number}")) for number in range(6))
    still_reads(service, kept[0])
    assert ready(service)[0] == 503
    service.kill()
    until(lambda: not subprocess.run(["umount", str(file_system)]).returncode, "all is closed", 10)
    assert mount("-o", "loop", str(tmp_path / "image"), str(file_system))
    service.start()
    assert all(service.request("GET", f"/v1/comments/{one}").ok for one in kept)
    assert post(service, "terkunci 0").status_code == 201


class Distant:
    """A service whose PostgreSQL is behind a relay."""

    def __init__(self, directory: Path) -> None:
        self.postgres = Postgres(directory / "postgres").start()
        self.relay = Relay(self.postgres.port)
        url = self.postgres.url.replace(str(self.postgres.port), str(self.relay.port))
        self.service = Service(directory / "service", database_url=url)
        with self.relay:
            self.service.start()
            self.kept = post(self.service, "sebelum").json()["id"]


@pytest.fixture(scope="module")
def distant(tmp_path_factory) -> Iterator[Distant]:
    made = Distant(tmp_path_factory.mktemp("distant"))
    yield made
    made.service.kill()
    made.postgres.stop()


def test_a_database_that_is_gone_for_a_while(distant):
    """Every request is put off at once, and the first after its return is answered."""
    service = distant.service
    began = time.monotonic()
    assert all(is_put_off(post(service, f"hilang {number}")) for number in range(6))
    assert service.request("GET", "/healthz").status_code == 200
    assert service.request("GET", "/metrics").status_code == 200
    assert ready(service)[0] == 503
    assert time.monotonic() - began < 10, "nobody waits for who is not there"
    with distant.relay:
        until(lambda: post(service, "hilang 0").status_code in (201, 409), "it is back", 10)
        assert service.request("GET", f"/v1/comments/{distant.kept}").status_code == 200
        assert ready(service) == (200, "ok")


def test_a_slow_database_makes_slow_answers(distant):
    with distant.relay as relay:
        until(lambda: ready(distant.service)[0] == 200, "it is back", 10)
        relay.delay_seconds = 0.05
        began = time.monotonic()
        assert post(distant.service, f"lambat {began}").status_code == 201
        assert time.monotonic() - began > 0.2, "it was slow"
        relay.delay_seconds = 0.0


def test_a_database_that_falls_silent(distant):
    """It takes what is sent and says nothing: requests are put off after a bounded time, and the
    processes are alive meanwhile."""
    with distant.relay as relay:
        until(lambda: ready(distant.service)[0] == 200, "it is back", 10)
        relay.flows.clear()
        began = time.monotonic()
        with ThreadPoolExecutor(6) as pool:
            answers = [pool.submit(post, distant.service, f"sunyi {n}") for n in range(6)]
            time.sleep(1)  # every thread waits by now
            for _ in range(6):
                assert distant.service.request("GET", "/healthz").status_code == 200
            assert not any(answer.done() for answer in answers)
            assert all(is_put_off(answer.result()) for answer in answers)
        assert time.monotonic() - began < 40
        relay.flows.set()
        until(lambda: ready(distant.service)[0] == 200, "it is back", 20)
        assert post(distant.service, "sunyi 0").status_code in (201, 409)


def test_a_sqlite_that_others_keep_locked(service):
    """Writers wait five seconds for each other, then are put off; readers do not wait."""
    service.start()
    kept = post(service, "sebelum").json()["id"]
    with sqlite3.connect(service.home / "saring.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        assert is_put_off(post(service, "menunggu"))
        assert 4.5 < time.monotonic() - began < 15
        assert service.request("GET", f"/v1/comments/{kept}").status_code == 200
        assert ready(service) == (503, "the database does not answer (SQLITE_BUSY)")
        other.execute("ROLLBACK")
    other.close()
    assert post(service, "menunggu").status_code == 201


def taker(service: Service) -> socket.socket:
    """Who asks for 200 kB and has not begun to take them."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)  # the kernel keeps little of it
    one.connect(("127.0.0.1", service.port))
    one.settimeout(20)
    body = json.dumps({"contents": ["halo"] * 1000})
    one.sendall(
        f"POST /v1/score HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {service.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    assert one.recv(8) == b"HTTP/1.1"
    return one


@contextmanager
def standing_still(service: Service) -> Iterator[None]:
    """Nobody takes what comes meanwhile."""
    workers = service.workers()
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    yield
    for worker in workers:
        os.kill(worker, signal.SIGCONT)


def test_sigterm_ends_what_was_begun_first(service):
    """A request whose body is under way is answered, an answer under way is sent to its end, and
    who had connected is served; then it ends. New ones are refused."""
    service.start()
    slow = taker(service)
    body = json.dumps({**COMMENT, "content": "sedang dikirim"}).encode()
    head = (
        f"POST /v1/comments HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {service.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with Clients(service) as clients, socket.create_connection(("127.0.0.1", service.port)) as half:
        half.sendall(head.encode() + body[:20])
        time.sleep(0.3)
        assert service.process
        with standing_still(service):
            connected = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(6)]
            for one in connected:
                one.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            service.process.terminate()
            time.sleep(0.2)
        time.sleep(0.5)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", service.port))
        for one in connected:
            with one:
                assert one.recv(12) == b"HTTP/1.1 200"
        half.sendall(body[20:])
        half.settimeout(20)
        assert half.recv(65_536).startswith(b"HTTP/1.1 201")
        time.sleep(2)
        with slow, slow.makefile("rb") as answer:
            head = b"".join(iter(answer.readline, b"\r\n"))
            told = int(re.search(rb"Content-Length: (\d+)", head)[1])
            assert len(answer.read(told)) == told
        assert service.process.wait(35) == 0
    assert clients.statuses == {201}
    service.start()
    assert all(service.request("GET", f"/v1/comments/{one}").ok for one in clients.kept)


def test_sighup_replaces_the_workers_under_load(service):
    """Every worker is new, no connection was refused and none was cut."""
    service.start()
    until(lambda: len(service.workers()) > 1, "the second worker is there too")
    before = set(service.workers())
    with Clients(service) as clients:
        assert service.process
        service.process.send_signal(signal.SIGHUP)
        until(lambda: not before & set(service.workers()), "the old workers are gone", 30)
        more = len(clients.kept) + 20
        until(lambda: len(clients.kept) > more, "the new ones answer")
    assert len(service.workers()) == len(before)
    assert clients.statuses == {201}
    assert clients.cut == 0
