"""How the service is: what /healthz, /readyz and /metrics are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from service.errors import ServiceError
from service.metrics import LiveError, Metrics
from service.models.drift import Drift
from service.models.following import Follower
from service.moderation import Moderation
from service.review import Review
from service.storage import outbox, store
from service.storage.engine import Database
from service.storage.migrate import pending, prove_writable


@dataclass(frozen=True, slots=True)
class Vitals:
    """Asks the parts of one application how they are."""

    database: Database
    moderation: Moderation
    metrics: Metrics
    follower: Follower
    drift: Drift
    review: Review
    now: Callable[[], datetime]

    def checks(self) -> dict[str, Callable[[], str]]:
        """What must be well for requests to come in; each says what is wrong, or nothing."""
        return {
            "model": lambda: getattr(self.moderation.scorer, "reason", ""),
            "database": lambda: _failure_of(lambda: prove_writable(self.database)),
            "migrations": lambda: _failure_of(lambda: pending(self.database)),
        }

    def remarks(self) -> dict[str, Callable[[], str]]:
        """What is worth knowing and stops nothing."""
        return {"promoted_model": lambda: self.follower.refused}

    def exposition(self) -> tuple[bytes, str]:
        """Everything for Prometheus, with its content type; without a database, what needs none."""
        errors: list[LiveError] = []
        try:
            gauges = {**self._stored(), "drift_alarms": len(self.drift.alarms())}
            errors = [*self._errors()]
        except ServiceError:
            gauges = {}
        gauges["model_refused"] = float(bool(self.follower.refused))
        return self.metrics.exposition(gauges, self.moderation.scorer.version, errors)

    def _errors(self) -> Iterator[LiveError]:
        """What spot checks say of the machine on all sites together."""
        for language, found in self.review.live_errors().items():
            kinds = {"missed": found.missed, "wrongly_rejected": found.wrongly_rejected}
            for kind, rate in kinds.items():
                if rate.checked:
                    low, high = rate.interval
                    share = (low, rate.errors / rate.checked, high)
                    yield LiveError(kind, language, rate.checked, share)

    def _stored(self) -> dict[str, float]:
        with self.database.read() as tx:
            backlog = outbox.backlog(tx)
            waited = (self.now() - backlog.since).total_seconds() if backlog.since else 0.0
            return {
                "queue_size": store.held_count(tx),
                "outbox_waiting": backlog.waiting,
                "outbox_oldest_seconds": max(waited, 0.0),
                "outbox_dead": backlog.dead,
            }


def _failure_of(check: Callable[[], object]) -> str:
    """What a check says is wrong, by its answer or by an error of the house."""
    try:
        said = check()
    except ServiceError as error:
        return str(error)
    return said if isinstance(said, str) else ""
