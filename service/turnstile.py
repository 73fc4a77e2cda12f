"""Slows whoever tries keys that are nobody's, in memory that does not grow.

Each caller falls into one of 65,536 places. A place has twenty free guesses, and one more each
second; what is over that is refused without a look. Two things keep honest sites out of it: the
same wrong key sent again is no new guess, and a key that was good from a place before is let
through there whatever its neighbours do. Every process counts for itself.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable
from typing import Final

from service.errors import TooMany

PLACES: Final = 65_536
FREE_GUESSES: Final = 20
_SECONDS_EACH: Final = 1.0
_MOST_KNOWN: Final = 4_096


class Turnstile:
    """Counts wrong keys by place. Times are seconds; ``tell`` hears "refused" or "slowed"."""

    def __init__(self, tell: Callable[[str], None] = lambda _what: None) -> None:
        self._tell = tell
        self._paid_until = array("d", bytes(8 * PLACES))
        self._last_wrong = array("Q", bytes(8 * PLACES))
        self._known: dict[tuple[int, str], None] = {}
        self._lock = threading.Lock()

    def enter(self, place: int, digest: str, now: float) -> None:
        """`TooMany` where this place has used up its guesses and the key may be one more."""
        wait = self._paid_until[place] - now - FREE_GUESSES * _SECONDS_EACH
        if not 0 < wait <= _SECONDS_EACH:  # further off than one guess: the clock was set back
            return
        if (place, digest) in self._known or self._last_wrong[place] == _short(digest):
            return
        self._tell("slowed")
        raise TooMany("too many wrong keys", int(wait) + 1)

    def wrong(self, place: int, digest: str, now: float) -> None:
        """A key was nobody's."""
        self._tell("refused")
        with self._lock:
            if self._last_wrong[place] == _short(digest):
                return
            self._last_wrong[place] = _short(digest)
            paid = self._paid_until[place]
            most = now + (FREE_GUESSES + 1) * _SECONDS_EACH
            self._paid_until[place] = min(max(paid, now) + _SECONDS_EACH, most)

    def right(self, place: int, digest: str) -> None:
        """A key was somebody's; from here it is known now. The oldest make room."""
        if (place, digest) in self._known:
            return
        with self._lock:
            self._known[place, digest] = None
            if len(self._known) > _MOST_KNOWN:
                del self._known[next(iter(self._known))]


def _short(digest: str) -> int:
    return int(digest[:16], 16)
