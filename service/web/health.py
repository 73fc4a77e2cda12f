"""Live, ready, measured: what a supervisor, a load balancer and Prometheus ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, jsonify

Checks = Mapping[str, Callable[[], str]]


def blueprint(
    checks: Checks, metrics: Callable[[], tuple[bytes, str]], remarks: Checks
) -> Blueprint:
    """The routes /healthz, /readyz and /metrics.

    Each check returns an empty string, or why it fails. A remark is told where it says anything,
    and keeps nobody away.
    """
    door = Blueprint("health", __name__)

    @door.get("/healthz")
    def live() -> Response:
        return jsonify({"status": "ok"})

    @door.get("/readyz")
    def ready() -> tuple[Response, int]:
        failures = {name: check() for name, check in checks.items()}
        said = {name: failure or "ok" for name, failure in failures.items()}
        said |= {name: text for name, remark in remarks.items() if (text := remark())}
        good = not any(failures.values())
        return jsonify({"status": "ok" if good else "not ready", **said}), 200 if good else 503

    @door.get("/metrics")
    def measured() -> Response:
        body, content_type = metrics()
        return Response(body, content_type=content_type)

    return door
