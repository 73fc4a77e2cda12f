"""rspamd: a normal worker asked at /checkv2, Bayes in Redis as its quick start says.

What asks the network (block lists, SPF, DKIM, DMARC, fuzzy hashes) is off: a comment has no mail
server that it came from. The rest is Debian's configuration. Its Bayes looks at words of mail, so
`min_learns` and tokens are left alone.
"""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peering.peer import LeftOut, Row, free_port, message, used_by

_NETWORK = (
    "rbl", "surbl", "dkim", "dkim_signing", "spf", "dmarc", "arc", "fuzzy_check", "asn", "mx_check",
    "url_redirector", "phishing", "greylist", "ratelimit", "replies", "history_redis", "neural",
)  # fmt: skip
_COMPILED = Path(__file__).resolve().parents[2] / "build" / "rspamd"
_PATIENCE = 400  # it compiles its patterns at the first start


class Rspamd:
    """A running server that has learnt."""

    name = "rspamd"
    way = "HTTP, one kept-alive connection"

    def __init__(self, port: int, controller: int, pids: Sequence[int]) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._controller = http.client.HTTPConnection("127.0.0.1", controller, timeout=30)
        self._pids = pids

    def learn(self, rows: Sequence[Row]) -> None:
        """Teach its Bayes."""
        for number, (text, spam) in enumerate(rows):
            path = "/learnspam" if spam else "/learnham"
            _post(self._controller, path, message(text, number))

    def score(self, text: str) -> float:
        """The sum of its symbols."""
        return float(json.loads(_post(self._line, "/checkv2", message(text)))["score"])

    def processor_seconds(self) -> float:
        """Of its workers and of Redis."""
        return used_by(self._pids)


@contextmanager
def rspamd(home: Path, rows: Sequence[Row]) -> Iterator[Rspamd]:
    """One that has learnt these rows, and is gone afterwards."""
    server, redis = shutil.which("rspamd"), shutil.which("redis-server")
    if not server or not redis:
        raise LeftOut("apt-get install rspamd redis-server")
    port, controller, store = free_port(), free_port(), free_port()
    command = [server, "-c", "/etc/rspamd/rspamd.conf", "-f", "-i"]
    command += [f"--var={name}={path}" for name, path in _configured(home, port, controller, store)]
    keep = [redis, "--port", str(store), "--bind", "127.0.0.1", "--save", "", "--dir", str(home)]
    with (
        (home / "out").open("wb") as out,
        subprocess.Popen(keep, stdout=out, stderr=out) as other,
        subprocess.Popen(command, stdout=out, stderr=out) as process,
    ):
        try:
            made = Rspamd(port, controller, (process.pid, other.pid))
            _wait(made)
            made.learn(rows)
            yield made
        finally:
            process.terminate()
            other.terminate()


def _configured(home: Path, port: int, controller: int, store: int) -> list[tuple[str, Path]]:
    local = home / "conf" / "local.d"
    places = {"DBDIR": _COMPILED, "RUNDIR": home / "run", "LOGDIR": home / "log"}
    for place in (local, *places.values()):
        place.mkdir(parents=True, exist_ok=True)
    written = {
        "worker-normal.inc": f'bind_socket = "127.0.0.1:{port}"; count = 1;',
        "worker-controller.inc": f'bind_socket = "127.0.0.1:{controller}"; count = 1;'
        ' secure_ip = "127.0.0.1";',
        "worker-proxy.inc": "enabled = false;",
        "worker-fuzzy.inc": "enabled = false;",
        "redis.conf": f'servers = "127.0.0.1:{store}";',
        "classifier-bayes.conf": 'backend = "redis"; autolearn = false;',
        "options.inc": 'dns { nameserver = ["127.0.0.1:9"]; timeout = 0.05s; retransmits = 1; }',
        **{f"{module}.conf": "enabled = false;" for module in _NETWORK},
    }
    for name, text in written.items():
        (local / name).write_text(text + "\n")
    for place in (home, *home.rglob("*"), _COMPILED):
        place.chmod(0o777 if place.is_dir() else 0o644)
    return [("LOCAL_CONFDIR", home / "conf"), *places.items()]


def _wait(one: Rspamd) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            one.score("halo")
        except (OSError, http.client.HTTPException, KeyError, ValueError):
            time.sleep(0.5)
        else:
            return
    raise LeftOut("it did not answer in time")


def _post(line: http.client.HTTPConnection, path: str, body: bytes) -> bytes:
    try:
        line.request("POST", path, body)
        return line.getresponse().read()
    except (OSError, http.client.HTTPException):
        line.close()  # or it would refuse every later request
        raise
