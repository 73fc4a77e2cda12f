"""An upgrade while it serves, replica by replica, from an older release that git still has.

Two replicas of the older release over one PostgreSQL, behind nginx with the file of deploy/; each
in turn is stopped and started as this release, as docs/operations.md says, while a newsroom goes on
at about twenty requests a second. Afterwards one goes back to the older release. Told is what
clients saw who repeat a request once, what was lost or doubled, and what either release logged.

    python -m benchmarks.upgrade --since COMMIT
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests

from benchmarks.drill_audit import Breach, audit
from benchmarks.upgrade_traffic import Newsroom, Visitors
from service.storage import outbox
from service.storage.engine import Database, open_database
from tests.postgres import Postgres
from tests.proxy import NGINX, proxy
from tests.receiver import receiving
from tests.running import ROOT, Service, saring, until

SECRET = "a secret of at least thirty-two bytes for an upgrade"
NEWEST_TABLES = "service/storage/migrations/versions"
SECONDS = 6.0
"""How long the newsroom goes on between two steps."""


@contextmanager
def release(commit: str, directory: Path) -> Iterator[Path]:
    """A clone of an older release, for as long as it is needed."""
    there = directory / "older"
    subprocess.run(["git", "worktree", "add", "--detach", there, commit], cwd=ROOT, check=True,
                   capture_output=True)  # fmt: skip
    try:
        yield there
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", there], cwd=ROOT, check=True)


def before_the_latest_tables() -> str:
    """The last commit before the tables changed; nothing where git has no such past."""
    last = ["git", "log", "-1", "--format=%h^", "--", NEWEST_TABLES]
    done = subprocess.run(last, cwd=ROOT, capture_output=True, text=True)
    known = ["git", "cat-file", "-e", commit := done.stdout.strip()]
    missing = subprocess.run(known, cwd=ROOT, capture_output=True).returncode
    return "" if missing else commit


class Watch:
    """What each replica says at /readyz, whenever that changes; no answer is ``no answer``."""

    def __init__(self, replicas: list[Service]) -> None:
        self.seen: list[tuple[float, str, str]] = []
        self._replicas = replicas
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._began = time.monotonic()

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        last: dict[str, str] = {}
        while not self._done.wait(0.25):
            for one in self._replicas:
                name, said = one.home.parent.name, readiness(one)
                if last.get(name) != said:
                    last[name] = said
                    self.seen.append((time.monotonic() - self._began, name, said))


def readiness(one: Service) -> str:
    """Its status at /readyz with what is not ok."""
    try:
        answer = requests.get(f"{one.address}/readyz", timeout=5)
    except requests.RequestException:
        return "no answer"
    told = {name: said for name, said in answer.json().items() if said != "ok"}
    return f"{answer.status_code} {told or ''}".strip()


def logged(one: Service) -> Counter[tuple[str, ...]]:
    """Warnings and errors of its log, by what they are."""
    found: Counter[tuple[str, ...]] = Counter()
    for path in one.home.rglob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            if told["level"] not in ("info", "debug"):
                words = (str(told.get(name, "")) for name in ("event", "task", "type", "why"))
                found[tuple(word for word in words if word)] += 1
            elif told.get("status", 0) >= 500:
                found["request", told["route"], str(told["status"])] += 1
    return found


def prepared(older: Path, services: list[Service], hook: str) -> tuple[str, str]:
    """A site without limits that is told of events, and a moderator's token, by older commands."""

    def run(*words: str) -> str:
        done = saring(*words, home=services[0].home, root=older, **services[0].settings)
        if done.returncode:
            sys.exit(done.stderr)
        return done.stdout

    run("site", "set", "default", "author_per_minute=0", "network_per_minute=0")
    run("webhook", "add", "default", hook, "--allow-private")
    token = run("moderator", "token", "admin").strip()
    found = re.search(r"admin, password (\S+)$", "".join(s.said() for s in services), re.MULTILINE)
    assert found
    return token, found[1]


def rehearse(directory: Path, commit: str, newer: Path = ROOT) -> list[Breach]:
    """The upgrade to the release in a folder, and the way back; what it came to is printed."""
    with ExitStack() as stack:
        older = stack.enter_context(release(commit, directory))
        postgres = Postgres(directory / "postgres").start()
        stack.callback(postgres.stop)
        settings = {"database_url": postgres.url, "secret": SECRET, "workers": "1"}
        replicas = [Service(directory / name, root=older, **settings) for name in "ab"]
        for one in replicas:
            stack.callback(one.kill)
            one.start()
        receiver = stack.enter_context(receiving())
        token, password = prepared(older, replicas, receiver.url)
        ports = [one.port for one in replicas]
        address = stack.enter_context(proxy(directory / "proxy", ports))
        watch = stack.enter_context(Watch(replicas))
        newsroom = Newsroom(address, replicas[0].key, token, password)
        with Visitors(newsroom) as visitors:
            marks = _roll(replicas, visitors, newer)
        database = open_database(postgres.url)
        until(lambda: _all_told(database), "every event is told")
        until(lambda: _listened(visitors), "every event is heard", 30)
        print("\n".join(f"{at:7.1f} s  {name}: {said}" for at, name, said in watch.seen))
        told = [event["id"] for event in receiver.told]
        breaches = audit(database, visitors.ledger, told)
        database.engine.dispose()
        _tell(visitors, marks, told, replicas)
        _go_back(replicas[1], older)
    return breaches


def _roll(replicas: list[Service], visitors: Visitors, newer: Path) -> list[tuple[float, str]]:
    """Each replica in turn becomes the newer release; when each step began."""
    marks = [(time.monotonic(), "both older")]
    time.sleep(SECONDS)
    for one, then in zip(replicas, ("one of each", "both new"), strict=True):
        marks.append((time.monotonic(), f"{one.home.parent.name} restarts"))
        one.stop()
        one.root = newer
        one.start()
        marks.append((time.monotonic(), then))
        time.sleep(SECONDS)
    if visitors.failure:
        raise visitors.failure
    return marks


def _listened(visitors: Visitors) -> bool:
    """Read what is left; whether there was nothing."""
    before = len(visitors.heard)
    with requests.Session() as line:
        visitors.listen(line)
    return len(visitors.heard) == before


def _all_told(database: Database) -> bool:
    with database.read() as tx:
        return outbox.backlog(tx).waiting == 0


def _tell(
    visitors: Visitors, marks: list[tuple[float, str]], told: list[str], replicas: list[Service]
) -> None:
    print("\n| step | s | requests | not well at first | not well twice | slowest s |")
    print("| --- | --- | --- | --- | --- | --- |")
    ends = [*(at for at, _ in marks[1:]), time.monotonic()]
    for (began, step), end in zip(marks, ends, strict=True):
        mine = [call for call in visitors.calls if began <= call.began < end]
        again = [call for call in mine if len(call.statuses) > 1]
        failed = Counter((c.what, c.statuses) for c in mine if c.failed)
        slowest = max((call.seconds for call in mine), default=0.0)
        print(f"| {step} | {end - began:.1f} | {len(mine)} | {len(again)} | {failed.total()} "
              f"| {slowest:.2f} |")  # fmt: skip
        for what, count in failed.items():
            print(f"    {count} x {what}")
    print("first answers:", dict(Counter(call.statuses[0] for call in visitors.calls)))
    ledger, heard = visitors.ledger, Counter(visitors.heard)
    print(f"{len(ledger.contents)} comments and {len(ledger.rulings)} rulings were acknowledged")
    missing = set(range(1, max(heard) + 1)) - set(heard)
    print(f"events read {len(heard)}, twice {heard.total() - len(heard)}, missing {len(missing)}; "
          f"told {len(set(told))}, twice {len(told) - len(set(told))}")  # fmt: skip
    for one in replicas:
        print(f"log of {one.home.parent.name}:", dict(logged(one)) or "nothing of note")


def _go_back(one: Service, older: Path) -> None:
    """What happens where the older release is started again on the new tables."""
    one.stop()
    one.root = older
    before = len(one.said())
    try:
        one.start()
        print("back to the older release: it starts;", readiness(one))
    except AssertionError:
        print("back to the older release:", one.said()[before:].strip())


def main() -> None:
    """Rehearse, print, and end badly if any promise was broken."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--since", default=before_the_latest_tables(), help="the older release")
    given, _ = asked.parse_known_args()
    if NGINX is None or not given.since:
        print("left out: this needs nginx (apt-get install nginx-light) and the clone's past")
        return
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)  # PostgreSQL, of another user where we are root, must enter
        breaches = rehearse(Path(directory), given.since)
    print(f"broken promises: {len(breaches)}")
    if breaches:
        sys.exit("\n".join(map(str, breaches[:50])))


if __name__ == "__main__":
    main()
