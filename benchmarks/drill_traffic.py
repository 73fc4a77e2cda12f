"""Sites and moderators who do not give up: each act is repeated under its own name until answered.

What was answered stands in the ledger; `drill_audit` holds the database against it.
"""

from __future__ import annotations

import random
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

import requests

from benchmarks.drill_stand import MODERATOR, SITE, Stand
from benchmarks.load import comments
from tests.web.desk import csrf_of

WRITERS = 3
_PATIENCE_SECONDS = 15.0


@dataclass
class Ledger:
    """What was promised, and when: by kind, with the round in which the answer came."""

    round: int = 0
    contents: dict[str, str] = field(default_factory=dict)  # comment's id: its text
    rulings: dict[str, tuple[str, str]] = field(default_factory=dict)  # ruling's: comment, verdict
    undone: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)
    words: list[str] = field(default_factory=list)  # each setting that was saved, in order
    rounds: dict[str, int] = field(default_factory=dict)  # of all these names
    answered_at: list[float] = field(default_factory=list)
    changed_answers: list[str] = field(default_factory=list)  # one key, two answers: never

    def note(self, name: str) -> None:
        """Something was answered."""
        self.rounds[name] = self.round
        self.answered_at.append(time.monotonic())

    def has_every_kind(self) -> bool:
        """Whether a comment, a ruling and a setting were answered."""
        return all((self.contents, self.rulings, self.words))

    def count(self, of_round: int) -> int:
        """How much was answered in a round."""
        return sum(number == of_round for number in self.rounds.values())


class Stopped(Exception):
    """The drill is over; what was under way stays unanswered."""


class Traffic:
    """The clients of one stand, as threads, from `with` to its end."""

    def __init__(self, stand: Stand, seed: int) -> None:
        self.ledger = Ledger()
        self.failure: BaseException | None = None
        self._stand = stand
        self._address = stand.service.address
        self._done = threading.Event()
        self._pool: SimpleQueue[str] = SimpleQueue()
        self._chance = random.Random(seed)
        writers = [self._writer(comments(seed * 100 + number)) for number in range(WRITERS)]
        acts = [*writers, self._moderate, self._set]
        self._threads = [threading.Thread(target=self._run, args=(act,)) for act in acts]

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _run(self, act: Callable[[requests.Session], None]) -> None:
        try:
            with requests.Session() as line:
                while not self._done.is_set():
                    act(line)
        except Stopped:
            return
        except BaseException as error:  # noqa: BLE001  told by the drill, which ends for it
            self.failure = error

    def _insist(
        self, line: requests.Session, method: str, path: str, good: tuple[int, ...], **sent: Any
    ) -> requests.Response:
        """The same request until it is answered well; an answer of any other kind is a retry."""
        while not self._done.is_set():
            try:
                answer = line.request(
                    method, self._address + path, timeout=_PATIENCE_SECONDS, **sent
                )
                if answer.status_code in good:
                    return answer
                if answer.status_code not in (409, 429, 503):
                    raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
            except requests.RequestException:
                pass
            self._done.wait(0.05)
        raise Stopped

    def _writer(self, made: Any) -> Callable[[requests.Session], None]:
        def write(line: requests.Session) -> None:
            name = uuid.uuid4().hex
            body = {**next(made), "author_email": f"{name}@example.com"}
            body["content"] += f" {name}"
            headers = {
                "Authorization": f"Bearer {self._stand.key}", "Idempotency-Key": name,
            }  # fmt: skip
            sent = {"json": body, "headers": headers}
            first = self._insist(line, "POST", "/v1/comments", (201,), **sent).json()["id"]
            self.ledger.contents[first] = body["content"]
            self.ledger.note(first)
            self._pool.put(first)
            if self._chance.random() < 0.1:
                again = self._insist(line, "POST", "/v1/comments", (201,), **sent).json()["id"]
                if again != first:
                    self.ledger.changed_answers.append(name)

        return write

    def _moderate(self, line: requests.Session) -> None:
        """Rule on a comment, sometimes take it back; or its site erases it."""
        try:
            comment = self._pool.get(timeout=0.05)
        except Empty:
            return
        chance = self._chance.random()
        if chance < 0.1:
            key = {"Authorization": f"Bearer {self._stand.key}"}
            self._insist(line, "DELETE", f"/v1/comments/{comment}", (204, 404), headers=key)
            self.ledger.erased.add(comment)
        elif chance < 0.7:
            self._rule(line, comment, undo=chance < 0.2)

    def _rule(self, line: requests.Session, comment: str, *, undo: bool) -> None:
        ruling, verdict = str(uuid.uuid4()), self._chance.choice(("accept", "reject"))
        key = {"Authorization": f"Bearer {self._stand.token}"}
        path, body = f"/v1/queue/{comment}/ruling", {"verdict": verdict, "ruling_id": ruling}
        self._insist(line, "POST", path, (200,), json=body, headers=key)
        self.ledger.rulings[ruling] = (comment, verdict)
        self.ledger.note(ruling)
        if undo:
            path = f"{path}?ruling_id={ruling}"
            self._insist(line, "DELETE", path, (200,), headers=key)
            self.ledger.undone.add(ruling)

    def _set(self, line: requests.Session) -> None:
        """Change a setting at the desk; without an answer the page tells whether it is saved."""
        word, path = f"kata{uuid.uuid4().hex}", f"{self._address}/settings/rules"
        while word not in (page := self._settings(line)):
            form = {
                "csrf": csrf_of(page), "site": SITE, "version": _version(page), "act": "save",
                "suspect_words": word,
            }  # fmt: skip
            try:
                answer = line.post(path, data=form, timeout=_PATIENCE_SECONDS)
            except requests.RequestException:
                continue
            if answer.status_code == 200:
                break
            if answer.status_code not in (409, 503):
                raise AssertionError(f"settings: {answer.status_code} {answer.text[:500]}")
        self.ledger.words.append(word)
        self.ledger.note(word)
        self._done.wait(0.2)

    def _settings(self, line: requests.Session) -> str:
        """The settings page, signed in as admin; a session that did not last would be told."""
        page = self._insist(line, "GET", f"/settings?site={SITE}", (200,))
        if page.url.startswith(f"{self._address}/login"):
            if "saring_session" in line.cookies:
                raise AssertionError("the session did not outlive a kill")
            form = {
                "name": MODERATOR, "password": self._stand.password, "csrf": csrf_of(page.text),
            }  # fmt: skip
            self._insist(line, "POST", "/login", (200,), data=form)
            page = self._insist(line, "GET", f"/settings?site={SITE}", (200,))
        return page.text


def _version(page: str) -> str:
    """The version of the rules that a settings page shows."""
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]
