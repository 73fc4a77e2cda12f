"""Some thousand comments as the service itself stored them: what a large database is made of."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.growing.newsroom import Newsroom, copied
from benchmarks.load import comments as made
from service.comments import Arrival

SIZE = 3_000


@dataclass(frozen=True, slots=True)
class Stored:
    """One comment as SQLite has it, with its event and the hosts that it links to."""

    comment: dict[str, Any]
    machine: str
    event: str
    event_type: str
    links: tuple[tuple[str, int], ...]


def stored(newsroom: Newsroom) -> list[Stored]:
    """Judged and written by a copy of this newsroom, so with its site, its keys and its model."""
    with tempfile.TemporaryDirectory() as home:
        scratch = copied(newsroom, f"sqlite:///{Path(home) / 'pool.db'}", Path(home))
        for row in itertools.islice(made(5), SIZE):
            scratch.moderation.submit(scratch.site, Arrival(**row))
        with scratch.database.read() as tx:
            links = defaultdict(list)
            for row in tx.exec_driver_sql("SELECT comment_id, host, is_website FROM links"):
                links[row.comment_id].append((row.host, row.is_website))
            told = tx.exec_driver_sql("SELECT subject, type, data FROM events").mappings()
            events = {row["subject"]: row for row in told}
            kept = tx.exec_driver_sql("SELECT * FROM comments").mappings()
            found = [
                Stored(
                    dict(row), json.loads(row["decision"])["verdict"], events[row["id"]]["data"],
                    events[row["id"]]["type"], tuple(links[row["id"]]),
                )
                for row in kept
            ]  # fmt: skip
        scratch.close()
    return found
