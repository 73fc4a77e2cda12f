"""Whose request is next: addresses take turns, so that one that floods waits for itself only."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import Final, Generic, TypeVar

T = TypeVar("T")

MOST_WAITING: Final = 256
"""Whole requests that one process keeps waiting: some seconds' work."""


class Turns(Generic[T]):
    """Waiting things by who brought them: first come, first served within each, in turn between.

    With `MOST_WAITING` there, whoever has the most is sent away, or who has no less than them.
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, deque[T]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def takes(self, who: Hashable) -> bool:
        """Whether there is room for one more of theirs."""
        if self._count < MOST_WAITING:
            return True
        most = max(map(len, self._waiting.values()))
        return self._count < 2 * MOST_WAITING and len(self._waiting.get(who, ())) + 1 < most

    def put(self, who: Hashable, what: T) -> None:
        """Wait behind what they brought before."""
        self._waiting.setdefault(who, deque()).append(what)
        self._count += 1

    def take(self) -> T:
        """The next; the one who brought it is the last to be asked again. There must be one."""
        who = next(iter(self._waiting))
        theirs = self._waiting.pop(who)
        what = theirs.popleft()
        if theirs:
            self._waiting[who] = theirs
        self._count -= 1
        return what
