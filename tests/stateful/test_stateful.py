"""The heart of the service against a model of it, step by step, whatever the order of the steps.

The examples are the same in every run. For others, and for longer, raise the numbers of `BOUNDED`
and take `derandomize` out.
"""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import text

from service import upkeep
from service.storage.engine import open_database
from service.storage.tables import metadata
from tests.stateful.house import House
from tests.stateful.machine import Newsroom

BOUNDED = settings(
    max_examples=8,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
_EMPTIED = ", ".join(table.name for table in metadata.sorted_tables)


def test_on_sqlite(migrated_sqlite, tmp_path, monkeypatch):
    run_on_sqlite(migrated_sqlite, tmp_path, monkeypatch, BOUNDED)


def test_on_postgresql(postgres, tmp_path, monkeypatch):
    class OnPostgreSQL(Newsroom):
        def __init__(self) -> None:
            (tmp_path / "forgotten").unlink(missing_ok=True)
            with postgres.begin() as tx:
                tx.execute(text(f"TRUNCATE {_EMPTIED} CASCADE"))
            house = House(postgres, tmp_path)
            monkeypatch.setattr(upkeep, "utc_now", house.clock)
            super().__init__(house)

    run_state_machine_as_test(OnPostgreSQL, settings=settings(BOUNDED, max_examples=3))


def run_on_sqlite(tables: bytes, folder: Path, monkeypatch, bounds: settings) -> None:
    numbers = count()

    class OnSQLite(Newsroom):
        def __init__(self) -> None:
            self.home = folder / str(next(numbers))
            self.home.mkdir()
            (self.home / "saring.db").write_bytes(tables)
            self.opened = open_database(f"sqlite:///{self.home / 'saring.db'}")
            house = House(self.opened, self.home)
            monkeypatch.setattr(upkeep, "utc_now", house.clock)
            super().__init__(house)

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                self.opened.engine.dispose()
                self.opened.close()
                shutil.rmtree(self.home)

    run_state_machine_as_test(OnSQLite, settings=bounds)
