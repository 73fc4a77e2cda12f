"""A newsroom that goes on while the service under it is upgraded: at a gentle pace, trying twice.

Sites post and read events, a moderator pages the queue, rules and looks at the desk. Each request
is repeated once, under its own name, where it was not answered well; what was not well both times
is told.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import requests

from benchmarks.drill_traffic import Ledger
from benchmarks.load import comments
from tests.web.desk import csrf_of

PATIENCE_SECONDS = 15.0
DESK = ("/queue", "/dashboard", "/done", "/queue?order=oldest", "/settings")
NOTHING = 0
"""The status of a request that got no answer: refused, cut or too late."""


@dataclass(frozen=True)
class Call:
    """One request of a client: when it began, how long until its last answer, and its statuses."""

    what: str
    began: float
    seconds: float
    statuses: tuple[int, ...]

    @property
    def failed(self) -> bool:
        """Whether the client was refused by the service although it tried twice."""
        return self.statuses[-1] == NOTHING or self.statuses[-1] >= 500


@dataclass(frozen=True)
class Newsroom:
    """Whom to talk to, and as whom."""

    address: str
    key: str
    token: str
    password: str


class Visitors:
    """The clients, as threads, from `with` to its end."""

    def __init__(self, newsroom: Newsroom) -> None:
        self.ledger = Ledger()
        self.calls: list[Call] = []
        self.heard: list[int] = []  # the sequence numbers of the events, as they were read
        self.failure: BaseException | None = None
        self._at = newsroom
        self._done = threading.Event()
        self._ruled_next: SimpleQueue[str] = SimpleQueue()
        self._after = 0
        made = comments(8)
        lock = threading.Lock()

        def next_comment() -> dict[str, str]:
            with lock:
                return next(made)

        self._next_comment = next_comment
        self._threads = [
            threading.Thread(target=self._run, args=(act, pause))
            for act, pause in (
                (self._post, 0.2), (self._post, 0.2), (self._rule, 0.3),
                (self._page, 0.5), (self._read, 0.4), (self.listen, 0.4),
            )
        ]  # fmt: skip

    def __enter__(self) -> Visitors:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _run(self, act: Callable[[requests.Session], None], pause: float) -> None:
        try:
            with requests.Session() as line:
                while not self._done.wait(pause):
                    act(line)
        except BaseException as error:  # noqa: BLE001  told by the rehearsal, which ends for it
            self.failure = error

    def _twice(
        self, line: requests.Session, method: str, path: str, key: str = "", **sent: Any
    ) -> requests.Response | None:
        """Ask, and once more where the service failed; the answer, if it was a good one."""
        began, statuses = time.monotonic(), []
        headers = {**sent.pop("headers", {}), **({"Authorization": f"Bearer {key}"} if key else {})}
        answer: requests.Response | None = None
        for _ in range(2):
            try:
                answer = line.request(
                    method, self._at.address + path, timeout=PATIENCE_SECONDS, headers=headers,
                    **sent,
                )  # fmt: skip
                statuses.append(answer.status_code)
            except requests.RequestException:
                statuses.append(NOTHING)
            if statuses[-1] not in (NOTHING, 409) and statuses[-1] < 500:
                break
        what = f"{method} {path.partition('?')[0]}"
        self.calls.append(Call(what, began, time.monotonic() - began, tuple(statuses)))
        good = statuses[-1] != NOTHING and answer is not None and answer.ok
        return answer if good else None

    def _post(self, line: requests.Session) -> None:
        name = uuid.uuid4().hex
        body = {**self._next_comment(), "author_email": f"{name}@example.com"}
        body["content"] += f" {name}"
        named = {"Idempotency-Key": name}
        answer = self._twice(line, "POST", "/v1/comments", self._at.key, json=body, headers=named)
        if answer:
            comment = answer.json()["id"]
            self.ledger.contents[comment] = body["content"]
            self.ledger.note(comment)
            self._ruled_next.put(comment)

    def _rule(self, line: requests.Session) -> None:
        try:
            comment = self._ruled_next.get(timeout=0.1)
        except Empty:
            return
        ruling, verdict = str(uuid.uuid4()), "reject" if comment[-1] in "01234567" else "accept"
        body = {"verdict": verdict, "ruling_id": ruling}
        path = f"/v1/queue/{comment}/ruling"
        if self._twice(line, "POST", path, self._at.token, json=body):
            self.ledger.rulings[ruling] = (comment, verdict)
            self.ledger.note(ruling)

    def _page(self, line: requests.Session) -> None:
        """Two pages of the queue, by its cursor."""
        first = self._twice(line, "GET", "/v1/queue?limit=5", self._at.token)
        cursor = first.json()["cursor"] if first else None
        if cursor:
            self._twice(line, "GET", f"/v1/queue?limit=5&cursor={cursor}", self._at.token)

    def _read(self, line: requests.Session) -> None:
        """A page of the desk, signed in once: a session that ends is told as a failure."""
        if "saring_session" not in line.cookies:
            page = self._twice(line, "GET", "/login")
            if not page:
                return
            form = {"name": "admin", "password": self._at.password, "csrf": csrf_of(page.text)}
            self._twice(line, "POST", "/login", data=form)
            return
        path = DESK[len(self.calls) % len(DESK)]
        page = self._twice(line, "GET", path)
        if page and "/login" in page.url:
            raise AssertionError("the session did not outlive the upgrade")

    def listen(self, line: requests.Session) -> None:
        """Read on in the site's events, from where it left off."""
        path = f"/v1/events?after={self._after}&limit=100"
        answer = self._twice(line, "GET", path, self._at.key)
        if answer:
            page = answer.json()
            self.heard += [event["sequence"] for event in page["events"]]
            self._after = page["next"]
