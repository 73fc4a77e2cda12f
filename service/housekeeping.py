"""What must happen by itself while the service runs, in one quiet thread per worker."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from typing import Final

from service import logs
from service.errors import ServiceError

_EVERY_SECONDS: Final = 20.0

Task = Callable[[], int]


class Housekeeper:
    """Runs every task in turn, over and over; a task says how much it did.

    Every worker of every machine may run the same tasks at the same time, so each must be safe
    against its double; the pauses are jittered so that they seldom meet.
    """

    def __init__(self, tasks: Mapping[str, Task], every_seconds: float = _EVERY_SECONDS) -> None:
        self._tasks = tasks
        self._every_seconds = every_seconds
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin, in a thread that ends with the process. Call it after the fork."""
        threading.Thread(target=self._run, name="housekeeping", daemon=True).start()

    def stop(self) -> None:
        """End before the next round."""
        self._stopped.set()

    def once(self) -> dict[str, int]:
        """One round: what each task did; a failure is logged and costs only that task."""
        return {name: self._attempt(name, task) for name, task in self._tasks.items()}

    def _run(self) -> None:
        while not self._stopped.wait(self._every_seconds * random.uniform(0.5, 1.5)):  # noqa: S311
            self.once()

    def _attempt(self, name: str, task: Task) -> int:
        try:
            done = task()
        except ServiceError as error:
            logs.get().warning("housekeeping_failed", task=name, why=error.slug)
            return 0
        except Exception as error:  # noqa: BLE001  the thread must live on
            logs.crash("housekeeping_crashed", error, task=name)
            return 0
        if done:
            logs.get().info("housekeeping", task=name, done=done)
        return done
