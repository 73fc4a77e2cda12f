"""What is asked of a newsroom, and how long it takes beside another one that stores less."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from time import perf_counter

from benchmarks.growing.newsroom import Newsroom
from benchmarks.load import comments as made
from service import retention
from service.checks.sketch import sketch
from service.comments import Arrival
from service.errors import ServiceError
from service.storage import company, drift, store

LOOKED_UP, LOOKS = 200, 7
BATCH, BATCHES = 50, 15
PAGE_ROUNDS = 7
PAGES = {
    "queue": "/queue",
    "one tab": "/queue?tab=accepted",
    "search, a common word": "/queue?tab=all&text=yang",
    "search, no match": "/queue?tab=all&text=jarumjerami",
    "dashboard": "/dashboard",
    "metrics": "/metrics",
    "events": "/v1/events?limit=100",
}


def arrivals() -> Iterator[Arrival]:
    """Endless comments that nobody has posted yet."""
    for row in made(7):
        yield Arrival(**row)


def submitting(grown: Newsroom, empty: Newsroom, feed: Iterator[Arrival]) -> dict[str, float]:
    """Microseconds of a comment, all of it but HTTP, and comments a second as a share of the
    empty one's; medians of batches by turns."""
    pairs = []
    for _ in range(BATCHES + 1):
        batch = list(itertools.islice(feed, BATCH))
        pairs.append((_submitted(grown, batch), _submitted(empty, batch)))
    del pairs[0]
    return {
        "submit_us": round(statistics.median(grown for grown, _ in pairs)),
        "share_of_empty": round(statistics.median(empty / grown for grown, empty in pairs), 2),
    }


def _submitted(newsroom: Newsroom, batch: list[Arrival]) -> float:
    start = perf_counter()
    for arrival in batch:
        newsroom.moderation.submit(newsroom.site, arrival)
    return (perf_counter() - start) / len(batch) * 1e6


def looking_up(newsroom: Newsroom) -> int:
    """Microseconds of sketching a text and finding its near copies; the median round."""
    texts = [row["content"] for row in itertools.islice(made(1), LOOKED_UP)]
    rounds = []
    for _ in range(LOOKS):
        start = perf_counter()
        with newsroom.database.read() as tx:
            for text in texts:
                keys = sketch(text, newsroom.site.id).bands
                company.candidates(tx, keys or (0,), datetime.now(UTC))
        rounds.append((perf_counter() - start) / LOOKED_UP * 1e6)
    return round(statistics.median(rounds))


def pages(grown: Newsroom, small: Newsroom) -> dict[str, tuple[float, float]]:
    """Milliseconds of whole pages and of what runs by itself, in the grown and in the small one."""
    asked: dict[str, Callable[[Newsroom], object]] = {
        name: lambda n, path=path: n.ask(path) for name, path in PAGES.items()
    }
    asked["a round of rejudging"] = lambda n: n.moderation.rejudge_held()
    asked["a week's sample for drift"] = _sampled
    return {name: _in_turn(ask, grown, small) for name, ask in asked.items()}


def _sampled(newsroom: Newsroom) -> None:
    now = datetime.now(UTC)
    with newsroom.database.read() as tx:
        drift.sample(tx, now - timedelta(days=7), now, 1_000)


def _in_turn(
    ask: Callable[[Newsroom], object], grown: Newsroom, small: Newsroom
) -> tuple[float, float]:
    """Medians; what takes seconds is asked fewer times."""
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(PAGE_ROUNDS):
        for newsroom, times in zip((grown, small), took, strict=True):
            start = perf_counter()
            ask(newsroom)
            times.append((perf_counter() - start) * 1000)
        if number > 1 and times and max(took[0]) > 3_000:
            break
    large, few = (statistics.median(times[1:]) for times in took)
    return round(large, 1), round(few, 1)


def purging(newsroom: Newsroom, feed: Iterator[Arrival], least: int) -> dict[str, float]:
    """Retention over the oldest comments while others are posted: milliseconds for a thousand, and
    the longest that one of those others had to wait."""
    due = _moment_of(newsroom, least)
    waits, done = [0.0], Event()

    def post() -> None:
        while not done.wait(0.02):
            start = perf_counter()
            with suppress(ServiceError):
                newsroom.moderation.submit(newsroom.site, next(feed))
            waits.append(perf_counter() - start)

    poster = Thread(target=post, daemon=True)
    poster.start()
    start = perf_counter()
    counts = retention.purge(newsroom.database, 1, due + timedelta(days=1))
    took = perf_counter() - start
    done.set()
    poster.join(30)
    erased = max(counts["comments"], 1)
    return {
        "purged": counts["comments"],
        "purge_ms_per_thousand": round(took / erased * 1e6),
        "purge_longest_wait_ms": round(max(waits) * 1000),
    }


def _moment_of(newsroom: Newsroom, number: int) -> datetime:
    """When the comment came that so many are older than."""
    from sqlalchemy import select

    from service.storage.tables import comments

    place = select(comments.c.created_at).order_by(comments.c.id).offset(number).limit(1)
    with newsroom.database.read() as tx:
        return tx.execute(place).scalar_one()


def bytes_stored(newsroom: Newsroom) -> int:
    """The size of the database, indexes included."""
    with newsroom.database.read() as tx:
        if newsroom.database.is_sqlite:
            pages_ = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages_) * int(tx.exec_driver_sql("PRAGMA page_size").scalar_one())
        asked = "SELECT pg_database_size(current_database())"
        return int(tx.exec_driver_sql(asked).scalar_one())


def waiting(newsroom: Newsroom) -> int:
    """How many comments are held."""
    with newsroom.database.read() as tx:
        return store.held_count(tx)
