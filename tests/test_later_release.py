"""An upgrade while it serves: this release on tables that a later one has been at.

Where those say that they only added, this release serves, starts and goes back to them; where not,
it says so. What migrates waits for those who serve, not they for it, and nothing is lost.
`python -m benchmarks.upgrade` is the same with a real earlier release, replica by replica.
"""

from __future__ import annotations

import threading
from itertools import pairwise
from time import monotonic

import pytest
from alembic import command
from sqlalchemy import MetaData, func, select, text, update

from service import retention, upkeep
from service.errors import BadSettings, Unavailable
from service.forgotten import Ledger
from service.learnt import Learnt
from service.storage import migrate as ours
from service.storage.engine import open_database
from service.storage.migrate import migrate, pending
from service.storage.tables import comments, events, site_rules
from tests import later
from tests.clients_at_work import Clients
from tests.conftest import SECRET
from tests.doubles import COMMENT, Site
from tests.running import ROOT, Service, until
from tests.web.desk import PASSWORD, ApiDoor, client_of

CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
CHANGES = 'op.add_column("comments", sa.Column("mood", sa.Text, nullable=False))'


@pytest.fixture
def opened(database_url):
    database = open_database(database_url)
    yield database
    database.engine.dispose()
    database.close()


@pytest.fixture
def migrated(opened):
    migrate(opened)
    return opened


@pytest.fixture
def desk(make_app, migrated, database_url):
    """An application, its site and a moderator, over tables that are this release's still."""
    app = make_app(database_url=database_url)
    core = app.extensions["saring"]
    core["access"].add_moderator("ani", "admin", PASSWORD)
    return app, Site.added_to(app, "kabar"), ApiDoor(app, core["sign_ins"].new_token("ani"))


def test_it_serves_what_a_later_release_only_added_to(desk, migrated, tmp_path, clock):
    app, site, door = desk
    before = site.comment(content="dasar bodoh").json["id"]
    later.migrate_as(later.scripts(tmp_path), migrated)
    migrate(migrated)  # what every start and command does
    ready = app.test_client().get("/readyz")
    assert (ready.status_code, ready.json["migrations"]) == (200, "ok")
    after = site.comment(content="si bodoh").json["id"]
    assert set(door.waiting()) == {before, after}
    for one in (before, after):
        assert door.rule(one, "spam") == 200
    assert door.undo(after) == 200
    complaint = {"comment_id": before, "reason": "hatred"}
    assert site.post("/v1/complaints", json=complaint).status_code == 201
    edited = app.test_client().put(
        f"/v1/comments/{after}", json={**COMMENT, "content": "halo"}, headers=site.key
    )
    assert edited.status_code == 200
    assert site.delete(f"/v1/comments/{before}").status_code == 204
    told = site.get("/v1/events").json["events"]
    assert told[-1]["type"] == "comment.erased"
    pages = client_of(app, "ani")
    for path in ("/queue", "/dashboard", "/settings", "/done", f"/queue/{after}"):
        assert pages.get(path).status_code == 200, path
    retention.purge(migrated, 365, clock())
    ledger = Ledger(tmp_path, SECRET)
    assert upkeep.forget(migrated, SECRET, [COMMENT["author_email"]], ledger)["comments"] == 1


def test_it_reads_what_a_later_release_has_more_to_say_in(desk, migrated):
    app, site, door = desk
    app.extensions["saring"]["rulebook"].change("kabar", "ani", {"wave_from": 4})
    held = site.comment(content="dasar bodoh").json["id"]
    with migrated.begin() as tx:
        for column in (comments.c.decision, site_rules.c.body):
            body = tx.execute(select(column)).scalar_one()
            tx.execute(update(column.table).values({column: {**body, "mood": ["grey"]}}))
    assert site.get(f"/v1/comments/{held}").status_code == 200
    assert door.rule(held, "spam") == 200
    assert client_of(app, "ani").get(f"/queue/{held}").status_code == 200


def test_bounds_of_a_later_release():
    body = {"curves": {}, "evidence": {"id": {"rulings": 9, "effective": 4.5, "mood": 1}}}
    assert Learnt.from_json("site", 1, "model", body).evidence["id"].rulings == 9


def test_it_refuses_what_a_later_release_changed(desk, migrated, tmp_path):
    app, site, _ = desk
    later.migrate_as(later.scripts(tmp_path, CHANGES, since="9999"), migrated)
    with pytest.raises(BadSettings) as refused:
        migrate(migrated)
    assert str(refused.value) == (
        f"the database belongs to another release (revision 9999, this one knows {later.HEAD}); "
        "run that one, or restore"
    )
    ready = app.test_client().get("/readyz")
    assert ready.status_code == 503
    assert "revision 9999, of a release that cannot be mixed" in ready.json["migrations"]
    assert site.post(json=COMMENT).status_code == 503


def test_the_later_release_itself_is_at_home(migrated, tmp_path):
    folder = later.scripts(tmp_path)
    later.migrate_as(folder, migrated)
    migrate(migrated)
    later.migrate_as(folder, migrated)
    assert pending(migrated) == ""


def test_files_of_the_next_release_change_nothing_before_the_restart(
    migrated, tmp_path, monkeypatch
):
    folder = later.scripts(tmp_path)
    added = (folder / "versions" / "9999_later.py").rename(tmp_path / "9999_later.py")
    monkeypatch.setattr(ours, "_SCRIPTS", folder)
    migrate(migrated)
    added.rename(folder / "versions" / added.name)
    assert pending(migrated) == ""


def test_it_migrates_while_it_is_served(database_url, opened, tmp_path):
    service = Service(tmp_path / "service", database_url=database_url, workers="1")
    try:
        with Clients(service.start(), number=2) as clients:
            later.migrate_as(later.scripts(tmp_path), opened)
            enough = len(clients.kept) + 30
            until(lambda: len(clients.kept) > enough, "it goes on")
            ready = service.request("GET", "/readyz")
        assert (ready.status_code, clients.statuses, clients.cut) == (200, {201}, 0)
    finally:
        service.kill()
    with opened.read() as tx:
        stored = tx.execute(select(comments.c.id)).scalars().all()
        told = tx.execute(select(events.c.subject)).scalars().all()
        last = tx.execute(select(func.max(events.c.number))).scalar_one()
    assert sorted(stored) == sorted(told) == sorted(clients.kept)
    assert last == len(told)


@pytest.fixture
def on_postgres(new_postgres_database):
    url = new_postgres_database()
    database = open_database(url)
    migrate(database)
    yield database, url
    database.engine.dispose()
    database.close()


def test_nobody_waits_for_a_migration_that_waits(on_postgres, make_app, tmp_path, monkeypatch):
    """A dump holds every table for as long as it takes; comments come in meanwhile."""
    database, url = on_postgres
    site = Site.added_to(make_app(database_url=url), "kabar")
    folder = later.scripts(tmp_path)
    monkeypatch.setattr(ours, "_LOCK_WAIT", "50ms")
    monkeypatch.setattr(ours, "_BETWEEN_SECONDS", 0.05)
    migration = threading.Thread(target=later.migrate_as, args=(folder, database))
    with database.engine.connect() as dump:
        dump.execute(text("LOCK TABLE comments IN ACCESS SHARE MODE"))
        migration.start()
        began, posted = monotonic(), 0
        while monotonic() < began + 0.5:
            posted += site.comment(content=f"halo {posted}").status_code == 201
        slowest_possible = monotonic() - began
        assert migration.is_alive()
    migration.join(30)
    assert posted > 3
    assert slowest_possible < 5, "it waited for the dump"
    with database.read() as tx:
        assert tx.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


def test_a_migration_that_never_has_its_turn_gives_up(on_postgres, tmp_path, monkeypatch):
    database, _ = on_postgres
    for name, value in (("_LOCK_WAIT", "10ms"), ("_BETWEEN_SECONDS", 0.0), ("_ATTEMPTS", 3)):
        monkeypatch.setattr(ours, name, value)
    with database.engine.connect() as dump:
        dump.execute(text("LOCK TABLE comments IN ACCESS SHARE MODE"))
        with pytest.raises(Unavailable, match="55P03"):
            later.migrate_as(later.scripts(tmp_path), database)
    assert pending(database) == ""


def tables_after(file, revision, folder=ours._SCRIPTS) -> MetaData:
    """The tables once a file's are at that revision, of the migrations in some folder."""
    database, found = open_database(f"sqlite:///{file}"), MetaData()
    config = ours._config()
    config.set_main_option("script_location", str(folder))
    with database.begin_rebuilding() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, revision)
        found.reflect(tx)
    database.engine.dispose()
    database.close()
    return found


def test_migrations_that_say_so_only_add(tmp_path):
    """From 0017 on; each that is not named by its own ``served_since`` is held to its word."""
    line = [script for script in ours._line(ours._SCRIPTS) if script.revision >= "0017"][::-1]
    for script in line:  # an operator has to know that replicas cannot be mixed
        assert f"Migration {script.module.served_since}" in CHANGELOG
    for earlier, script in pairwise(line):
        since = script.module.served_since
        assert since in (earlier.module.served_since, script.revision)
        both = [tables_after(tmp_path / "one.db", one.revision) for one in (earlier, script)]
        assert since == script.revision or later.losses(*both) == [], script.revision


WAVES = 'with op.batch_alter_table("waves") as waves: waves.alter_column'


@pytest.mark.parametrize(
    ("steps", "lost"),
    [
        (later.ADDS, []),
        (CHANGES.replace("comments", "claims"), ["claims.mood must be given"]),
        ('op.drop_table("claims")', ["claims is gone"]),
        ('op.drop_column("rulings", "note")', ["rulings.note is gone"]),
        (
            'op.create_index("twice", "waves", ["last_author"], unique=True)',
            ["waves is unique in ('last_author',)"],
        ),
        (f'{WAVES}("worst", type_=sa.String(4))', ["waves.worst takes less"]),
        (f'{WAVES}("ruling", nullable=False)', ["waves.ruling takes less"]),
        (f'{WAVES}("worst", type_=sa.Integer)', ["waves.worst takes less"]),
    ],
    ids=["adds", "wants", "drops", "forgets", "unique", "shorter", "fuller", "other"],
)
def test_what_an_earlier_release_would_miss(migrated_sqlite, tmp_path, steps, lost):
    (file := tmp_path / "one.db").write_bytes(migrated_sqlite)
    before = tables_after(file, later.HEAD)
    after = tables_after(file, "9999", later.scripts(tmp_path, steps))
    assert later.losses(before, after) == lost
