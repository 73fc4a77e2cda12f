"""Writers queue, in threads and in processes; and the queue never keeps anybody for good."""

from __future__ import annotations

import os
import signal
import threading
import time

from service.storage.turns import PATIENCE_SECONDS, Turns


def _in_a_child(work):
    child = os.fork()
    if not child:  # pragma: no cover
        try:
            work()
        finally:
            os._exit(0)
    return child


def _counting(turns, counted):
    """Work that loses some of its counts where two do it at once."""

    def count():
        for _ in range(20):
            with turns:
                seen = int(counted.read_text())
                time.sleep(0.0005)
                counted.write_text(str(seen + 1))

    counted.write_text("0")
    return count


def _in_threads(work):
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_threads_and_processes_take_turns(tmp_path):
    turns, counted = Turns(str(tmp_path / "turn")), tmp_path / "count"
    count = _counting(turns, counted)
    with turns:  # the file is open: children that shared it would share its lock
        pass
    children = [_in_a_child(count) for _ in range(2)]
    _in_threads(count)
    for child in children:
        os.waitpid(child, 0)
    assert counted.read_text() == "80"


def test_a_dead_holder_holds_nothing_and_a_stopped_one_not_for_long(tmp_path):
    turns = Turns(str(tmp_path / "turn"))

    def hold():
        with turns:
            (tmp_path / "held").write_text("")
            time.sleep(60)

    holder = _in_a_child(hold)
    while not (tmp_path / "held").exists():
        time.sleep(0.005)
    os.kill(holder, signal.SIGSTOP)
    began = time.monotonic()
    with turns:
        assert PATIENCE_SECONDS <= time.monotonic() - began < PATIENCE_SECONDS + 20
    os.kill(holder, signal.SIGKILL)
    os.waitpid(holder, 0)
    began = time.monotonic()
    with turns:
        assert time.monotonic() - began < PATIENCE_SECONDS


def test_where_no_file_can_be_made_threads_take_turns_all_the_same(tmp_path):
    counted = tmp_path / "count"
    _in_threads(_counting(Turns(str(tmp_path / "nowhere" / "turn")), counted))
    assert counted.read_text() == "40"
