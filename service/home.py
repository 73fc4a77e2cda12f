"""The home directory: state that must outlive a start. Makes the secret once."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from service.errors import BadSettings, Refused
from service.settings import LEAST_SECRET_BYTES, Settings


def prepare(settings: Settings) -> Settings:
    """Make the home where it is missing, and complete the settings with the service secret."""
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = settings.secret or _secret(settings.home / "secret")
        _prove_writable(settings.home)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise BadSettings(
            f"SARING_HOME: got '{settings.home}', which cannot be written ({why}); "
            "it takes a directory of your own"
        ) from error
    return replace(settings, secret=secret)


def serve_from(home: Path) -> IO[bytes]:
    """Say that this home is served, by a lock that lasts as long as any process has the file open.

    Forked workers have it too, so an orphan still counts. `Refused` while a restore is under way.
    """
    return _locked(home, fcntl.LOCK_SH, "a restore is under way in this home; wait for it")


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """While nobody serves from this home, and nobody starts to; `Refused` where somebody does."""
    with _locked(home, fcntl.LOCK_EX, "the service runs in this home; stop it first"):
        yield


def _locked(home: Path, how: int, refusal: str) -> IO[bytes]:
    place = home / "run" / "served"
    place.parent.mkdir(exist_ok=True)
    file = place.open("ab")
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise Refused(refusal) from error
    return file


def _prove_writable(home: Path) -> None:
    probe = home / f".probe-{os.getpid()}"
    probe.touch()
    probe.unlink()


def _secret(path: Path) -> bytes:
    """Read the secret, or make one: whole or not at all, and never over another one."""
    if not path.exists():
        with NamedTemporaryFile("w", dir=path.parent, prefix=".secret-", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
            with suppress(FileExistsError):  # another start was first; its secret holds
                os.link(file.name, path)
    secret = path.read_bytes().strip()
    if len(secret) < LEAST_SECRET_BYTES:
        raise BadSettings(f"the secret in '{path}' is shorter than 32 bytes; restore it")
    return secret
