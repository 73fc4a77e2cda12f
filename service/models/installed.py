"""The models of an installation: where they lie, which is in force, and loading one.

Shipped models lie in ``settings.models_dir``, which may be read-only. What is made here lies in
``home/models``, where ``current.json`` names the version in force; without it, it is the shipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Self

from service import logs
from service.errors import BadArtefact, BadSettings
from service.scoring import artefact
from service.scoring.artefact import Metadata
from service.scoring.scorer import NoModel, Scorer
from service.scoring.signature import SIGNATURE, key_of, read_json, verified
from service.settings import Settings

GATE: Final = "gate.json"
_WATCHED: Final = (artefact.MODEL, artefact.METADATA, SIGNATURE)
Origin = Literal["shipped", "made"]


@dataclass(frozen=True, slots=True)
class Named:
    """A version, and whether it was shipped or made here."""

    version: str
    origin: Origin


class Models:
    """Every model of one installation. Holds no state: each question looks at the disk."""

    def __init__(self, shipped: Path, made: Path, key: bytes) -> None:
        if shipped.resolve() == made.resolve():
            raise BadSettings(
                f"SARING_MODELS_DIR: got '{shipped}', where models made here are kept; it takes "
                "the folder of the shipped ones"
            )
        self.shipped = shipped
        self.made = made
        self.key = key

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The models of the installation with these settings, which are complete with a secret."""
        return cls(settings.models_dir, settings.home / "models", key_of(settings.secret))

    def in_force(self) -> Named:
        """The version that is to judge; `BadArtefact` where there is none."""
        promoted = self.pointer()
        if promoted.get("origin") != "made":
            return Named(artefact.shipped_version(self.shipped), "shipped")
        return Named(checked(promoted.get("version")), "made")

    def pointer(self) -> dict[str, Any]:
        """What was last promoted here, with its past; empty where nothing ever was."""
        path = self.made / artefact.CURRENT
        return read_json(path) if path.exists() else {}

    def named(self, version: str) -> Named:
        """A version that is here; one made here comes before a shipped one of the same name."""
        if (self.made / checked(version)).is_dir():
            return Named(version, "made")
        if self.shipped.is_dir() and artefact.shipped_version(self.shipped) == version:
            return Named(version, "shipped")
        raise BadArtefact(f"there is no model {version}; `saring model list` shows which there are")

    def folder(self, named: Named) -> Path:
        """Where a version lies."""
        return (self.made if named.origin == "made" else self.shipped) / named.version

    def load(self, named: Named | None = None) -> Scorer:
        """A model, else the one in force; `BadArtefact` says why it is refused."""
        named = named or self.in_force()
        if named.origin == "shipped":
            return Scorer(*artefact.load(self.shipped))
        return Scorer(*artefact.load_signed(self.folder(named), self.key))

    def metadata(self, named: Named) -> Metadata:
        """What a model says of itself, once it is proven to be ours."""
        if named.origin == "made":
            verified(self.folder(named), self.key)
        return artefact.read_metadata(self.folder(named))

    def gate(self, named: Named) -> Mapping[str, Any]:
        """What the gate found of a model made here; empty where it was never measured."""
        if named.origin == "shipped" or GATE not in verified(self.folder(named), self.key):
            return {}
        return read_json(self.folder(named) / GATE)

    def trace(self) -> tuple[object, ...]:
        """Changes whenever `load` might answer otherwise; cheap enough to ask every second."""
        pins = (self.shipped / artefact.CURRENT, self.made / artefact.CURRENT)
        try:
            named = self.in_force()
        except BadArtefact as error:
            return (str(error), *map(_stamp, pins))
        folder = self.folder(named)
        return (named, *map(_stamp, (*pins, *(folder / name for name in _WATCHED))))


def load_current(models: Models) -> Scorer | NoModel:
    """The model in force, or a NoModel that says why there is none; the service stays up."""
    try:
        return models.load()
    except BadArtefact as error:
        logs.get().error("model_refused", why=str(error))
        return NoModel(str(error))


def checked(version: object) -> str:
    """A name that can be a version's and a folder's; `BadArtefact` for any other."""
    if not isinstance(version, str) or not artefact.is_version(version):
        raise BadArtefact(f"{version!r} is not the name of a version")
    return version


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
