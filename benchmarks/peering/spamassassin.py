"""SpamAssassin: spamd with one child and local tests only, asked by spamc's own protocol.

Bayes is taught with sa-learn, and does not learn by itself meanwhile.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peering.peer import LeftOut, Row, free_port, message, used_by

_SETTINGS = """
use_bayes 1
bayes_auto_learn 0
bayes_path {home}/bayes/db
bayes_file_mode 0777
lock_method flock
"""
_SCORE = re.compile(rb"^Spam: \w+ ; (-?[\d.]+) /", re.MULTILINE)
_PATIENCE = 120


class SpamAssassin:
    """A running spamd."""

    name = "SpamAssassin"
    way = "spamc's protocol, a connection each"

    def __init__(self, port: int, pid: int) -> None:
        self._port, self._pid = port, pid

    def score(self, text: str) -> float:
        """The points of all its rules."""
        body = message(text)
        head = f"CHECK SPAMC/1.5\r\nContent-length: {len(body)}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", self._port), timeout=60) as line:
            line.sendall(head + body)
            line.shutdown(socket.SHUT_WR)
            answer = b""
            while more := line.recv(65_536):
                answer += more
        found = _SCORE.search(answer)
        if not found:
            raise OSError("spamd gave no score")
        return float(found[1])

    def processor_seconds(self) -> float:
        """Of spamd and its child."""
        return used_by((self._pid,))


@contextmanager
def spamassassin(home: Path, rows: Sequence[Row]) -> Iterator[SpamAssassin]:
    """One that has learnt these rows, and is gone afterwards."""
    server, teacher = shutil.which("spamd"), shutil.which("sa-learn")
    if not server or not teacher:
        raise LeftOut("apt-get install spamd spamc")
    site = home / "site"
    shutil.copytree("/etc/spamassassin", site, ignore=shutil.ignore_patterns("*.d", "sa-update*"))
    with (site / "local.cf").open("a") as local:
        local.write(_SETTINGS.format(home=home))
    (home / "bayes").mkdir()
    for place in (home, home / "bayes", site):
        place.chmod(0o777)
    for kind in (0, 1):
        folder = home / f"kind{kind}"
        folder.mkdir()
        for number, (text, spam) in enumerate(rows):
            if spam == kind:
                (folder / f"{number}.eml").write_bytes(message(text, number))
        teach = [teacher, "--siteconfigpath", str(site), "--no-sync", "--local"]
        teach += ["--spam" if kind else "--ham", str(folder)]
        subprocess.run(teach, check=True, capture_output=True)
    subprocess.run(
        [teacher, "--siteconfigpath", str(site), "--sync"], check=True, capture_output=True
    )
    for file in (home / "bayes").iterdir():
        file.chmod(0o666)
    port = free_port()
    command = [server, "-L", "-x", "-m", "1", "--min-children=1", "-u", "nobody", "-i", "127.0.0.1"]
    command += ["-p", str(port), f"--siteconfigpath={site}", "-s", str(home / "log")]
    with (
        (home / "out").open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=out) as process,
    ):
        try:
            made = SpamAssassin(port, process.pid)
            _wait(made)
            yield made
        finally:
            process.terminate()


def _wait(one: SpamAssassin) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            one.score("halo")
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise LeftOut("it did not answer within two minutes")
