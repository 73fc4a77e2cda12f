"""`saring webhook …` and `saring complaints export`, as an operator types them."""

from __future__ import annotations

import csv
import io
import json
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from service.access import Access
from service.cli import commands
from service.comments import Arrival, utc_now
from service.complaints import Complaints
from service.moderation import Moderation
from service.storage.engine import Database
from service.web.desk.sheets import as_cell
from tests.conftest import SECRET
from tests.doubles import FakeScorer
from tests.receiver import receiving
from tests.test_company_of_comments import Silence


@pytest.fixture
def saring(sqlite: Database, tmp_path, monkeypatch):
    """The command on a database with one site and one comment."""
    url = sqlite.engine.url.render_as_string(hide_password=False)
    for name, value in {
        "HOME": str(tmp_path),
        "DATABASE_URL": url,
        "SECRET": SECRET.decode(),
    }.items():
        monkeypatch.setenv(f"SARING_{name}", value)
    Access(sqlite, SECRET, utc_now).add_site("kabar")

    def run(*words: str, fails: bool = False) -> str:
        result = CliRunner().invoke(commands, words)
        assert bool(result.exception) is fails, result.output
        return str(result.output)

    return run


@pytest.fixture
def post(sqlite):
    moderation = Moderation(sqlite, FakeScorer(), SECRET, utc_now, Silence())
    site = Access(sqlite, SECRET, utc_now).named_site("kabar")

    def send(content: str = "halo") -> str:
        return moderation.submit(site, Arrival(content, author_name="Budi")).id

    return send


def test_a_webhook_from_add_to_remove(saring, post):
    with receiving() as receiver:
        made = saring("webhook", "add", "kabar", receiver.url, "--allow-private", "--json")
        hook = json.loads(made)
        assert hook["secret"].startswith("whsec_")
        post()
        assert "waiting 1" in saring("webhook", "list")
        assert saring("webhook", "deliver") == "told: 1\n"
        assert [event["type"] for event in receiver.told] == ["comment.accepted"]
    assert hook["secret"] not in saring("webhook", "rotate", hook["id"])
    assert saring("webhook", "dead", hook["id"]) == ""
    assert saring("webhook", "resend", hook["id"]) == "to be sent again: 0\n"
    saring("webhook", "remove", hook["id"])
    assert saring("webhook", "list") == ""


def test_bad_words_are_refused(saring):
    saring("webhook", "add", "kabar", "http://kabar.example/", fails=True)
    saring("webhook", "add", "nowhere", "https://kabar.example/", fails=True)
    saring("webhook", "remove", "nothing", fails=True)


def test_the_monthly_record(saring, post, sqlite):
    site = Access(sqlite, SECRET, utc_now).named_site("kabar")
    filed = Complaints(sqlite, utc_now).file(site, "slander", "=1+1 budi@example.com", post())
    month = filed.created_at.astimezone(ZoneInfo("Asia/Jakarta")).strftime("%Y-%m")
    (row,) = csv.DictReader(io.StringIO(saring("complaints", "export", "--month", month)))
    assert row["detail"] == "'=1+1 [email]"
    assert row["reason_detail"] == "Fitnah atau pencemaran nama baik."
    assert (row["answered_at"], row["in_time"]) == ("", "")
    assert len(saring("complaints", "export", "--month", "2001-01").splitlines()) == 1


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "＝1", "\n=1"])
def test_no_cell_is_a_formula(text):
    assert as_cell(text) == f"'{text}"


def test_ordinary_cells_stay_as_they_are():
    assert as_cell("2026-11-23") == "2026-11-23"
