"""Settings: every bad value is one line that names the setting, what it got, what it takes."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest

from service.errors import BadSettings
from service.settings import RateLimit, Settings

SECRET = "x" * 32


def read(**values: str) -> Settings:
    return Settings.from_env({f"SARING_{name.upper()}": value for name, value in values.items()})


def test_it_works():
    settings = read()
    assert settings.home == Path("var").absolute()
    assert settings.database_url == f"sqlite:///{Path('var').absolute() / 'saring.db'}"
    assert settings.bind == "127.0.0.1:8000"
    assert settings.models_dir == Path("models").absolute()
    assert settings.secret == b""
    assert settings.demo is False


@pytest.mark.parametrize(
    ("name", "value", "read_as"),
    [
        ("home", "/srv/saring", Path("/srv/saring")),
        ("database_url", "postgresql://u@h/n", "postgresql://u@h/n"),
        ("secret", SECRET, SECRET.encode()),
        ("bind", "0.0.0.0:80", "0.0.0.0:80"),
        ("bind", "[::1]:8000", "[::1]:8000"),
        ("workers", "8", 8),
        ("threads", " 16 ", 16),
        ("retention_days", "0", 0),
        ("retention_days", "365", 365),
        ("log_level", "DEBUG", "debug"),
        ("rate_limit", "0", RateLimit(0, 60)),
        ("rate_limit", "5/second", RateLimit(5, 1)),
        ("rate_limit", "600/hour", RateLimit(600, 3600)),
        ("rate_limit", "30", RateLimit(30, 60)),
        ("demo", "1", True),
        ("demo", "0", False),
        ("workers", "", 2),
        ("trusted_proxies", "10.0.0.1", (ipaddress.ip_network("10.0.0.1/32"),)),
        (
            "trusted_proxies",
            "10.0.0.0/8, ::1,",
            (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128")),
        ),
    ],
)
def test_good_values(name, value, read_as):
    assert getattr(read(**{name: value}), name) == read_as


@pytest.mark.parametrize(
    ("name", "value", "takes"),
    [
        ("bind", "8000", "HOST:PORT with a port from 1 to 65535"),
        ("bind", ":8000", "HOST:PORT with a port from 1 to 65535"),
        ("bind", "localhost", "HOST:PORT with a port from 1 to 65535"),
        ("bind", "localhost:", "HOST:PORT with a port from 1 to 65535"),
        ("bind", "localhost:http", "HOST:PORT with a port from 1 to 65535"),
        ("bind", "localhost:0", "HOST:PORT with a port from 1 to 65535"),
        ("bind", "localhost:65536", "HOST:PORT with a port from 1 to 65535"),
        ("workers", "0", "a whole number from 1 to 64"),
        ("workers", "65", "a whole number from 1 to 64"),
        ("workers", "two", "a whole number from 1 to 64"),
        ("workers", "2.5", "a whole number from 1 to 64"),
        ("threads", "-1", "a whole number from 1 to 64"),
        ("trusted_proxies", "proxy.example", "addresses or networks, separated by commas"),
        ("trusted_proxies", "10.0.0.1/8", "addresses or networks, separated by commas"),
        ("retention_days", "-1", "whole days from 0 (keep) to 36500"),
        ("retention_days", "a year", "whole days from 0 (keep) to 36500"),
        ("log_level", "loud", "one of debug, info, warning, error"),
        ("rate_limit", "fast", "COUNT/second, COUNT/minute or COUNT/hour; 0 is no limit"),
        ("rate_limit", "5/day", "COUNT/second, COUNT/minute or COUNT/hour; 0 is no limit"),
        ("rate_limit", "-5/minute", "COUNT/second, COUNT/minute or COUNT/hour; 0 is no limit"),
        ("demo", "yes", "0 or 1"),
    ],
)
def test_a_bad_value_is_one_line(name, value, takes):
    with pytest.raises(BadSettings) as refused:
        read(**{name: value})
    assert str(refused.value) == f"SARING_{name.upper()}: got {value!r}; it takes {takes}"


@pytest.mark.parametrize("value", ["short", "x" * 31])
def test_a_short_secret_is_refused_without_showing_it(value):
    with pytest.raises(BadSettings) as refused:
        read(secret=value)
    assert str(refused.value) == "SARING_SECRET: got a value; it takes at least 32 bytes"


def test_a_secret_is_measured_in_bytes():
    assert len(read(secret="é" * 16).secret) == 32


def test_name_file(tmp_path):
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / "workers").write_text("3\n")
    settings = read(secret_file=str(tmp_path / "secret"), workers_file=str(tmp_path / "workers"))
    assert (settings.secret, settings.workers) == (SECRET.encode(), 3)


def test_a_name_file_comes_before_the_name(tmp_path):
    (tmp_path / "workers").write_text("3")
    assert read(workers="5", workers_file=str(tmp_path / "workers")).workers == 3


def test_a_name_file_that_is_missing(tmp_path):
    with pytest.raises(BadSettings) as refused:
        read(secret_file=str(tmp_path / "none"))
    said = f"SARING_SECRET_FILE: cannot read '{tmp_path / 'none'}': FileNotFoundError"
    assert str(refused.value) == said


def test_a_name_file_that_is_no_text(tmp_path):
    (tmp_path / "secret").write_bytes(b"\xff\xfe" * 20)
    with pytest.raises(BadSettings, match=r"^SARING_SECRET_FILE: cannot read .*Unicode"):
        read(secret_file=str(tmp_path / "secret"))


def test_the_environment_is_the_default(monkeypatch):
    monkeypatch.setenv("SARING_WORKERS", "7")
    assert Settings.from_env().workers == 7


def test_repr_hides_secrets():
    shown = repr(read(secret=SECRET, database_url="postgresql://u:hunter2@h/n"))
    assert SECRET not in shown
    assert "hunter2" not in shown
    assert "workers=2" in shown


def test_settings_cannot_change():
    with pytest.raises(AttributeError):
        read().workers = 3
