"""Every benchmark says what it measures, stands in the list, and its results are kept."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from benchmarks.growing import results
from benchmarks.peering import report
from benchmarks.replicas import told
from tests.running import ROOT

HERE = ROOT / "benchmarks"
SCRIPTS = {
    path.stem: path.read_text(encoding="utf-8")
    for path in HERE.glob("*.py")
    if not path.name.startswith("__")
}
MEASURING = {name for name, text in SCRIPTS.items() if "\ndef main(" in text}


@pytest.mark.parametrize("path", sorted(HERE.rglob("*.py")), ids=lambda p: p.stem)
def test_it_says_what_it_measures(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_the_list_has_every_one_of_them():
    listed = re.findall(r"^\| `(\w+)` \|", (HERE / "README.md").read_text(encoding="utf-8"), re.M)
    assert set(listed) == MEASURING
    assert listed == sorted(listed)


def test_an_unknown_name_is_refused():
    command = [sys.executable, "-m", "benchmarks", "nothing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "no such benchmark: nothing" in done.stderr


def row(database, stored, dashboard):
    pages = {"queue": (30.0, 30.0), "dashboard": (dashboard, 50.0), "search, no match": (9.0, 8.0)}
    return {
        "database": database, "stored": stored, "held": 5, "submit_us": 900, "share_of_empty": 0.9,
        "look_up_us": 100, "pages": pages, "purge_ms_per_thousand": 300,
        "purge_longest_wait_ms": 40, "bytes_each": 2000, "load": 1.0,
    }  # fmt: skip


def test_growth_is_a_table_and_a_plot(tmp_path):
    results.write([row("sqlite", 1_000_000, 75.0), row("sqlite", 1_000, 50.0)], tmp_path)
    text = (tmp_path / "growth.md").read_text(encoding="utf-8")
    assert text.index("| 1,000 |") < text.index("| 1,000,000 |")
    assert "75.0 (1.50)" in text
    assert "</svg>" in (tmp_path / "growth.svg").read_text(encoding="utf-8")


def test_peers_are_a_table_and_a_plot(tmp_path):
    caught = {"gambling spam": {"auc": 0.9, "recall": 0.5}}
    one = {"way": "a call", "per_second": 1000, "processor_us": 900, "caught": {}}
    peers = {"Saring, the service": one}
    peers |= {name: {**one, "caught": caught} for name in ("Saring, the scorer", "rspamd")}
    report.write({"processors": 2, "load": 0.1, "learnt": 8000, "peers": peers}, tmp_path)
    text = (tmp_path / "peers.md").read_text(encoding="utf-8")
    assert "| rspamd | 1,000 | 900 | 0.900, 50% |" in text
    assert "| Saring, the service | 1,000 | 900 |  |" in text
    assert "</svg>" in (tmp_path / "peers.svg").read_text(encoding="utf-8")


def test_each_added_process_is_told():
    rounds = {1: [(100.0, 9.0)], 2: [(180.0, 9.0)], 4: [(240.0, 9.0)]}
    assert list(told(rounds))[2:] == [
        "| 1 | 100 | 9.0 | 1.00 | 100 |",
        "| 2 | 180 | 9.0 | 1.80 | 80 |",
        "| 4 | 240 | 9.0 | 2.40 | 30 |",
    ]
