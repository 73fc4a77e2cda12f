"""Connections shared evenly between the workers of one server.

Whoever is awake accepts, so a client that opens its connections at once gives most of them to one
worker, which then works for all while the others sleep. Connections are kept alive, so that lasts.
A worker that holds more than another lets a new connection wait a moment for the other one.
"""

from __future__ import annotations

from mmap import mmap
from struct import Struct
from time import monotonic
from typing import Final

PATIENCE_SECONDS: Final = 0.02  # longer than a worker that is well needs to take a connection
_COUNT: Final = Struct("i")
_NOBODY: Final = -1


class Shares:
    """How many connections each worker holds, in memory that all of them see. Made before forks."""

    def __init__(self, workers: int) -> None:
        self._size = 2 * workers  # old and new ones are there together while a server reloads
        self._memory = mmap(-1, self._size * _COUNT.size)
        for place in range(self._size):
            self.put(place, _NOBODY)

    def join(self) -> Share:
        """A place for a worker that is about to be forked."""
        for place, count in enumerate(self.counts()):
            if count == _NOBODY:
                self.put(place, 0)
                return Share(self, place)
        return Share(self, None)

    def leave(self, share: Share) -> None:
        """The worker is gone, and its connections with it."""
        if share.place is not None:
            self.put(share.place, _NOBODY)

    def put(self, place: int, count: int) -> None:
        """Write one count; four aligned bytes, so that nobody reads half of it."""
        _COUNT.pack_into(self._memory, place * _COUNT.size, count)

    def counts(self) -> list[int]:
        """Every place's count."""
        return [count for (count,) in _COUNT.iter_unpack(self._memory[:])]


class Share:
    """One worker's view of it. ``place`` is None where there was none left: it takes all."""

    def __init__(self, shares: Shares, place: int | None) -> None:
        self.place = place
        self._shares = shares
        self._declined = self._first_declined = 0.0

    def tell(self, held: int) -> None:
        """Let the others know how many connections this worker holds."""
        if self.place is not None:
            self._shares.put(self.place, held)

    def takes(self, held: int) -> bool:
        """Whether the connection that waits is for this worker, which holds so many."""
        self.tell(held)
        others = [count for count in self._shares.counts() if count != _NOBODY]
        if self.place is None or held <= min(others):
            return True
        now = monotonic()
        if now - self._declined > PATIENCE_SECONDS:
            self._first_declined = now
        self._declined = now
        return now - self._first_declined > PATIENCE_SECONDS
