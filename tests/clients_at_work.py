"""Sites at work while something happens to the service."""

from __future__ import annotations

import threading

import requests

from tests.doubles import COMMENT
from tests.running import Service, until


class Clients:
    """Sites that post without end over kept-alive connections; whoever is refused tries again."""

    def __init__(self, service: Service, number: int = 4) -> None:
        self.service = service
        self.kept: list[str] = []
        self.authors: dict[str, str] = {}
        self.statuses: set[int] = set()
        self.cut = 0
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(number)]

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        until(lambda: len(self.kept) > 10, "comments are in")
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _run(self, who: int) -> None:
        headers = {"Authorization": f"Bearer {self.service.key}"}
        with requests.Session() as line:
            for number in range(100_000):
                if self._done.is_set():
                    return
                body = {**COMMENT, "content": f"Halo {who} {number}"}
                body["author_email"] = f"{who}.{number}@example.com"
                try:
                    answer = line.post(
                        f"{self.service.address}/v1/comments", json=body, headers=headers,
                        timeout=20,
                    )  # fmt: skip
                except requests.ConnectionError as error:
                    self.cut += "refused" not in str(error)
                    self._done.wait(0.05)
                    continue
                self.statuses.add(answer.status_code)
                if answer.status_code == 201:
                    self.authors[answer.json()["id"]] = body["author_email"]
                    self.kept.append(answer.json()["id"])
