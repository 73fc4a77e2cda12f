"""The real service as a process of its own: started, asked, killed, looked into."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests

from service.serving.server import forget_shared_metrics

COMMAND = [sys.executable, "-c", "from service.cli import main; main()"]
PATIENCE = 240.0  # a starved machine is slow, not broken; what is right is sooner done
ROOT = Path(__file__).parent.parent


def until(happened: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Ask again and again, for a bounded time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = happened()
        if result:
            return result
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def saring(
    *arguments: str, home: Path, stdin: str = "", root: Path = ROOT, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end. ``root``: the clone of the release that it is of."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(home, settings),
        cwd=root,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def environment(home: Path, settings: dict[str, str]) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("SARING_")}
    ours = {f"SARING_{name.upper()}": value for name, value in settings.items()}
    return {**env, "SARING_HOME": str(home), **ours}


@contextmanager
def dask_cluster(*, processes: bool) -> Iterator[str]:
    """The address of a Dask cluster on loopback: two workers that are processes, or threads of us.

    Either kind talks TCP. Processes take seconds to start, on a busy machine a minute.
    """
    import dask
    from distributed import LocalCluster

    patience = {f"distributed.comm.timeouts.{name}": "120s" for name in ("connect", "tcp")}
    told = {f"DASK_{name.upper().replace('.', '__')}": time for name, time in patience.items()}
    there = {"env": {"PYTHONPATH": str(ROOT), **told}} if processes else {}
    with dask.config.set(patience), LocalCluster(
        n_workers=2, threads_per_worker=1, processes=processes, protocol="tcp://",
        host="127.0.0.1", dashboard_address=None, **there,
    ) as found:  # fmt: skip
        yield found.scheduler_address


class Service:
    """`saring serve` on a free port, with a home and the files its output goes to.

    ``root``: the clone of the release that starts next.
    """

    def __init__(self, directory: Path, *, root: Path = ROOT, **settings: str) -> None:
        directory.mkdir(exist_ok=True)
        self.root = root
        self.home = directory / "home"
        self.output = directory / "output"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.settings = {"bind": f"127.0.0.1:{self.port}", "workers": "2", **settings}
        self.process: subprocess.Popen[bytes] | None = None
        self.key = ""
        self._said_before = 0

    def start(self) -> Service:
        self._said_before = len(self.said())
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [*COMMAND, "serve"],
                env=environment(self.home, self.settings),
                cwd=self.root,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        until(self._answers_or_ended, "the service answers")
        assert self.process.poll() is None, self.said()
        found = re.search(r"^  key +([0-9a-f]{40})$", self.said(), re.MULTILINE)
        self.key = found[1] if found else self.key
        return self

    def restart(self) -> Service:
        """Start again as a supervisor does: until the orphans of a killed master let go."""

        def started() -> bool:
            try:
                self.start()
            except AssertionError:
                return False
            return True

        until(started, "it starts again")
        return self

    def stop(self) -> int:
        """Ask it to end, as a supervisor does; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End every process of it at once, if any is left."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            self.process.wait(PATIENCE)
            with suppress(OSError):  # a test may have made the disk read-only
                forget_shared_metrics(self.home)  # in memory; the next start in this home would

    def workers(self) -> list[int]:
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def said(self) -> str:
        return self.output.read_text() if self.output.exists() else ""

    def request(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.key}", **kwargs.pop("headers", {})}
        url = self.address + path
        return requests.request(method, url, headers=headers, timeout=PATIENCE, **kwargs)

    def raw(self, sent: bytes | Sequence[bytes]) -> bytes:
        """Send bytes as they are, and read whatever comes back until it ends or is silent."""
        got = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=3) as connection:
            try:
                connection.sendall(sent if isinstance(sent, bytes) else b"".join(sent))
                connection.shutdown(socket.SHUT_WR)
                while more := connection.recv(65_536):
                    got += more
            except OSError:
                return got
        return got

    def _answers_or_ended(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            return True
        try:
            return requests.get(f"{self.address}/healthz", timeout=2).ok and self._greeted()
        except requests.RequestException:
            return False

    def _greeted(self) -> bool:
        """It says so itself: an orphan of a killed master may still answer on the port."""
        return "Post a comment:" in self.said()[self._said_before :]
