"""`saring doctor` with faults planted: each is found in the line where it belongs."""

from __future__ import annotations

import json
import os
import shutil
from collections import namedtuple
from dataclasses import replace

import pytest
from sqlalchemy import text

from service import doctor
from service.comments import new_id
from service.storage import accounts, outbox
from tests.doubles import Site
from tests.running import ROOT, saring

PARTS = [
    "home and secret", "permissions", "database and migrations", "database file", "storing",
    "sites and admins", "kept secrets", "webhooks", "retention", "clock", "model", "disk",
]  # fmt: skip


@pytest.fixture
def house(app, settings, sqlite, clock, tmp_path):
    """A sound installation: a site with a comment, an admin, the model of the repository."""

    class House:
        def __init__(self):
            self.settings = replace(settings, models_dir=ROOT / "models", retention_days=30)
            self.site, self.database, self.clock = Site.added_to(app, "default"), sqlite, clock
            self.access, self.home = app.extensions["saring"]["access"], tmp_path
            self.rulebook = app.extensions["saring"]["rulebook"]
            self.access.add_moderator("admin", "admin", "kata sandi yang panjang")
            self.site.comment()
            for file in tmp_path.glob("saring.db*"):
                file.chmod(0o600)

        def examine(self):
            return doctor.examine(self.settings, self.clock)

        def letter(self):
            with self.database.begin() as tx:
                site = accounts.site_by_name(tx, "default")
                outbox.add_webhook(tx, new_id(), site.id, "https://a.example/", False, clock())
            self.site.comment(content="kabar")

    return House()


def test_it_works(house):
    assert house.examine() == dict.fromkeys(PARTS, "")


# Ten faults and more: what is done to the house, the part that must fail, and what it says.


def no_home(house):
    (house.home / "file").touch()
    house.settings = replace(house.settings, home=house.home / "file" / "home", secret=b"")


def a_short_secret(house):
    (house.home / "secret").write_text("short")
    (house.home / "secret").chmod(0o600)
    house.settings = replace(house.settings, secret=b"")


def a_secret_for_all(house):
    (house.home / "secret").write_text("x" * 64)
    (house.home / "secret").chmod(0o644)


def another_secret(house):
    house.access.keep_coral_secret("default", "empsec_5f2c61c0aa0f4fce")
    house.settings = replace(house.settings, secret=b"y" * 32)


def no_database(house):
    house.settings = replace(house.settings, database_url=f"sqlite:///{house.home}/none/x.db")


def another_release(house):
    with house.database.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        tx.execute(text("UPDATE served_since SET revision = '9999'"))


def a_damaged_file(house):
    """The page of an index, as a bad disk would leave it; the tables can still be read."""
    with house.database.read() as tx:
        query = "SELECT rootpage FROM sqlite_schema WHERE name = 'ix_comments_scores'"
        page = tx.execute(text(query)).scalar_one()
    house.database.forget_freed_pages()
    house.database.engine.dispose()
    with (house.home / "saring.db").open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(os.urandom(4096))


def no_admin(house):
    with house.database.begin() as tx:
        accounts.change_moderator(tx, "admin", disabled=True)


def a_dead_letter(house):
    house.letter()
    with house.database.begin() as tx:
        letter = outbox.claim(tx, house.clock(), house.clock())
        outbox.failed(tx, letter, "500", house.clock(), dead=True)


def a_late_letter(house):
    house.letter()
    house.clock.forward(hours=2)


def nobody_purges(house):
    house.clock.forward(days=40)


def nobody_purges_a_site_that_keeps_less(house):
    house.rulebook.change("default", "test", {"retention_days": 7})
    house.settings = replace(house.settings, retention_days=0)
    house.clock.forward(days=10)


def a_clock_set_back(house):
    house.clock.forward(hours=-3)


def a_damaged_model(house):
    shutil.copytree(ROOT / "models", house.home / "shipped")
    version = json.loads((house.home / "shipped" / "current.json").read_bytes())["version"]
    with (house.home / "shipped" / version / "model.joblib").open("r+b") as file:
        file.seek(100_000)
        file.write(b"\0\1\2\3")
    house.settings = replace(house.settings, models_dir=house.home / "shipped")


def no_model(house):
    house.settings = replace(house.settings, models_dir=house.home / "nothing")


@pytest.mark.parametrize(
    ("fault", "part", "said"),
    [
        (no_home, "home and secret", "SARING_HOME: got"),
        (a_short_secret, "home and secret", "shorter than 32 bytes"),
        (a_secret_for_all, "permissions", "chmod 600"),
        (another_secret, "kept secrets", "Coral's secret of default"),
        (no_database, "database and migrations", "does not answer"),
        (another_release, "database and migrations", "9999"),
        (a_damaged_file, "database file", "saring restore"),
        (no_admin, "sites and admins", "saring moderator add"),
        (a_dead_letter, "webhooks", "1 messages were given up"),
        (a_late_letter, "webhooks", "waited for 120 minutes"),
        (nobody_purges, "retention", "saring purge"),
        (nobody_purges_a_site_that_keeps_less, "retention", "10 days old, 7 are allowed"),
        (a_clock_set_back, "clock", "which is to come"),
        (a_damaged_model, "model", "digest"),
        (no_model, "model", ""),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_planted_fault_is_found(house, fault, part, said):
    fault(house)
    found = house.examine()
    assert list(found) == PARTS
    assert found[part], found
    assert said in found[part]
    assert "\n" not in found[part]
    follows = {"home and secret": {"model", "disk", "kept secrets"}}.get(part, set())
    others = {name: why for name, why in found.items() if why and name not in {part, *follows}}
    skipped = "not looked at: see the database"
    assert set(others.values()) <= {skipped}, others


def test_a_full_disk_is_found(house, monkeypatch):
    usage = namedtuple("usage", "total used free")(10**9, 10**9, 10**6)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _path: usage)
    assert "MiB free" in house.examine()["disk"]


def test_the_command(tmp_path):
    """One line a part; exit code 1 as soon as one fails; a bad setting is one line too."""
    settings = {"models_dir": str(ROOT / "models")}
    home = tmp_path / "home"
    assert saring("site", "add", "koran", home=home, **settings).returncode == 0
    bad = saring("doctor", home=home, **settings)
    lines = bad.stdout.splitlines()
    assert [line[6:].partition(":")[0] for line in lines] == PARTS
    assert [line for line in lines if line.startswith("FAIL")] == [
        "FAIL  sites and admins: no admin may sign in; saring moderator add NAME --role admin"
    ]
    assert bad.returncode == 1
    saring("moderator", "add", "ani", "--role", "admin", home=home, **settings)
    assert saring("doctor", home=home, **settings).returncode == 0
    worse = saring("doctor", home=home, workers="many", **settings)
    assert (worse.returncode, worse.stdout) == (1, "")
    assert worse.stderr.startswith("saring: SARING_WORKERS: got")
