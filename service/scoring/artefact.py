"""A trained model on disk: written whole or not at all, and refused for a named reason.

Loading checks in this order: digest or signature (before anything is unpickled), library versions,
labels, canary texts. The shipped model is pinned by its digest in ``current.json``; a model made by
this installation is signed. The only joblib of the house is here, so that is where a pickle could
come in. It and scikit-learn are imported where a model is saved or loaded, which few commands do.
"""

from __future__ import annotations

import platform
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from service.errors import BadArtefact
from service.scoring.labels import HEADS, LANGUAGES
from service.scoring.signature import check_digest, digest, read_json, sign, verified, write_json

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

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
    ``reference`` is how held-out comments looked at training time, for the drift watch
    (`service.scoring.looks`).
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
    reference: dict[str, Any] | None = None


def libraries() -> dict[str, str]:
    """Versions that must agree between training and serving."""
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        **{name: version(name) for name in ("numpy", "scipy", "scikit-learn")},
    }


def save(
    models: Path,
    pipeline: Pipeline,
    metadata: dict[str, Any],
    texts: Sequence[str],
    describe: Callable[[Metadata], Mapping[str, str]] | None = None,
    key: bytes = b"",
) -> Metadata:
    """Write ``models/<version>`` in one rename; the digest and canaries are filled in here.

    ``describe`` gives the texts of further files, by name. With a key the folder is signed.
    """
    import joblib

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
        if key:
            sign(room, key)
        room.chmod(0o755)
        _swap_in(room, models / metadata["version"])
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return complete


def point(models: Path, metadata: Metadata) -> None:
    """Make a saved version the one that this folder ships, by the digests of its files."""
    pinned = {
        "version": metadata.version,
        "digest": metadata.digest,
        "metadata_digest": digest(models / metadata.version / METADATA),
    }
    write_json(models / CURRENT, pinned)


def shipped_version(models: Path) -> str:
    """The version that a folder of shipped models pins."""
    version = read_json(models / CURRENT).get("version")
    if not isinstance(version, str) or not is_version(version):
        raise BadArtefact(f"{CURRENT} names no version: {version!r}")
    return version


def load(models: Path) -> tuple[Pipeline, Metadata]:
    """The shipped model, memory mapped, or :class:`BadArtefact` saying why not."""
    folder = models / shipped_version(models)
    current = read_json(models / CURRENT)
    if "metadata_digest" in current:
        check_digest(folder / METADATA, str(current["metadata_digest"]))
    claimed = read_metadata(folder).digest
    check_digest(folder / MODEL, str(current.get("digest")), claimed)
    return _load(folder)


def load_signed(folder: Path, key: bytes) -> tuple[Pipeline, Metadata]:
    """A model that this installation made, or :class:`BadArtefact` saying why it is refused."""
    files = verified(folder, key)
    for name in (MODEL, METADATA):
        if name not in files:
            raise BadArtefact(f"{name} of {folder.name} is not signed")
    return _load(folder)


def read_metadata(folder: Path) -> Metadata:
    """What a version's folder says of its model; the folder bears the version's name."""
    value = read_json(folder / METADATA)
    if value.get("format") != FORMAT:
        raise BadArtefact(f"format {value.get('format')!r} is not {FORMAT}")
    needed = {f.name for f in fields(Metadata) if f.default is MISSING}
    if missing := needed - value.keys():
        raise BadArtefact(f"{METADATA} lacks {', '.join(sorted(missing))}")
    known = {field.name: value[field.name] for field in fields(Metadata) if field.name in value}
    known["canaries"] = [Canary(c["text"], c["probabilities"]) for c in value["canaries"]]
    if known["version"] != folder.name:
        raise BadArtefact(f"folder {folder.name} holds the metadata of version {known['version']}")
    return Metadata(**known)


def is_version(name: str) -> bool:
    """Whether this can be the name of a version, and of its folder."""
    return _VERSION.fullmatch(name) is not None


def _load(folder: Path) -> tuple[Pipeline, Metadata]:
    metadata = read_metadata(folder)
    _check_libraries(metadata)
    pipeline = _unpickle(folder / MODEL)
    _check_labels(pipeline, metadata)
    _check_canaries(pipeline, metadata.canaries)
    return pipeline, metadata


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
    import joblib
    from sklearn.exceptions import InconsistentVersionWarning

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
    try:
        rows = pipeline.predict_proba([canary.text for canary in canaries])
    except Exception as error:  # noqa: BLE001 - another release's pickle may fail in any way
        raise BadArtefact(f"a canary text cannot be scored: {type(error).__name__}") from None
    for canary, row in zip(canaries, rows, strict=True):
        off = np.abs(np.array([canary.probabilities[n] for n in HEADS + LANGUAGES]) - row).max()
        if not off <= _TOLERANCE:
            raise BadArtefact(f"canary {canary.text[:20]!r} is off by {off:.2g}")
