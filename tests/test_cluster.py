"""A real local cluster of two processes: order, bounds, and every refusal."""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service import cluster
from service.errors import BadSettings
from tests.running import dask_cluster
from tests.test_lines import archive, home, run

__all__ = ["home"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with dask_cluster(processes=True) as found:
        yield found


def scaled(factor: int, number: int) -> int:
    time.sleep(0.02 if number % 3 == 0 else 0)
    return factor * number


def test_it_works(address: str) -> None:
    with cluster.connected(address) as client:
        assert list(cluster.in_order(client, scaled, 2, range(50))) == list(range(0, 100, 2))


def test_comments_are_judged_to_the_same_bytes(home: Path, address: str) -> None:
    text = archive(1500) + "nope\n"
    here = run(home, stdin=text)
    there = run(home, "--scheduler", address, stdin=text)
    assert (there.returncode, here.returncode) == (1, 1), there.stderr
    assert there.stdout == here.stdout
    assert len(here.stdout.splitlines()) == 1501


def test_no_more_is_read_than_is_under_way(address: str) -> None:
    taken = []

    def endless() -> Iterator[int]:
        for number in itertools.count():
            taken.append(number)
            yield number

    with cluster.connected(address) as client:
        results = cluster.in_order(client, scaled, 1, endless())
        assert list(itertools.islice(results, 20)) == list(range(20))
        results.close()  # type: ignore[attr-defined]
    assert len(taken) < 40


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE", "500ms")
    with (
        pytest.raises(BadSettings, match="does not answer"),
        cluster.connected("tcp://127.0.0.1:1"),
    ):
        pass


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BadSettings, match="cluster extra"), cluster.connected("tcp://127.0.0.1:1"):
        pass


def test_a_worker_with_other_libraries(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def differing() -> dict[str, str]:
        return {"numpy": str(os.getpid())}

    monkeypatch.setattr(cluster, "libraries", differing)
    with pytest.raises(BadSettings, match="other libraries: numpy"), cluster.connected(address):
        pass
