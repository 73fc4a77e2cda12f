"""Prometheus metrics that add up over several gunicorn workers. Codes and numbers only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    Metric,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from service.comments import Decision

GAUGES: Final = {
    "queue_size": "Comments waiting for a moderator.",
    "outbox_waiting": "Messages to webhooks that wait.",
    "outbox_oldest_seconds": "For how long the oldest of them has been waiting.",
    "outbox_dead": "Messages to webhooks that were given up.",
    "drift_alarms": "Measures by which the latest week's comments have moved: see /models.",
    "model_refused": "1 while a promoted model is refused and an earlier one goes on.",
}
_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)


class LiveError(NamedTuple):
    """How often the machine erred in one way and language: `share` is low, estimate and high."""

    kind: str
    language: str
    checked: int
    share: tuple[float, float, float]


class Metrics:
    """The meters of one process. With a shared directory, every process answers for all."""

    def __init__(self, *, shared: bool) -> None:
        self._registry = CollectorRegistry()
        self._shared = shared
        self._kept: dict[tuple[Any, ...], Any] = {}
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

        self._wrong_keys = Counter(
            "saring_wrong_keys", "Keys that are nobody's: refused, or slowed without a look.",
            ["answer"], registry=self._registry,
        )  # fmt: skip

    def phase(self, name: str, seconds: float) -> None:
        """Count one phase of one submission."""
        _child(self._phases, self._kept, name).observe(seconds)

    def judged(self, decision: Decision) -> None:
        """Count a decision; test strings do not come here."""
        _child(self._verdicts, self._kept, decision.verdict, decision.rule).inc()
        _child(self._models, self._kept, decision.model_version).inc()
        for signal in decision.reasons:
            _child(self._reasons, self._kept, signal.code).inc()

    def scorer_failed(self, error: Exception) -> None:
        """Count an error of the scorer by its type; its message may quote the text."""
        self._scorer_failures.labels(type(error).__name__).inc()

    def wrong_key(self, answer: str) -> None:
        """Count a key that was refused, or slowed because its caller had tried too many."""
        self._wrong_keys.labels(answer).inc()

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count one request by its route's pattern, never by its path."""
        _child(self._requests, self._kept, route, str(status)).observe(seconds)

    def exposition(
        self, gauges: Mapping[str, float], model_version: str, errors: Iterable[LiveError] = ()
    ) -> tuple[bytes, str]:
        """Everything in Prometheus' text format, with its content type.

        ``gauges`` has what is read when asked, by the names in `GAUGES`.
        """
        registry = CollectorRegistry() if self._shared else self._registry
        if self._shared:
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        asked = _Asked([*_gauges(gauges), _model(model_version), *_live_errors(errors)])
        return generate_latest(registry) + generate_latest(asked), CONTENT_TYPE_LATEST


class _Asked(Collector):
    """What is read when asked. A `Gauge` would be kept in the files that workers share, and be told
    by all of them for ever: each worker's last queue, each model that there was."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        """The families as they were given."""
        return iter(self._families)


def _child(metric: Any, kept: dict[tuple[Any, ...], Any], *labels: str) -> Any:
    """A metric with its labels; remembered, for finding it takes longer than counting on it."""
    place = (metric, *labels)
    child = kept.get(place)
    if child is None:
        child = kept[place] = metric.labels(*labels)
    return child


def _gauges(told: Mapping[str, float]) -> Iterator[Metric]:
    for name, value in told.items():
        yield GaugeMetricFamily(f"saring_{name}", GAUGES[name], value=value)


def _model(version: str) -> Metric:
    model = GaugeMetricFamily("saring_model", "The model in use.", labels=["version"])
    model.add_metric([version], 1)
    return model


def _live_errors(errors: Iterable[LiveError]) -> tuple[Metric, Metric]:
    """The machine's errors on spot checks; where nothing was checked there is no estimate."""
    labels = ["kind", "language"]
    checked = GaugeMetricFamily("saring_spot_checks", "Spot checks ruled on.", labels=labels)
    share = GaugeMetricFamily(
        "saring_live_error_share",
        "Share of spot checks on which a person disagreed, with its 95 % Wilson interval.",
        labels=[*labels, "bound"],
    )
    for error in errors:
        checked.add_metric([error.kind, error.language], error.checked)
        for bound, value in zip(("low", "estimate", "high"), error.share, strict=True):
            share.add_metric([error.kind, error.language, bound], value)
    return checked, share
