"""The service on a database, and the ways in which the drill kills it."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from service.access import Access
from service.comments import utc_now
from service.desk.signins import SignIns
from service.rulebook import Rulebook
from service.scoring.scorer import NoModel
from service.storage.engine import Database, open_database
from service.webhooks import Webhooks
from tests.postgres import Postgres
from tests.running import COMMAND, ROOT, Service, environment

SECRET = b"a secret of at least thirty-two bytes for a drill"
SITE, MODERATOR = "default", "admin"


class Stand:
    """`saring serve` over SQLite, or over a PostgreSQL of its own, with a site to talk to."""

    def __init__(self, directory: Path, kind: str, chance: random.Random) -> None:
        directory.mkdir(parents=True)
        self.kind = kind
        self._chance = chance
        self._postgres: Postgres | None = None
        self.url = f"sqlite:///{directory}/drill.db"
        if kind == "postgresql":
            self._postgres = Postgres(directory / "postgres").start()
            self.url = self._postgres.url
        settings = {"database_url": self.url, "secret": SECRET.decode()}
        self.service = Service(directory / "service", **settings).start()
        found = re.search(r"admin, password (\S+)$", self.service.said(), re.MULTILINE)
        assert found, self.service.said()
        self.password, self.key = found[1], self.service.key
        with self.database() as database:
            no_limits = {"author_per_minute": 0, "network_per_minute": 0}
            Rulebook(database, NoModel, utc_now).change(SITE, "drill", no_limits)
            self.token = SignIns(database, SECRET, utc_now).new_token(MODERATOR)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """A look beside the service."""
        opened = open_database(self.url)
        try:
            yield opened
        finally:
            opened.engine.dispose()

    def tell(self, url: str) -> None:
        """Add a webhook of the site."""
        with self.database() as database:
            site = Access(database, SECRET, utc_now).named_site(SITE)
            Webhooks(database, SECRET, utc_now).add(site, url, allow_private=True)

    def waiting(self) -> int:
        """How many messages the webhook is still to get."""
        with self.database() as database:
            return Webhooks(database, SECRET, utc_now).all()[0].waiting

    @property
    def faults(self) -> Mapping[str, Callable[[], None]]:
        """Each way to kill, by its name; it returns when everything has been started again."""
        ways: dict[str, Callable[[], None]] = {
            "a worker": self.kill_worker,
            "the master": self.kill_master,
            "everything": self.kill_everything,
            "everything, and a start": self.kill_start,
        }
        if self._postgres:
            ways |= {"a database process": self.kill_backend, "the database": self.kill_postgres}
        return ways

    def kill_worker(self) -> None:
        """One worker; the master makes another."""
        end(self._chance.choice(self.service.workers()))

    def kill_master(self) -> None:
        """The master; its workers are orphans until they notice."""
        assert self.service.process
        end(self.service.process.pid)
        self.service.process.wait()
        self.service.restart()

    def kill_everything(self) -> None:
        """Master and workers at once: for SQLite this is the database as well."""
        self.service.kill()
        self.service.restart()

    def kill_start(self) -> None:
        """Everything, and the next start too, at some moment of its first two seconds."""
        self.service.kill()
        with self.service.output.open("ab") as output:
            begun = subprocess.Popen(
                [*COMMAND, "serve"], env=environment(self.service.home, self.service.settings),
                cwd=ROOT, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        time.sleep(self._chance.uniform(0, 2))
        os.killpg(begun.pid, signal.SIGKILL)
        begun.wait()
        self.service.restart()

    def kill_backend(self) -> None:
        """One process of PostgreSQL's: it then ends all sessions and recovers by itself."""
        assert self._postgres
        assert self._postgres.process
        end(self._chance.choice(children(self._postgres.process.pid)))

    def kill_postgres(self) -> None:
        """PostgreSQL's first process, and a start of it as soon as that can be."""
        assert self._postgres
        self._postgres.kill()
        self._postgres.start()

    def close(self) -> None:
        """End all of it."""
        self.service.kill()
        if self._postgres:
            self._postgres.stop()


def children(parent: int) -> list[int]:
    """The processes that a process made."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [int(pid) for pid in listed.split()]


def end(pid: int) -> None:
    """Kill a process that may have ended by itself meanwhile."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
