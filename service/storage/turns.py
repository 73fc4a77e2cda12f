"""Who writes to SQLite next: the threads of a process, and the processes of a machine, in a queue.

SQLite takes one writer at a time, and whoever finds it taken sleeps for 1, 2, 5, 10 … milliseconds,
longer than most writes take. So threads queue at a lock, and processes at a file's lock, which the
kernel frees when its holder dies. It is a courtesy: SQLite's own lock decides, so whoever cannot
open the file, or has waited long enough, goes on to that.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from threading import Lock
from time import monotonic, sleep
from typing import Final

PATIENCE_SECONDS: Final = 1.0
_FIRST, _LONGEST = 0.0002, 0.002  # seconds between two looks


class Turns:
    """A context in which nobody else of this machine who asks here writes to one database."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._threads = Lock()
        self._file: int | None = None
        self._pid = 0

    def __enter__(self) -> None:
        self._threads.acquire()
        try:
            file = self._opened()
            if file is not None:
                _take(file)
        except BaseException:  # an interrupt, say
            self._threads.release()
            raise

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            with suppress(OSError):
                fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def __del__(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                os.close(self._file)

    def _opened(self) -> int | None:
        """This process's own hold on the file: a forked child that shared it would share turns."""
        if self._pid != os.getpid():
            self._pid, self._file = os.getpid(), None
            with suppress(OSError):
                self._file = os.open(self._path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file


def _take(file: int) -> None:
    """Wait for the file's lock, but not for ever: its holder may be stopped."""
    pause, until = _FIRST, 0.0
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            now = monotonic()
            until = until or now + PATIENCE_SECONDS
            if now > until:
                return
            sleep(pause)
            pause = min(pause * 1.2, _LONGEST)
        else:
            return
