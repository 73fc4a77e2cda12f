"""Millions of comments into a database in minutes, as the service would have left them there.

What is stored is multiplied from comments that the service judged. Ids and times go up evenly;
every other thing that an index is over is drawn anew. Indexes are made again afterwards.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Boolean, Table

from benchmarks.growing.newsroom import Newsroom
from benchmarks.growing.pool import Stored
from service.storage.company import COPIES_KEPT, MOST_BANDS
from service.storage.engine import open_database
from service.storage.facets import permalink_key
from service.storage.tables import bands, comments, events, links, rulings, waves

PER_DAY = 100_000
RULED_AFTER = 86_400.0
FINDABLE = COPIES_KEPT.total_seconds()
PER_ARTICLE = 120
EDITION, COPIES = 1_000, 20  # of every thousand comments twenty are one wave
SAMPLED = 0.01
ACCEPTED = 0.7  # of what was held, by the moderators
NEWCOMERS = 0.3
_PAGE = 20_000
_TABLES = (comments, events, links, bands, rulings, waves)

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Words:
    """How a database's bulk loader is told these values."""

    null: Any
    false: Any
    true: Any
    zone: str
    encoded: Callable[[str, Any], Any]


def fill(
    newsroom: Newsroom, pool: list[Stored], size: int, progress: Callable[[int], object]
) -> None:
    """Store so many comments, of which the last came in a moment ago."""
    sqlite = newsroom.database.is_sqlite
    words = _SQLITE_WORDS if sqlite else _COPY_WORDS
    author = _Author(newsroom.site.id, pool, size, words)
    with (_sqlite if sqlite else _postgresql)(newsroom) as put:
        for start in range(0, size, _PAGE):
            page = author.page(start, min(start + _PAGE, size))
            for table in _TABLES:
                put(table, page[table.name])
            progress(min(_PAGE, size - start))
    with newsroom.database.begin() as tx:
        tx.exec_driver_sql(f"UPDATE sites SET last_event = {size}")


class _Author:
    """Writes the rows. What differs from comment to comment is put into a copy of its like."""

    def __init__(self, site_id: str, pool: list[Stored], size: int, words: Words) -> None:
        self.site_id, self.size, self.words = site_id, size, words
        columns = [column.name for column in comments.c]
        self.place = {name: number for number, name in enumerate(columns)}
        self.pool = [
            (one, [words.encoded(name, one.comment[name]) for name in columns],
             words.encoded("data", one.event))
            for one in pool
        ]  # fmt: skip
        self.now = datetime.now(UTC)
        self.began = self.now.timestamp() - 1 - size / PER_DAY * 86_400
        self.random = random.Random(size)
        self.wave_id: Any = words.null
        self.article, self.permalink, self.permalink_key, self.page_bits = -1, "", 0, 0

    def page(self, start: int, stop: int) -> Rows:
        """The rows of these comments, by table."""
        rows: Rows = {table.name: [] for table in _TABLES}
        for number in range(start, stop):
            self._comment(number, rows)
        rows["bands"].sort()
        return rows

    def _comment(self, number: int, rows: Rows) -> None:
        draw, words, place = self.random, self.words, self.place
        bits = draw.getrandbits
        like, template, told = self.pool[int(draw.random() * len(self.pool))]
        other = self.pool[int(draw.random() * len(self.pool))][1]
        moment = self.began + number / PER_DAY * 86_400
        age = self.now.timestamp() - moment
        at, comment_id = self._stamp(moment), _id(moment, bits(62))
        sampled = like.machine != "hold" and draw.random() < SAMPLED
        ruling = self._ruling(like.machine, sampled) if age > RULED_AFTER else None
        verdict = ruling or like.machine
        wave_id = self._wave(number, comment_id, at, rows)
        self._turn_to(number // PER_ARTICLE)
        row = template.copy()
        row[place["id"]], row[place["created_at"]] = comment_id, at
        row[place["permalink"]], row[place["permalink_key"]] = self.permalink, self.permalink_key
        row[place["wave_id"]], row[place["verdict"]] = wave_id, verdict
        row[place["ruling"]] = ruling or words.null
        row[place["version"]] = 1 if ruling else 0
        row[place["sampled"]] = words.true if sampled else words.false
        for name in ("author_name", "author_key", "network_key"):
            row[place[name]] = other[place[name]]
        if draw.random() < NEWCOMERS:
            row[place["author_key"]] = f"{bits(128):032x}"
        for name in ("twin_by_name", "twin_by_author"):
            row[place[name]] = self.page_bits | bits(47)
        row[place["text_key"]] = bits(62)
        rows["comments"].append(row)
        told = told.replace(like.comment["id"], comment_id)
        event_id = _id(moment, bits(62))
        rows["events"].append(
            (event_id, self.site_id, number + 1, like.event_type, comment_id, told, at)
        )
        for host, is_website in like.links:
            website = words.true if is_website else words.false
            rows["links"].append((self.site_id, host, comment_id, website))
        if wave_id in (words.null, comment_id) and (age < FINDABLE or verdict == "hold"):
            rows["bands"] += [(bits(63), comment_id, at) for _ in range(MOST_BANDS)]
        if ruling:
            ruled_at = self._stamp(moment + 1200)
            rows["rulings"].append(
                (_id(moment, bits(62)), comment_id, ruling, "[]", "", "wati", words.null,
                 words.null, words.true, ruled_at, words.null)
            )  # fmt: skip

    def _ruling(self, machine: str, sampled: bool) -> str | None:
        """What was held or drawn has its ruling a day later."""
        if machine == "hold":
            return "accept" if self.random.random() < ACCEPTED else "reject"
        return machine if sampled else None

    def _wave(self, number: int, comment_id: str, at: str, rows: Rows) -> Any:
        place = number % EDITION
        if place >= COPIES:
            return self.words.null
        if place == 0:
            self.wave_id, null = comment_id, self.words.null
            rows["waves"].append(
                (comment_id, self.site_id, COPIES, COPIES, at, "", "hold", null, null, at)
            )
        return self.wave_id

    def _turn_to(self, article: int) -> None:
        if article != self.article:
            self.article, self.permalink = article, f"https://news.example/berita/{article}"
            self.permalink_key = permalink_key(self.permalink)
            self.page_bits = self.random.getrandbits(16) << 47

    def _stamp(self, moment: float) -> str:
        at = datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)
        return at.isoformat(" ", "microseconds") + self.words.zone


def _id(moment: float, chance: int) -> str:
    """As `service.comments.new_id` makes them, without asking the kernel for chance each time."""
    first, rest = f"{int(moment * 1000):012x}", f"{chance:016x}"
    return f"{first[:8]}-{first[8:]}-7{rest[:3]}-8{rest[1:4]}-{rest[4:]}"


Put = Callable[[Table, Sequence[Sequence[Any]]], None]


@contextmanager
def _sqlite(newsroom: Newsroom) -> Iterator[Put]:
    """Without a journal, for nobody else looks and a broken run starts anew."""
    import sqlite3

    newsroom.close()
    file = newsroom.database.engine.url.database
    assert file
    driver = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-2000000", "temp_store=FILE"):
        driver.execute(f"PRAGMA {pragma}").fetchone()
    made = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
    indexes = driver.execute(made).fetchall()
    for name, _ in indexes:
        driver.execute(f"DROP INDEX {name}")

    def put(table: Table, rows: Sequence[Sequence[Any]]) -> None:
        marks = ", ".join("?" * len(table.c))
        driver.execute("BEGIN")
        driver.executemany(f"INSERT INTO {_named(table)} VALUES ({marks})", rows)
        driver.execute("COMMIT")

    yield put
    for _, sql in indexes:
        driver.execute(sql)
    driver.execute("PRAGMA journal_mode=WAL").fetchone()
    driver.close()


_QUICK = ("fsync = off", "full_page_writes = off", "max_wal_size = '4GB'")


@contextmanager
def _postgresql(newsroom: Newsroom) -> Iterator[Put]:
    """With COPY; then vacuumed, as autovacuum would have done long ago."""
    url = newsroom.database.engine.url.render_as_string(hide_password=False)
    patient = open_database(url).engine  # the service's own connections give up after seconds
    with patient.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        run = connection.exec_driver_sql
        for setting in _QUICK:
            run(f"ALTER SYSTEM SET {setting}")
        run("SELECT pg_reload_conf()")
        run("SET session_replication_role = replica")  # foreign keys are right as they are
        run("SET maintenance_work_mem = '1GB'")
        again = _dropped(run)
        driver: Any = connection.connection.driver_connection

        def put(table: Table, rows: Sequence[Sequence[Any]]) -> None:
            if not rows:
                return
            lines = "\n".join(["\t".join(map(str, row)) for row in rows])
            with driver.cursor() as cursor, cursor.copy(f"COPY {_named(table)} FROM STDIN") as copy:
                copy.write(lines + "\n")

        yield put
        for sql in again:
            run(sql)
        run("VACUUM (ANALYZE)")
        for setting in _QUICK:
            run(f"ALTER SYSTEM RESET {setting.split()[0]}")
        run("SELECT pg_reload_conf()")
        run("CHECKPOINT")
    patient.dispose()


def _dropped(run: Callable[[str], Any]) -> list[str]:
    """Drop what can be made again later; how."""
    again = []
    named = "SELECT conname, conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint "
    for name, table, made in run(named + "WHERE contype = 'u' AND conname LIKE '%%twin%%'").all():
        again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {made}")
        run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    made = "SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'ix_%%'"
    for name, sql in run(made).all():
        again.append(sql)
        run(f"DROP INDEX {name}")
    return again


def _named(table: Table) -> str:
    return f"{table.name} ({', '.join(column.name for column in table.c)})"


def _for_copy(name: str, value: Any) -> Any:
    """A value of SQLite's as a field of PostgreSQL's COPY."""
    kind = comments.c[name].type if name in comments.c else None
    if value is None:
        return r"\N"
    if isinstance(kind, Boolean):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    plain = str(value).replace("\\", "\\\\")
    return plain.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


_SQLITE_WORDS = Words(None, 0, 1, "", lambda _name, value: value)
_COPY_WORDS = Words(r"\N", "f", "t", "+00", _for_copy)
