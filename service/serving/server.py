"""`saring serve`: gunicorn with the app loaded before the fork, quiet about what clients send."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected

from service import logs
from service.serving.connection import plain_answer
from service.serving.reception import PatientWorker
from service.serving.sharing import Share, Shares
from service.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_A_MOMENT: Final = 0.0005
_MEMORY: Final = Path("/dev/shm")  # noqa: S108  what is made there is its owner's alone
_OURS: Final = "saring-"
_GARBAGE: Final = (20_000, 20, 20)
"""Python's own 700 look for cycles at every request, and find next to none."""


class QuietLogger(Logger):  # type: ignore[misc]
    """gunicorn's own log, without the request's words: a bad header may hold an address."""

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Log where it broke, not what it said."""
        error = sys.exc_info()[1]
        if error is not None:
            logs.crash("server_error", error)

    def debug(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Debug lines of the server quote requests; they are left out."""


class QuietWorker(PatientWorker):
    """A worker that answers unreadable requests without repeating them, and leaves new
    connections to a worker that has fewer."""

    share: Share

    def accept(self, listener: Any) -> None:
        """Take a connection, unless it is another's turn; the poller then asks again."""
        if self.share.takes(self.nr_conns):
            super().accept(listener)
        else:
            time.sleep(_A_MOMENT)

    def notify(self) -> None:
        """Tell the supervisor that this worker is well, and the others how much it holds."""
        super().notify()
        self.share.tell(self.nr_conns)

    def is_parent_alive(self) -> bool:
        """Whether there still is a supervisor. An orphan ends as on SIGTERM: its clients would keep
        it for as long as they ask."""
        alive: bool = super().is_parent_alive()
        if not alive:
            self.alive = False
        return alive

    def handle_error(self, _req: Any, client: Any, _addr: Any, exc: BaseException) -> None:
        """Answer 400 and close, or 500 for anything that is no parse error."""
        if isinstance(exc, ParseException):
            answer = plain_answer(400, "The request cannot be read.")
        else:
            logs.crash("server_error", exc)
            answer = plain_answer(500, "Internal error.")
        try:
            client.sendall(answer)
        except OSError:
            return


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn for one app that is made already."""

    def __init__(self, app: Flask, settings: Settings, when_ready: Any) -> None:
        self._app = app
        self._settings = settings
        self._when_ready = when_ready
        self._shares = Shares(settings.workers)
        super().__init__()

    def load_config(self) -> None:
        """What the settings say, and what this service needs."""
        chosen = {
            "bind": self._settings.bind,
            "workers": self._settings.workers,
            "threads": self._settings.threads,
            "worker_class": "service.serving.server.QuietWorker",
            "logger_class": "service.serving.server.QuietLogger",
            "preload_app": True,
            "proc_name": "saring",
            "loglevel": "warning",
            "graceful_timeout": 30,
            "keepalive": 5,
            "limit_request_line": 8190,
            "sendfile": False,  # it would write past the buffer that slow readers have
            "forwarded_allow_ips": "",
            "worker_tmp_dir": str(_MEMORY) if _MEMORY.is_dir() else None,
            "pre_fork": self._forking,
            "post_fork": self._forked,
            "child_exit": self._gone,
            "when_ready": self._when_ready,
            "on_exit": lambda _server: forget_shared_metrics(self._settings.home),
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """The app, made before the fork so that workers share the model's memory."""

        def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            environ["wsgi.input"] = _Body(environ["wsgi.input"])
            return self._app(environ, start)

        return app

    def _forking(self, _server: Any, worker: Any) -> None:
        if not gc.get_freeze_count():
            gc.collect()
            gc.freeze()  # what workers share is never garbage, and is not copied by looking at it
        worker.share = self._shares.join()

    def _gone(self, _server: Any, worker: Any) -> None:
        self._shares.leave(worker.share)
        _forget_worker(worker)

    def _forked(self, _server: Any, _worker: Any) -> None:
        gc.set_threshold(*_GARBAGE)
        self._app.extensions["saring"]["database"].close()
        for housekeeper in self._app.extensions["saring"]["housekeepers"]:
            housekeeper.start()


class _Body:
    """A request body whose broken framing is the client's fault, not a crash of ours."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int | None = None) -> bytes:
        try:
            data: bytes = self._stream.read(size)
        except (ParseException, OSError):
            raise ClientDisconnected from None
        return data


def prepare_shared_metrics(home: Path) -> None:
    """Point Prometheus at a fresh directory that all workers write to; before it is imported.

    In memory where the machine has a place for that: these are mapped files, and the system kills
    whoever writes to a mapped page that a full disk cannot hold.
    """
    directory = home / "run" / "metrics"
    forget_shared_metrics(home)
    directory.parent.mkdir(exist_ok=True)
    if _MEMORY.is_dir():
        directory.symlink_to(tempfile.mkdtemp(prefix=_OURS, dir=_MEMORY))
    else:
        directory.mkdir()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(directory)


def forget_shared_metrics(home: Path) -> None:
    """Remove what this or an earlier server counted."""
    directory = home / "run" / "metrics"
    if directory.is_symlink():
        place = directory.readlink()
        if place.parent == _MEMORY and place.name.startswith(_OURS):
            shutil.rmtree(place, ignore_errors=True)
        directory.unlink()
    shutil.rmtree(directory, ignore_errors=True)


def _forget_worker(worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
