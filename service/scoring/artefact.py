"""A trained model on disk: written whole or not at all, and refused for a named reason.

``load`` checks in this order: digest (before anything is unpickled), library versions, labels,
canary texts. The only joblib of the house is here, so that is where a pickle could come in.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import scipy
import sklearn
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.pipeline import Pipeline

from service.errors import BadArtefact
from service.scoring.labels import HEADS, LANGUAGES

FORMAT = 1
MODEL, METADATA, CURRENT = "model.joblib", "metadata.json", "current.json"
_TOLERANCE = 1e-6
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Canary:
    """A text and the probabilities it had when the model was saved."""

    text: str
    probabilities: dict[str, float]


@dataclass(frozen=True, slots=True)
class Metadata:
    """Everything about a model besides its weights.

    ``good`` maps head -> language -> scores of held-out good comments at ``tail`` shares: the
    score that a share of them reaches. ``rows`` counts those comments per head and language.
    """

    format: int
    version: str
    created: str
    digest: str
    labels: list[str]
    libraries: dict[str, str]
    params: dict[str, Any]
    seed: int
    priors: dict[str, float]
    sources: list[dict[str, Any]]
    metrics: dict[str, Any]
    tail: list[float]
    good: dict[str, dict[str, list[float]]]
    rows: dict[str, dict[str, int]]
    unknown_limit: float
    canaries: list[Canary]


def libraries() -> dict[str, str]:
    """Versions that must agree between training and serving."""
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
    }


def save(
    models: Path,
    pipeline: Pipeline,
    metadata: dict[str, Any],
    texts: Sequence[str],
    describe: Callable[[Metadata], Mapping[str, str]] | None = None,
) -> Metadata:
    """Write ``models/<version>`` in one rename; the digest and canaries are filled in here.

    ``describe`` gives the texts of further files, by name.
    """
    version = metadata["version"]
    models.mkdir(parents=True, exist_ok=True)
    room = Path(tempfile.mkdtemp(prefix=".saving-", dir=models))
    try:
        joblib.dump(pipeline, room / MODEL, compress=0, protocol=5)
        complete = Metadata(
            format=FORMAT,
            digest=digest(room / MODEL),
            libraries=libraries(),
            labels=list(HEADS + LANGUAGES),
            canaries=_canaries(pipeline, texts),
            **metadata,
        )
        write_json(room / METADATA, asdict(complete))
        for name, content in (describe(complete) if describe else {}).items():
            (room / name).write_text(content, encoding="utf-8")
        room.chmod(0o755)
        _swap_in(room, models / version)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return complete


def point(models: Path, metadata: Metadata) -> None:
    """Make a saved version the current one, atomically."""
    write_json(models / CURRENT, {"version": metadata.version, "digest": metadata.digest})


def load(models: Path) -> tuple[Pipeline, Metadata]:
    """The current model, memory mapped, or :class:`BadArtefact` saying why not."""
    current = _read_json(models / CURRENT)
    version = current.get("version")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise BadArtefact(f"{CURRENT} names no version: {version!r}")
    metadata = _metadata(models / version / METADATA)
    if metadata.version != version:
        raise BadArtefact(f"folder {version} holds the metadata of version {metadata.version}")
    _check_digest(models / version / MODEL, str(current.get("digest")), metadata.digest)
    _check_libraries(metadata)
    pipeline = _unpickle(models / version / MODEL)
    _check_labels(pipeline, metadata)
    _check_canaries(pipeline, metadata.canaries)
    return pipeline, metadata


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, value: Any) -> None:
    """Replace a JSON file atomically."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    half.replace(path)


def _swap_in(room: Path, home: Path) -> None:
    old = room.with_name(room.name + "-old")
    if home.exists():
        home.rename(old)
    room.rename(home)
    shutil.rmtree(old, ignore_errors=True)


def _canaries(pipeline: Pipeline, texts: Sequence[str]) -> list[Canary]:
    rows = pipeline.predict_proba(list(texts))
    names = HEADS + LANGUAGES
    return [
        Canary(text, dict(zip(names, map(float, row), strict=True)))
        for text, row in zip(texts, rows, strict=True)
    ]


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadArtefact(f"no model: {path} does not exist") from None
    except (OSError, ValueError) as error:
        raise BadArtefact(f"{path.name} cannot be read: {error}") from None
    if not isinstance(value, dict):
        raise BadArtefact(f"{path.name} is not an object")
    return value


def _metadata(path: Path) -> Metadata:
    value = _read_json(path)
    if value.get("format") != FORMAT:
        raise BadArtefact(f"format {value.get('format')!r} is not {FORMAT}")
    missing = {field.name for field in fields(Metadata)} - value.keys()
    if missing:
        raise BadArtefact(f"{METADATA} lacks {', '.join(sorted(missing))}")
    canaries = [Canary(item["text"], item["probabilities"]) for item in value.pop("canaries")]
    known = {field.name: value[field.name] for field in fields(Metadata) if field.name in value}
    return Metadata(**known, canaries=canaries)


def _check_digest(path: Path, *expected: str) -> None:
    if not path.is_file():
        raise BadArtefact(f"no model: {path} does not exist")
    found = digest(path)
    for wanted in expected:
        if found != wanted:
            raise BadArtefact(f"digest of {MODEL} is {found[:12]}…, expected {wanted[:12]}…")


def _check_libraries(metadata: Metadata) -> None:
    here = libraries()
    differing = [
        f"{name} {metadata.libraries.get(name)} (here {version})"
        for name, version in here.items()
        if name != "python" and metadata.libraries.get(name) != version
    ]
    if differing:
        raise BadArtefact(f"trained with other library versions: {', '.join(differing)}")


def _unpickle(path: Path) -> Pipeline:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", InconsistentVersionWarning)
            return joblib.load(path, mmap_mode="r")
    except InconsistentVersionWarning as warning:
        raise BadArtefact(f"library versions differ inside the pickle: {warning}") from None
    except Exception as error:  # noqa: BLE001 - a pickle may raise anything
        raise BadArtefact(f"{MODEL} cannot be unpickled: {error!r}") from None


def _check_labels(pipeline: Pipeline, metadata: Metadata) -> None:
    expected = list(HEADS + LANGUAGES)
    for found in (metadata.labels, list(getattr(pipeline, "classes_", ()))):
        if found != expected:
            raise BadArtefact(f"labels are {found}, expected {expected}")


def _check_canaries(pipeline: Pipeline, canaries: Sequence[Canary]) -> None:
    if not canaries:
        raise BadArtefact("no canary texts")
    rows = pipeline.predict_proba([canary.text for canary in canaries])
    for canary, row in zip(canaries, rows, strict=True):
        off = np.abs(np.array([canary.probabilities[n] for n in HEADS + LANGUAGES]) - row).max()
        if not off <= _TOLERANCE:
            raise BadArtefact(f"canary {canary.text[:20]!r} is off by {off:.2g}")
