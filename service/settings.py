"""Settings from the environment; the only reader of it. A bad value stops the start in one line."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from service.errors import BadSettings

_T = TypeVar("_T")
LEAST_SECRET_BYTES = 32
_LEVELS = ("debug", "info", "warning", "error")
_PERIODS = {"second": 1, "minute": 60, "hour": 3600}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `count` comments from one site in `seconds`; a count of 0 is no limit."""

    count: int = 0
    seconds: int = 60


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the operator can set; every field has an environment name SARING_…"""

    home: Path = Path("var")
    database_url: str = field(default="", repr=False)
    secret: bytes = field(default=b"", repr=False)
    bind: str = "127.0.0.1:8000"
    workers: int = 2
    threads: int = 2
    models_dir: Path = Path("models")
    trusted_proxies: tuple[Network, ...] = ()
    retention_days: int = 0
    log_level: str = "info"
    rate_limit: RateLimit = RateLimit()
    demo: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read SARING_* names, each also as NAME_FILE; an empty value is an absent one."""
        env = os.environ if env is None else env
        given = {name: _value(env, f"SARING_{name.upper()}") for name in _READERS}
        values: dict[str, Any] = {
            name: _read(f"SARING_{name.upper()}", text, *_READERS[name])
            for name, text in given.items()
            if text
        }
        home = Path(values.get("home", cls.home_default())).absolute()
        values["home"] = home
        values.setdefault("database_url", f"sqlite:///{home / 'saring.db'}")
        values["models_dir"] = Path(values.get("models_dir", "models")).absolute()
        return cls(**values)

    @staticmethod
    def home_default() -> Path:
        """Where state lives when SARING_HOME is not set."""
        return Path("var")


def _value(env: Mapping[str, str], name: str) -> str:
    path = env.get(f"{name}_FILE", "")
    if not path:
        return env.get(name, "").strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{name}_FILE: cannot read {path!r}: {type(error).__name__}") from error


def _read(name: str, text: str, reader: Callable[[str], _T], takes: str) -> _T:
    try:
        return reader(text)
    except ValueError as error:
        got = "a value" if name in ("SARING_SECRET", "SARING_DATABASE_URL") else repr(text)
        raise BadSettings(f"{name}: got {got}; it takes {takes}") from error


def _secret(text: str) -> bytes:
    if len(text.encode()) < LEAST_SECRET_BYTES:
        raise ValueError
    return text.encode()


def _bind(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not 1 <= int(port) <= 65535:
        raise ValueError
    return text


def _between(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not low <= int(text) <= high:
            raise ValueError
        return int(text)

    return read


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def _level(text: str) -> str:
    if text.lower() not in _LEVELS:
        raise ValueError
    return text.lower()


def _rate(text: str) -> RateLimit:
    count, _, period = text.partition("/")
    if int(count) < 0 or (period or "minute") not in _PERIODS:
        raise ValueError
    return RateLimit(int(count), _PERIODS[period or "minute"])


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError
    return text == "1"


_READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "home": (Path, "a directory"),
    "database_url": (str, "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"),
    "secret": (_secret, "at least 32 bytes"),
    "bind": (_bind, "HOST:PORT with a port from 1 to 65535"),
    "workers": (_between(1, 64), "a whole number from 1 to 64"),
    "threads": (_between(1, 64), "a whole number from 1 to 64"),
    "models_dir": (Path, "a directory"),
    "trusted_proxies": (_networks, "addresses or networks, separated by commas"),
    "retention_days": (_between(0, 36500), "whole days from 0 (keep) to 36500"),
    "log_level": (_level, f"one of {', '.join(_LEVELS)}"),
    "rate_limit": (_rate, "COUNT/second, COUNT/minute or COUNT/hour; 0 is no limit"),
    "demo": (_flag, "0 or 1"),
}
