"""A few rounds of the drill: what was answered survives kill -9, and is there once.

`python -m benchmarks.drill --rounds 200` is the long one.
"""

from __future__ import annotations

import pytest

from benchmarks.drill import drill, table


@pytest.mark.parametrize(
    ("kind", "faults"),
    [
        ("sqlite", ("a worker", "everything")),
        ("postgresql", ("a database process", "the database")),
    ],
)
def test_what_was_answered_survives_every_kill(tmp_path, kind, faults):
    outcome = drill(tmp_path / kind, kind, len(faults), seed=8, faults=faults)
    assert outcome.breaches == []
    assert {one.fault for one in outcome.rounds} == set(faults)
    assert all(one.answered >= 5 for one in outcome.rounds), table([outcome])
    assert min(outcome.promised[kind] for kind in ("comments", "rulings", "settings")) > 0
