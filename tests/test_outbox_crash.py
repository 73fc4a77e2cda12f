"""Couriers are killed in the midst of their work, again and again: nothing is lost or reordered."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from service import events
from service.access import Access
from service.storage import events as told
from service.webhooks import Webhooks
from tests.conftest import SECRET
from tests.receiver import receiving

ROUNDS, EVENTS_A_ROUND, COMMENTS = 5, 12, 5
_PATIENCE = 60.0


def now() -> datetime:
    return datetime.now(UTC)


def started(database) -> subprocess.Popen[str]:
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.courier", url, SECRET.decode()]
    root = Path(__file__).parent.parent
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


@pytest.fixture
def site(database):
    access = Access(database, SECRET, now)
    access.add_site("kabar")
    return access.named_site("kabar")


def test_kill_9_loses_nothing_and_keeps_the_order_of_each_comment(database, site):
    webhooks, chance = Webhooks(database, SECRET, now), random.Random(7)
    with receiving() as receiver:
        running: list[subprocess.Popen[str]] = []

        def meet(_event) -> int:
            """Now and then everything dies at once: the couriers, and the receiver's own work."""
            time.sleep(0.01)
            if running and chance.random() < 0.3:
                for courier in running:
                    courier.kill()
                return chance.choice((500, 204))
            return 204

        receiver.answer = meet
        webhooks.add(site, receiver.url, allow_private=True)
        for _ in range(ROUNDS):
            running += [started(database), started(database)]
            for _ in range(EVENTS_A_ROUND):
                news = events.erased(f"c{chance.randrange(COMMENTS)}")
                with database.begin() as tx:
                    told.tell(tx, site.id, [news], now())
            time.sleep(chance.uniform(0.0, 0.3))
            while running:
                end(running.pop())
        last, until = started(database), time.monotonic() + _PATIENCE
        while webhooks.all()[0].waiting and time.monotonic() < until:
            time.sleep(0.05)
        end(last)

    arrived = [event["sequence"] for event in receiver.told]
    assert set(arrived) == set(range(1, ROUNDS * EVENTS_A_ROUND + 1))
    assert receiver.twice_at_once == []
    for comment in range(COMMENTS):
        mine = [e["sequence"] for e in receiver.told if e["data"]["comment_id"] == f"c{comment}"]
        assert all(one <= next_one for one, next_one in pairwise(mine))
