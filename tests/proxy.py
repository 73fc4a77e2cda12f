"""A real nginx with the file that deploy/ has for replicas, on free ports of this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.running import ROOT, free_port, until

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
SITE = ROOT / "deploy" / "nginx-replicas.conf"


def configuration(directory: Path, listen: int, ports: Sequence[int]) -> Path:
    """The shipped site with these replicas, in a configuration that needs no root."""
    site = SITE.read_text(encoding="utf-8").replace("listen 80;", f"listen 127.0.0.1:{listen};")
    named = re.findall(r"^    server saring-\w:8000 (.*);$", site, re.MULTILINE)
    here = "\n".join(f"    server 127.0.0.1:{port} {named[0]};" for port in ports)
    site = re.sub(r"(?:^    server saring-\w:8000 .*\n?)+", here + "\n", site, flags=re.MULTILINE)
    (directory / "site.conf").write_text(site, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {directory}/{kind};" for kind in kinds)
    main = directory / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""  # nobody may write to our folder
    main.write_text(
        f"{user}\ndaemon off;\nworker_processes 1;\npid {directory}/pid;\n"
        f"error_log {directory}/errors;\nevents {{ worker_connections 2048; }}\n"
        f"http {{\n{temporary}\ninclude {directory}/site.conf;\n}}\n",
        encoding="utf-8",
    )
    return main


@contextmanager
def proxy(directory: Path, ports: Sequence[int]) -> Iterator[str]:
    """nginx before these ports; its address."""
    directory.mkdir(exist_ok=True)
    listen = free_port()
    with running(directory, configuration(directory, listen, ports)):
        yield f"http://127.0.0.1:{listen}"


@contextmanager
def running(directory: Path, main: Path) -> Iterator[None]:
    """nginx with a configuration of this directory; what it says is in ``errors`` and ``said``."""
    assert NGINX
    command = [NGINX, "-p", str(directory), "-c", str(main), "-e", str(directory / "errors")]
    with (directory / "said").open("wb") as said:
        process = subprocess.Popen(command, stderr=said)
    try:
        until((directory / "pid").exists, "nginx is up", 10)
        yield
    finally:
        process.terminate()
        process.wait(20)
