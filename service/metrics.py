"""Prometheus metrics that add up over several gunicorn workers. Codes and numbers only."""

from __future__ import annotations

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

from service.comments import Decision

_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)


class Metrics:
    """The meters of one process. With a shared directory, every process answers for all."""

    def __init__(self, *, shared: bool) -> None:
        self._registry = CollectorRegistry()
        self._shared = shared
        self._verdicts = Counter(
            "saring_verdicts", "Comments judged.", ["verdict", "rule"], registry=self._registry
        )
        self._reasons = Counter(
            "saring_reasons", "Reasons given.", ["code"], registry=self._registry
        )
        self._models = Counter(
            "saring_model_decisions", "Decisions by model.", ["version"], registry=self._registry
        )
        self._phases = Histogram(
            "saring_phase_seconds", "Time per phase of a submission.", ["phase"],
            buckets=_FAST, registry=self._registry,
        )  # fmt: skip
        self._requests = Histogram(
            "saring_request_seconds", "Time per request.", ["route", "status"],
            buckets=_FAST, registry=self._registry,
        )  # fmt: skip
        self._scorer_failures = Counter(
            "saring_scorer_failures", "Errors of the scorer; each held a comment.", ["type"],
            registry=self._registry,
        )  # fmt: skip

    def phase(self, name: str, seconds: float) -> None:
        """Count one phase of one submission."""
        self._phases.labels(name).observe(seconds)

    def judged(self, decision: Decision) -> None:
        """Count a decision; test strings do not come here."""
        self._verdicts.labels(decision.verdict, decision.rule).inc()
        self._models.labels(decision.model_version).inc()
        for signal in decision.reasons:
            self._reasons.labels(signal.code).inc()

    def scorer_failed(self, error: Exception) -> None:
        """Count an error of the scorer by its type; its message may quote the text."""
        self._scorer_failures.labels(type(error).__name__).inc()

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count one request by its route's pattern, never by its path."""
        self._requests.labels(route, str(status)).observe(seconds)

    def exposition(
        self, *, queue_size: int | None, model_version: str, model_refused: bool
    ) -> tuple[bytes, str]:
        """Everything in Prometheus' text format, with its content type."""
        registry = CollectorRegistry() if self._shared else self._registry
        if self._shared:
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        body = generate_latest(registry)
        body += _gauges(queue_size, model_version, model_refused=model_refused)
        return body, CONTENT_TYPE_LATEST


def _gauges(queue_size: int | None, model_version: str, *, model_refused: bool) -> bytes:
    """What is read when asked; made afresh, so that no worker's copy can be stale."""
    registry = CollectorRegistry()
    if queue_size is not None:
        queue = Gauge("saring_queue_size", "Comments waiting for a moderator.", registry=registry)
        queue.set(queue_size)
    model = Gauge("saring_model", "The model in use.", ["version"], registry=registry)
    model.labels(model_version).set(1)
    refused = Gauge(
        "saring_model_refused", "1 while a promoted model is refused and an earlier one goes on.",
        registry=registry,
    )  # fmt: skip
    refused.set(model_refused)
    return generate_latest(registry)
