"""Logs as JSON lines: ids, codes and numbers only, one file a day in the home."""

from __future__ import annotations

import json
import logging
import os
import time
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final

import structlog

_DAY: Final = 86_400
_bound: Final[list[Any]] = []  # one, from the first configuration on
_ENCODER: Final = json.JSONEncoder(ensure_ascii=True, default=repr)


def configure(directory: Path, level: str) -> None:
    """Send the house's events to ``directory/saring-DATE.jsonl``; several processes may append."""
    directory.mkdir(parents=True, exist_ok=True)
    close()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _as_line,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=_DailyFile(directory),
        cache_logger_on_first_use=True,
    )
    _bound[:] = [structlog.get_logger().bind()]


def close() -> None:
    """Close the file that events go to; the next event opens it again."""
    writer = _writer()
    if isinstance(writer, _DailyFile):
        writer.close()


def get() -> Any:
    """The logger: ``get().info("event", code=…)``."""
    return _bound[0] if _bound else structlog.get_logger()


def _as_line(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> str:
    return _ENCODER.encode(event)


def _writer() -> Any:
    return structlog.get_config()["logger_factory"]


def request(method: str, route: str, status: int, seconds: float) -> None:
    """Log one answered request, as `get` would, without the way through structlog: every answer
    waits for it."""
    if not (_bound and _bound[0].is_enabled_for(logging.INFO)):
        return
    told = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 2)}
    told |= {
        "event": "request",
        "level": "info",
        "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
    }
    _writer().msg(_ENCODER.encode(told))


def crash(event: str, error: BaseException, **more: Any) -> None:
    """Log an exception by type and place. Its message and locals may hold what people wrote."""
    get().error(event, type=type(error).__name__, trace=places(error), **more)


def places(error: BaseException) -> list[str]:
    """Where an exception came by, the last dozen places: file, line and function."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames[-12:]]


class _DailyFile:
    """A logger factory that writes whole lines in append mode to a file named by the day."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._file: int | None = None
        self._until = 0.0
        self._one_at_a_time = Lock()

    def __call__(self, *_names: Any) -> _DailyFile:
        return self

    def close(self) -> None:
        """Close the file; the next line opens one again."""
        if self._file is not None:
            os.close(self._file)
        self._file, self._until = None, 0.0

    def msg(self, line: str) -> None:
        with self._one_at_a_time, suppress(OSError):  # a full disk costs the line, not the answer
            os.write(self._today(), f"{line}\n".encode())

    def _today(self) -> int:
        now = time.time()
        if self._file is None or not self._until - _DAY <= now < self._until:
            self.close()
            path = self._directory / f"saring-{time.strftime('%Y-%m-%d', time.gmtime(now))}.jsonl"
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            self._until = (now // _DAY + 1) * _DAY
        return self._file

    debug = info = warning = warn = error = critical = fatal = exception = log = msg
