"""A worker's memory goes back to the system."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from service.serving.heap import give_back


def own_megabytes() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon"))


def test_what_was_freed_is_given_back():
    if not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("another C library than glibc")
    taken = [bytes(1_000) for _ in range(100_000)]
    last = taken.pop()  # it keeps the heap from shrinking by itself
    del taken
    before = own_megabytes()
    assert give_back() == 0
    assert own_megabytes() < before - 50
    assert len(last) == 1_000
