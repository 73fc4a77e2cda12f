"""Files that are written whole, and folders that only this installation can have made.

A model that is made here is signed with a key derived from the installation's secret: its
``signature.json`` holds the SHA-256 of every file and an HMAC over them. Nothing of a folder is
read, let alone unpickled, before both agree.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any, Final

from service.errors import BadArtefact

SIGNATURE: Final = "signature.json"
_PURPOSE: Final = b"saring model folder 1\n"


def key_of(secret: bytes) -> bytes:
    """The key that signs models, of an installation's secret."""
    return hmac.digest(secret, b"saring models", hashlib.sha256)


def sign(folder: Path, key: bytes) -> None:
    """Sign all files of a folder as they are now; sign again after a change."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    files = {name: digest(folder / name) for name in names if name != SIGNATURE}
    write_json(folder / SIGNATURE, {"files": files, "signature": _signature(files, key)})


def verified(folder: Path, key: bytes) -> dict[str, str]:
    """The digests of a folder's signed files, each as it is on disk; `BadArtefact` if not ours."""
    body = read_json(folder / SIGNATURE)
    files, signature = body.get("files"), body.get("signature")
    if not isinstance(files, dict) or not isinstance(signature, str):
        raise BadArtefact(f"{SIGNATURE} of {folder.name} is incomplete")
    if not hmac.compare_digest(_signature(files, key).encode(), signature.encode()):
        raise BadArtefact(f"{folder.name} was not made by this installation: the signature differs")
    for name, expected in files.items():
        check_digest(folder / name, str(expected))
    return files


def check_digest(path: Path, *expected: str) -> None:
    """`BadArtefact` where a file is missing or is another than each digest says."""
    if not path.is_file():
        raise BadArtefact(f"no model: {path} does not exist")
    found = digest(path)
    for wanted in expected:
        if found != wanted:
            raise BadArtefact(f"digest of {path.name} is {found[:12]}…, expected {wanted[:12]}…")


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """An object from a JSON file; `BadArtefact` says why there is none."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadArtefact(f"no model: {path} does not exist") from None
    except (OSError, ValueError) as error:
        raise BadArtefact(f"{path.name} cannot be read: {error}") from None
    if not isinstance(value, dict):
        raise BadArtefact(f"{path.name} is not an object")
    return value


def write_json(path: Path, value: Any) -> None:
    """Replace a JSON file atomically; it is on the disk when this returns."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    with half.open("w", encoding="utf-8") as file:
        file.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """A rename is only on the disk when its folder is."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _signature(files: dict[str, Any], key: bytes) -> str:
    told = json.dumps(files, sort_keys=True, ensure_ascii=True).encode()
    return hmac.new(key, _PURPOSE + told, hashlib.sha256).hexdigest()
