"""The ledger of the forgotten: what stands in it, and that a crash in mid-line costs that line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from service.forgotten import FILE, Ledger
from tests.conftest import SECRET

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ONE, OTHER = "a" * 32, "b" * 32


def test_it_works(tmp_path):
    Ledger(tmp_path, SECRET).write([ONE, OTHER], NOW)
    again = Ledger(tmp_path, SECRET)
    again.write([ONE], NOW + timedelta(days=1))
    assert again.read() == {again.digest(ONE): NOW + timedelta(days=1), again.digest(OTHER): NOW}


def test_it_holds_no_key_of_the_database(tmp_path):
    ledger = Ledger(tmp_path, SECRET)
    ledger.write([ONE], NOW)
    assert ONE not in (tmp_path / FILE).read_text()
    elsewhere = Ledger(tmp_path, b"another secret, as long as it must be")
    assert elsewhere.digest(ONE) != ledger.digest(ONE)


def test_only_its_owner_reads_it(tmp_path):
    Ledger(tmp_path, SECRET).write([ONE], NOW)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_line_that_was_cut_is_passed_over(tmp_path):
    ledger = Ledger(tmp_path, SECRET)
    ledger.write([ONE], NOW)
    with (tmp_path / FILE).open("a") as file:
        file.write('["0123')
    ledger.write([OTHER], NOW)
    assert ledger.read() == {ledger.digest(ONE): NOW, ledger.digest(OTHER): NOW}


def test_there_is_none_yet(tmp_path):
    assert Ledger(tmp_path, SECRET).read() == {}
