"""The `saring` command: what each prints, and what each refuses in one line."""

from __future__ import annotations

import hmac
import json
import re
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command as alembic
from argon2 import PasswordHasher
from sqlalchemy import text, update

from service import access, errors, home, logs
from service.access import Access
from service.cli import data, installation, main
from service.comments import new_id, utc_now
from service.errors import Unauthenticated
from service.storage.engine import Database, open_database
from service.storage.migrate import _config, pending
from service.storage.tables import comments
from tests.conftest import SECRET
from tests.doubles import Site

PASSWORD = "kata sandi yang panjang"

Run = Callable[..., str]


class Refused(Exception):
    """What a command printed on stderr when it did not end well."""


@pytest.fixture
def run(monkeypatch, capsys, settings) -> Run:
    """Run one command in this installation; what it printed, or `Refused`."""
    for name in ("home", "database_url", "models_dir"):
        monkeypatch.setenv(f"SARING_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("SARING_SECRET", SECRET.decode())

    monkeypatch.setattr("service.cli.tell_nothing_of_crashes", lambda: None)  # a whole process's
    opened = []

    def recorded(url: str) -> Database:
        opened.append(open_database(url))
        return opened[-1]

    monkeypatch.setattr(installation, "open_database", recorded)

    def run(*arguments: str) -> str:
        monkeypatch.setattr("sys.argv", ["saring", *arguments])
        capsys.readouterr()
        try:
            main()
        except SystemExit as ended:
            if ended.code:
                said = capsys.readouterr()
                raise Refused(said.err or said.out) from None
        return capsys.readouterr().out

    yield run
    logs.close()
    for database in opened:
        database.engine.dispose()


def test_it_works(run):
    said = run("site", "add", "koran")
    assert re.search(r"^key +[0-9a-f]{40}$", said, re.MULTILINE)
    assert run("site", "list") == "koran\n"


def test_help_names_every_command(run):
    said = run("--help")
    for command in ("serve", "site", "moderator", "forget", "purge", "backup", "restore", "doctor"):
        assert f"  {command}" in said


def test_version(run):
    assert re.fullmatch(r"saring, version \d+\.\d+\.\d+\n", run("--version"))


def test_a_site_as_json(run):
    keys = json.loads(run("site", "add", "koran", "--json"))
    assert list(keys) == ["name", "key", "short_key", "coral_secret"]
    assert keys["name"] == "koran"
    assert re.fullmatch("[0-9a-f]{40}", keys["key"])
    assert re.fullmatch("[0-9a-f]{12}", keys["short_key"])


def test_a_site_is_named_once(run):
    run("site", "add", "koran")
    with pytest.raises(Refused, match=r"^saring: there is already a site named 'koran'\n$"):
        run("site", "add", "koran")


def test_keys_that_are_shown_are_good(run, app):
    keys = json.loads(run("site", "add", "koran", "--json"))
    headers = {"Authorization": f"Bearer {keys['key']}"}
    assert app.test_client().post("/v1/score", headers=headers).status_code == 415


def test_rotated_keys_replace_the_old(run, sqlite, clock):
    old = json.loads(run("site", "add", "koran", "--json"))
    new = json.loads(run("site", "rotate-key", "koran", "--json"))
    assert len({*old.values(), *new.values()}) == 7  # the name is the same
    access = Access(sqlite, SECRET, clock)
    assert access.site(new["key"]).name == "koran"
    with pytest.raises(Exception, match="no site has this key"):
        access.site(old["key"])


def test_rules_are_shown_and_set(run):
    run("site", "add", "koran")
    assert json.loads(run("site", "show", "koran"))["hold_per_mille"] == 30.0
    run("site", "set", "koran", "hold_per_mille=50", "require_name_email=false")
    rules = json.loads(run("site", "show", "koran"))
    assert rules["hold_per_mille"] == 50.0
    assert (rules["require_name_email"], rules["version"]) == (False, 1)


def test_corals_secret_is_read_from_a_file_and_never_told(run, tmp_path, sqlite):
    theirs = "empsec_5f2c61c0aa0f4fce9b1d8f7f3a3a4a0e"
    file = tmp_path / "coral"
    file.write_text(f"{theirs}\n")
    run("site", "add", "koran")
    said = run("site", "set", "koran", "--coral-secret-file", str(file))
    said += run("site", "show", "koran")
    assert theirs not in said
    Access(sqlite, SECRET, utc_now).site_signed(b"{}", [signature(theirs, b"{}")])
    said = run("site", "set", "koran", "hold_per_mille=50", "--forget-coral-secret")
    assert '"hold_per_mille": 50' in said
    with pytest.raises(Unauthenticated):
        Access(sqlite, SECRET, utc_now).site_signed(b"{}", [signature(theirs, b"{}")])


def test_a_secret_that_can_be_none_is_not_repeated(run, tmp_path):
    file = tmp_path / "coral"
    file.write_text("geheim\n")
    run("site", "add", "koran")
    with pytest.raises(Refused, match=r"^saring: Coral's secret takes 16 to 200 .+; got 6\n$"):
        run("site", "set", "koran", "--coral-secret-file", str(file))


def signature(secret, body):
    return hmac.digest(secret.encode(), body, "sha256").hex()


@pytest.mark.parametrize(
    "change",
    ["hold_per_mille", "hold_per_mille=", "hold_per_mille=many", "colour=1", "version=7",
     "require_name_email=perhaps", "hold_per_mille=1001", "reject_per_mille=-1", "=",
     "hold_per_mille=nan"],
)  # fmt: skip
def test_a_bad_rule_is_refused(run, change):
    run("site", "add", "koran")
    with pytest.raises(Refused, match=r"^saring: .+\n$"):
        run("site", "set", "koran", change)
    assert json.loads(run("site", "show", "koran"))["version"] == 0


@pytest.mark.parametrize("command", [["show"], ["rotate-key"], ["set"]])
def test_a_site_that_is_not_there(run, command):
    changes = ["hold_per_mille=1"] if command == ["set"] else []
    with pytest.raises(Refused, match=r"^saring: there is no site named 'none'\n$"):
        run("site", *command, "none", *changes)


@pytest.mark.parametrize(
    "arguments",
    [
        "budi@example.com",
        "forget budi@example.com",
        "forget --email-file budi@example.com",
        "forget --email-file=budi@example.com --again=192.0.2.7",
        "score --input budi@example.com",
        "site show budi@example.com",
        "site set default budi@example.com",
        "moderator add adi --role 192.0.2.7",
        "complaints export --month budi@example.com",
        "model promote budi@example.com",
    ],
)
def test_an_address_where_something_else_was_meant_is_not_repeated(run, arguments):
    """What a command says on a server is kept in its journal."""
    with pytest.raises(Refused, match=r"\S") as refused:
        run(*arguments.split())
    assert "budi" not in str(refused.value)
    assert "192.0.2.7" not in str(refused.value)


def test_moderators(run, tmp_path):
    said = run("moderator", "add", "wati", "--role", "admin")
    assert re.fullmatch(r"moderator wati \(admin\) added; password \S{12,}\n", said)
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    given = run("moderator", "add", "agus", "--password-file", str(tmp_path / "password"))
    assert given == "moderator agus (moderator) added\n"
    run("moderator", "disable", "agus")
    assert run("moderator", "list") == "agus\tmoderator  (disabled)\nwati\tadmin\n"
    assert "password" in run("moderator", "reset", "agus")
    assert "disabled" not in run("moderator", "list")


def test_a_password_is_never_stored_in_clear(run, tmp_path, sqlite, monkeypatch):
    monkeypatch.setattr(access, "PasswordHasher", PasswordHasher)  # as dear as in service
    (tmp_path / "given").write_text(PASSWORD)
    run("moderator", "add", "agus", "--password-file", str(tmp_path / "given"))
    with sqlite.read() as tx:
        (stored,) = tx.execute(text("SELECT password_hash FROM moderators")).scalars()
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in stored


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "wati"], "there is already a moderator named 'wati'"),
        (["disable", "none"], "there is no moderator named 'none'"),
        (["reset", "none"], "there is no moderator named 'none'"),
        (["add", "new", "--password-file", "short"], "a password takes at least 10 characters"),
        (["add", "wati@example.org"], "name: .*address.*"),
    ],
)
def test_moderators_that_are_refused(run, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short").write_text("kurang\n")
    run("moderator", "add", "wati")
    with pytest.raises(Refused, match=f"^saring: {said}\n$"):
        run("moderator", *arguments)


def comment(site: Site, **fields: str) -> str:
    return str(site.comment(**{"content": f"Halo {new_id()}", **fields}).json["id"])


def test_forget(run, site, tmp_path):
    kept = comment(site, author_email="ani@example.com")
    gone = [comment(site, author_email="Budi@example.com") for _ in range(3)]
    (tmp_path / "emails").write_text("BUDI@EXAMPLE.COM\n\nnobody@example.com\n")
    said = run("forget", "--email-file", str(tmp_path / "emails"))
    assert said == "addresses: 2, comments erased: 3, standings erased: 0\n"
    assert site.get(f"/v1/comments/{kept}").status_code == 200
    assert {site.get(f"/v1/comments/{id_}").status_code for id_ in gone} == {404}


def test_forget_nobody(run, tmp_path):
    (tmp_path / "emails").touch()
    said = run("forget", "--email-file", str(tmp_path / "emails"))
    assert said == "addresses: 0, comments erased: 0, standings erased: 0\n"


def test_a_line_of_odd_blanks_is_nobody(run, site, tmp_path):
    """Without an address there is no key, and without a key nobody is to be erased."""
    run("site", "set", "default", "require_name_email=false")
    nameless = comment(site, author_email="")
    (tmp_path / "emails").write_text("\u00a0\u3000\n")
    assert "comments erased: 0" in run("forget", "--email-file", str(tmp_path / "emails"))
    assert site.get(f"/v1/comments/{nameless}").status_code == 200


def test_what_moderators_said_of_a_person_is_forgotten_too(run, site, tmp_path):
    blocked = comment(site, author_email="budi@example.com")
    core = site.app.extensions["saring"]
    core["review"].set_standing(core["access"].named_site("default"), blocked, "blocked", "wati")
    (tmp_path / "emails").write_text("budi@example.com\n")
    said = run("forget", "--email-file", str(tmp_path / "emails"))
    assert said == "addresses: 1, comments erased: 1, standings erased: 1\n"


def test_show_tells_a_person_what_is_kept(run, site, tmp_path):
    mine = comment(site, author_email="budi@example.com", content="Halo dari budi@example.com")
    comment(site, author_email="ani@example.com")
    core = site.app.extensions["saring"]
    core["review"].set_standing(core["access"].named_site("default"), mine, "blocked", "wati")
    (tmp_path / "emails").write_text("budi@example.com\n")
    told, said = map(
        json.loads, run("forget", "--email-file", str(tmp_path / "emails"), "--show").splitlines()
    )
    assert (told["site"], told["id"], told["content"]) == ("default", mine, "Halo dari [email]")
    assert (said["site"], said["standing"]) == ("default", "blocked")
    assert "wati" not in said.values()
    assert site.get(f"/v1/comments/{mine}").status_code == 200


@pytest.mark.parametrize("arguments", [(), ("--again", "--email-file", "-"), ("--show",)])
def test_forget_wants_to_know_whom(run, arguments):
    with pytest.raises(Refused, match="--email-file"):
        run("forget", *arguments)


def test_a_restored_backup_brings_nobody_back(run, site, tmp_path):
    """Who was forgotten is erased again, but not what the same person wrote afterwards."""
    old = comment(site, author_email="budi@example.com")
    other = comment(site, author_email="ani@example.com")
    run("backup", str(tmp_path / "copy"))
    (tmp_path / "emails").write_text("budi@example.com\n")
    run("forget", "--email-file", str(tmp_path / "emails"))
    said = run("restore", str(tmp_path / "copy"))
    assert said.endswith("forgotten again: comments erased: 1, standings erased: 0\n")
    site.app.extensions["saring"]["database"].engine.dispose()
    assert site.get(f"/v1/comments/{old}").status_code == 404
    assert site.get(f"/v1/comments/{other}").status_code == 200
    since = utc_now() + timedelta(days=1)
    assert _written_at(site, since, author_email="budi@example.com")
    assert run("forget", "--again") == "comments erased: 0, standings erased: 0\n"


def _written_at(site: Site, moment: datetime, **fields: str) -> str:
    written = comment(site, **fields)
    with site.app.extensions["saring"]["database"].begin() as tx:
        mine = update(comments).where(comments.c.id == written)
        tx.execute(mine.values(created_at=moment))
    return written


def test_purge(run, site, clock, monkeypatch):
    monkeypatch.setattr(data, "utc_now", clock)
    old = comment(site)
    clock.forward(days=3)
    young = comment(site)
    more = "answers erased: 0, complaints erased: 0, events erased: 0\n"
    assert run("purge") == f"comments erased: 0, {more}"
    monkeypatch.setenv("SARING_RETENTION_DAYS", "2")
    more = "answers erased: 0, complaints erased: 0, events erased: 1\n"
    assert run("purge") == f"comments erased: 1, {more}"
    assert [site.get(f"/v1/comments/{id_}").status_code for id_ in (old, young)] == [404, 200]


def test_a_site_may_keep_comments_for_less(run, site, clock, monkeypatch):
    monkeypatch.setattr(data, "utc_now", clock)
    old = comment(site)
    clock.forward(days=3)
    run("site", "set", "default", "retention_days=2")
    assert run("purge").startswith("comments erased: 1, ")
    assert site.get(f"/v1/comments/{old}").status_code == 404


def test_backup_and_restore(run, site, tmp_path):
    kept = comment(site)
    file = str(tmp_path / "backup.db")
    assert f"saved to {file}" in run("backup", file)
    lost = comment(site)
    site.app.extensions["saring"]["database"].engine.dispose()
    assert run("restore", file) == f"restored from {file}\n"
    assert site.get(f"/v1/comments/{kept}").status_code == 200
    assert site.get(f"/v1/comments/{lost}").status_code == 404


def test_a_restore_mends_a_database_that_is_damaged(run, site, tmp_path, settings):
    kept, file = comment(site), str(tmp_path / "backup.db")
    run("backup", file)
    site.app.extensions["saring"]["database"].engine.dispose()
    damaged = Path(settings.database_url.removeprefix("sqlite:///"))
    damaged.write_bytes(b"no database" * 1000)
    with pytest.raises(Refused):
        run("site", "list")
    assert run("restore", file) == f"restored from {file}\n"
    assert site.get(f"/v1/comments/{kept}").status_code == 200


def test_a_backup_of_an_earlier_release_is_brought_up_to_date(run, tmp_path, settings):
    old = open_database(f"sqlite:///{tmp_path / 'old.db'}")
    config = _config()
    with old.begin_rebuilding() as tx:
        config.attributes["connection"] = tx
        alembic.upgrade(config, "0001")
    old.engine.dispose()
    run("restore", str(tmp_path / "old.db"))
    restored = open_database(settings.database_url)
    assert pending(restored) == ""
    restored.engine.dispose()


def test_a_backup_of_a_release_that_cannot_be_mixed_with_this_one(run, site, tmp_path):
    file, kept = tmp_path / "later.db", comment(site)
    run("backup", str(file))
    with sqlite3.connect(file) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
        db.execute("UPDATE served_since SET revision = '9999'")
    db.close()
    with pytest.raises(Refused, match=r"another release .*; nothing was changed"):
        run("restore", str(file))
    assert site.get(f"/v1/comments/{kept}").status_code == 200
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_nothing_is_restored_into_a_home_that_is_served(run, site, tmp_path, settings):
    run("backup", str(tmp_path / "copy"))
    with (
        home.serve_from(settings.home),
        home.serve_from(settings.home),
        pytest.raises(Refused, match="stop it first"),
    ):
        run("restore", str(tmp_path / "copy"))
    with home.alone(settings.home), pytest.raises(errors.Refused, match="under way"):
        home.serve_from(settings.home)
    run("restore", str(tmp_path / "copy"))


def test_a_backup_is_whole_and_for_its_owner_only(run, site, tmp_path):
    comment(site)
    run("backup", str(tmp_path / "backup.db"))
    assert sorted(path.name for path in tmp_path.glob("*backup*")) == ["backup.db"]
    assert (tmp_path / "backup.db").stat().st_mode & 0o077 == 0
    with sqlite3.connect(tmp_path / "backup.db") as db:
        assert db.execute("SELECT count(*) FROM comments").fetchone() == (1,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_a_backup_that_cannot_be_written(run, tmp_path):
    with pytest.raises(Refused, match=r"^saring: .*cannot be written.*\n$"):
        run("backup", str(tmp_path / "none" / "backup.db"))


def test_an_address_where_a_file_was_meant_is_not_repeated(run, tmp_path):
    for command in ("backup", "restore"):
        with pytest.raises(Refused, match=r"\S") as refused:
            run(command, str(tmp_path / "none" / "budi@example.com"))
        assert "budi" not in str(refused.value)


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"", b"SQLite format 3\0" * 99])
def test_a_backup_that_is_none_changes_nothing(run, site, tmp_path, content):
    kept = comment(site)
    (tmp_path / "bad").write_bytes(content)
    with pytest.raises(Refused, match=r"^saring: .*bad.* nothing was changed\n$"):
        run("restore", str(tmp_path / "bad"))
    assert site.get(f"/v1/comments/{kept}").status_code == 200


def test_a_damaged_backup_changes_nothing(run, site, tmp_path):
    kept = [comment(site, content="x" * 5000 + new_id()) for _ in range(20)]
    run("backup", str(tmp_path / "bad"))
    whole = bytearray((tmp_path / "bad").read_bytes())
    whole[len(whole) // 3 : len(whole) // 2] = b"\xff" * (len(whole) // 2 - len(whole) // 3)
    (tmp_path / "bad").write_bytes(whole)
    with pytest.raises(Refused, match=r"^saring: .*bad.* nothing was changed\n$"):
        run("restore", str(tmp_path / "bad"))
    assert site.get(f"/v1/comments/{kept[0]}").status_code == 200


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_backups_of_postgresql_are_its_own(run, postgres, monkeypatch, tmp_path, command):
    url = postgres.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("SARING_DATABASE_URL", url)
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="use pg_dump and pg_restore"):
        run(command, str(tmp_path / "file"))


def test_a_mistyped_command_says_what_there_is(run):
    with pytest.raises(Refused, match="No such command"):
        run("moderate")


def test_first_start_makes_a_site_once(sqlite, clock):
    access = Access(sqlite, SECRET, clock)
    keys, password = access.first_start()
    assert (keys.name, len(keys.key), len(keys.short_key)) == ("default", 40, 12)
    assert len(password) >= 12
    assert access.first_start() is None
    assert access.moderators() == [("admin", "admin", False)]


def test_a_past_comes_in_and_goes_out_as_labels(run, tmp_path) -> None:
    run("site", "add", "berita")
    past = tmp_path / "past.jsonl"
    lines = [
        {"content": "Terima kasih, Kak", "verdict": "accept", "author_email": "a@b.example"},
        {"content": "obat kuat a@b.example", "verdict": "reject", "labels": ["spam"]},
        {"content": "belum dilihat", "verdict": "hold"},
    ]
    past.write_text("".join(json.dumps(line) + "\n" for line in lines))
    said = run("import", str(past), "--site", "berita")
    assert "taken: 2, known already: 0, waiting for a ruling (left out): 1, unreadable: 0" in said
    assert "taken: 0, known already: 2" in run("import", str(past), "--site", "berita")
    rows = [json.loads(line) for line in run("export-labels").splitlines()]
    assert [(row["verdict"], row["source"]) for row in rows] == [
        ("accept", "import"),
        ("reject", "import"),
    ]
    assert rows[1]["content"] == "obat kuat [email]"
    assert "b.example" not in str(rows)
    assert "0 to look at again" in run("labels", "conflicts")


def test_a_bad_line_of_a_past_is_told_by_its_number_alone(run, tmp_path) -> None:
    run("site", "add", "berita")
    past = tmp_path / "past.jsonl"
    past.write_text('{"content": "rahasia", "verdict": "maybe"}\n')
    with pytest.raises(Refused, match="1: verdict is none of") as refused:
        run("import", str(past), "--site", "berita")
    assert "rahasia" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("hold_per_mille=2000", "hold_per_mille: 0 to 1,000 comments in 1,000."),
        ("banned_words=baik,/(a/", "banned_words[1]: This pattern cannot be read"),
        (r"banned_words=/(a)\1/", "banned_words[0]: Patterns cannot refer back"),
        ("suspect_words=/((a{30}){30}){30}/", "suspect_words[0]: This pattern becomes too large"),
        ("time_zone=Mars/Olympus", "time_zone: A time zone, like Asia/Jakarta."),
        ("no_such_rule=1", "rules are reject_per_mille, hold_per_mille"),
        ("hold_per_mille=many", "hold_per_mille takes a value like 30.0"),
    ],
)
def test_bad_rules_are_told_in_words_and_nothing_is_saved(run, change, told):
    run("site", "add", "kabar")
    before = run("site", "show", "kabar")
    for command in (("site", "set", "kabar"), ("policy", "preview", "kabar")):
        with pytest.raises(Refused, match=re.escape(told)):
            run(*command, "wave_from=9", change)
    assert run("site", "show", "kabar") == before


def test_thresholds_are_shown(run):
    run("site", "add", "kabar")
    found = json.loads(run("policy", "thresholds", "kabar", "--learn"))
    assert set(found) == {"id", "en", "mixed", "other"}
