"""What is told of a crash: its kind and its place. What it says may be what somebody wrote."""

from __future__ import annotations

import resource
import sys
import threading

import click


def tell_nothing_of_crashes() -> None:
    """For a whole process: no trace quotes an exception, and no core dump holds the memory."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    sys.excepthook = lambda _kind, error, _trace: _crashed(error)
    threading.excepthook = lambda told: _crashed(told.exc_value)
    sys.unraisablehook = lambda told: _crashed(told.exc_value)


def _crashed(error: BaseException | None) -> None:
    """One line: the kind of the error and where it happened, never its words."""
    from service import logs  # structlog takes its time, and mostly nothing crashes

    if isinstance(error, KeyboardInterrupt):
        click.echo("saring: interrupted", err=True)
    elif error is not None:
        place = ", ".join(logs.places(error)[-3:])
        click.echo(f"saring: crashed: {type(error).__name__} at {place}", err=True)
