"""The home: made once, with a secret that is never made twice."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.errors import BadSettings
from service.home import prepare
from service.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "new" / "home"


def test_it_works(home):
    settings = prepare(Settings(home=home))
    assert len(settings.secret) == 64
    assert (home / "secret").read_bytes() == settings.secret
    assert [path.name for path in home.iterdir()] == ["secret"]


def test_only_the_owner_may_look(home):
    prepare(Settings(home=home))
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "secret").stat().st_mode & 0o777 == 0o600


def test_the_secret_is_kept(home):
    assert prepare(Settings(home=home)).secret == prepare(Settings(home=home)).secret


def test_two_homes_have_two_secrets(tmp_path):
    secrets = {prepare(Settings(home=tmp_path / name)).secret for name in ("one", "two")}
    assert len(secrets) == 2


def test_many_first_starts_agree_on_one_secret(home):
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: _prepared_in_own_process(home), range(4)))
    assert len(secrets) == 1


def _prepared_in_own_process(home: Path) -> bytes:
    code = (
        "from pathlib import Path; from service.home import prepare;"
        "from service.settings import Settings;"
        f"print(prepare(Settings(home=Path({str(home)!r}))).secret.decode())"
    )
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout


def test_a_start_that_was_cut_short_stops_no_later_one(home, monkeypatch):
    """On a full disk, say; in a container the next process has the same number."""
    with monkeypatch.context() as patch:
        patch.setattr("service.home.os.fsync", _disk_full)
        with pytest.raises(BadSettings):
            prepare(Settings(home=home))
    assert list(home.iterdir()) == []
    (home / f".secret-{os.getpid()}").touch()  # as one that was killed has left it
    assert len(prepare(Settings(home=home)).secret) == 64


def _disk_full(_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_secret_from_the_environment_makes_no_file(home):
    settings = prepare(Settings(home=home, secret=b"x" * 32))
    assert settings.secret == b"x" * 32
    assert not (home / "secret").exists()


@pytest.mark.parametrize("damaged", [b"", b"short", b"\n" * 64])
def test_a_damaged_secret_stops_the_start(home, damaged):
    home.mkdir(parents=True)
    (home / "secret").write_bytes(damaged)
    with pytest.raises(BadSettings, match="shorter than 32 bytes; restore it"):
        prepare(Settings(home=home))


def test_a_home_below_a_file(tmp_path):
    (tmp_path / "file").touch()
    home = tmp_path / "file" / "home"
    with pytest.raises(BadSettings) as refused:
        prepare(Settings(home=home))
    assert str(refused.value) == (
        f"SARING_HOME: got '{home}', which cannot be written (Not a directory); "
        "it takes a directory of your own"
    )


def test_a_home_that_is_a_file(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BadSettings, match=r"^SARING_HOME: got .* cannot be written"):
        prepare(Settings(home=tmp_path / "file"))
