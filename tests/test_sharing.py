"""Connections are shared between workers, and nobody waits for one that does not take its own."""

from __future__ import annotations

import time

from service.serving.sharing import PATIENCE_SECONDS, Shares


def test_it_works() -> None:
    shares = Shares(2)
    one, other = shares.join(), shares.join()
    assert one.takes(0)
    assert not one.takes(1), "the other one has none yet"
    other.tell(1)
    assert one.takes(1)


def test_one_worker_takes_all() -> None:
    only = Shares(1).join()
    assert all(only.takes(held) for held in range(100))


def test_a_worker_that_takes_nothing_is_not_waited_for() -> None:
    shares = Shares(2)
    one, _stuck = shares.join(), shares.join()
    assert not one.takes(5)
    until = time.monotonic() + 50 * PATIENCE_SECONDS
    while not one.takes(5):
        assert time.monotonic() < until, "the connection was never taken"


def test_who_is_gone_counts_no_more() -> None:
    shares = Shares(2)
    one, other = shares.join(), shares.join()
    shares.leave(other)
    assert one.takes(100)
    assert shares.join().place == other.place


def test_more_workers_than_places_still_work() -> None:
    shares = Shares(1)
    crowd = [shares.join() for _ in range(5)]
    assert crowd[-1].place is None
    assert crowd[-1].takes(100)
