"""A line of the log is a line, whatever is in it, and says nothing to a terminal."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from service import logs

HOSTILE = (
    "a\nb", "a\r\nb", "a\x0bb\x0cb", "a\u2028b\u2029b\x85b", "\x1b[2J\x1b]0;judul\x07",
    "\x9b31m", "\u202eterbalik\u2066", '", "level": "critical',
    "}\n{\"event\": \"palsu\"}", "\x00", "\ud800",
)  # fmt: skip


@pytest.fixture
def written(tmp_path):
    """What was written, line by line."""
    logs.configure(tmp_path, "debug")
    yield lambda: b"".join(p.read_bytes() for p in tmp_path.glob("*.jsonl")).split(b"\n")[:-1]
    logs.close()


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_line_is_one_line_of_plain_letters(written, text):
    logs.get().info("an event", code=text)
    try:
        raise ValueError(text)
    except ValueError as error:
        logs.crash("a crash", error, task=text)
    lines = written()
    assert len(lines) == 2
    assert all(32 <= byte < 127 for line in lines for byte in line)
    said, crashed = map(json.loads, lines)
    assert (said["event"], said["level"], said["code"]) == ("an event", "info", text)
    assert (crashed["event"], crashed["type"], crashed["task"]) == ("a crash", "ValueError", text)
    assert "message" not in crashed


def test_a_crash_is_a_kind_and_places(written):
    try:
        int("orang@example.com")
    except ValueError as error:
        logs.crash("a crash", error)
    (line,) = written()
    assert b"orang" not in line
    assert json.loads(line)["trace"][-1].startswith("test_logs.py:")


def test_a_request_is_told_as_any_other_event(written):
    logs.get().info("request", method="GET", route="/x", status=200, ms=1.5)
    logs.request("GET", "/x", 200, 0.0015)
    told, quickly = map(json.loads, written())
    moments = [datetime.fromisoformat(one.pop("timestamp")) for one in (told, quickly)]
    assert told == quickly
    assert timedelta() <= moments[1] - moments[0] < timedelta(minutes=1)


def test_a_request_is_not_told_where_only_warnings_are(written, tmp_path):
    logs.configure(tmp_path, "warning")
    logs.request("GET", "/x", 200, 0.0015)
    logs.get().warning("a warning")
    assert [json.loads(line)["event"] for line in written()] == ["a warning"]
