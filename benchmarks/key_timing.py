"""Does the time of a refusal tell how much of a key was right? Keys that share 39 of 40 digits with
a real one against keys that share none, in turn, in the same run; and the same for a naive
comparison, letter by letter, as the peer that must be told apart.

What is printed is Welch's t between the two kinds of guesses (beyond ±4.5 the leakage assessments
of ISO/IEC 17825 speak of a leak) and the difference of the medians. Nothing here passes or fails.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean, median, variance
from time import perf_counter_ns

from service.access import Access
from service.errors import Unauthenticated
from service.storage.engine import open_database
from service.storage.migrate import migrate

COUNT = 2_000
WARM_UP = 200
KEPT = 0.9  # the slowest tenth is the machine's, not the key's
Times = tuple[list[int], list[int]]


def near(key: str) -> str:
    """All digits right but the last."""
    return key[:-1] + ("0" if key[-1] != "0" else "1")


def far(key: str) -> str:
    """Wrong from the first digit on."""
    return ("0" if key[0] != "0" else "1") + secrets.token_hex(20)[1:]


def measure(refuse: Callable[[str], None], key: str) -> Times:
    """Nanoseconds of refusals: of keys that are nearly right, and of others."""
    times: Times = ([], [])
    for number in range(COUNT + WARM_UP):
        which = secrets.randbelow(2)
        tried = far(key) if which else near(key)
        begun = perf_counter_ns()
        refuse(tried)
        if number >= WARM_UP:
            times[which].append(perf_counter_ns() - begun)
    return sorted(times[0])[: int(COUNT / 2 * KEPT)], sorted(times[1])[: int(COUNT / 2 * KEPT)]


def welch(times: Times) -> float:
    """Welch's t of the two means."""
    one, other = times
    spread = variance(one) / len(one) + variance(other) / len(other)
    return (fmean(one) - fmean(other)) / float(spread) ** 0.5


@contextmanager
def door() -> Iterator[tuple[Callable[[str], None], str]]:
    """The real look-up on a real database, with a clock that gives every guess its turn."""
    moment = [datetime(2026, 1, 1, tzinfo=UTC)]

    def now() -> datetime:
        moment[0] += timedelta(seconds=5)
        return moment[0]

    with tempfile.TemporaryDirectory() as place:
        database = open_database(f"sqlite:///{Path(place) / 'saring.db'}")
        migrate(database)
        access = Access(database, secrets.token_bytes(32), now)

        def refuse(key: str) -> None:
            try:
                access.site(key)
            except Unauthenticated:
                return

        yield refuse, access.add_site("default").key
        database.engine.dispose()


def naive(real: str) -> Callable[[str], None]:
    """Letter by letter, ending at the first that differs: what `==` does, slow enough to see."""

    def refuse(key: str) -> None:
        for mine, theirs in zip(real, key, strict=True):
            if mine != theirs:
                return

    return refuse


def main() -> None:
    """Print both as a table."""
    with door() as (refuse, key):
        measured = {"the door": measure(refuse, key), "letter by letter": measure(naive(key), key)}
    print(f"{'':18}{'near, ns':>14}{'far, ns':>14}{'difference':>12}{'t':>9}")
    for name, times in measured.items():
        one, other = median(times[0]), median(times[1])
        told = f"{one:>14,.0f}{other:>14,.0f}{one - other:>+12,.0f}{welch(times):>+9.1f}"
        print(f"{name:18}{told}")


if __name__ == "__main__":
    main()
