"""Which model judges: promoted past a gate, taken back by the same step, all of it remembered.

``home/models/current.json`` holds the version in force, the versions to go back to, and who
changed what. It is replaced by one rename, so a crash leaves the old state or the new one.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, Literal

from service.errors import BadArtefact, Conflict, Refused
from service.models.installed import Models, Named, Origin
from service.scoring import artefact
from service.scoring.signature import write_json

_CHANGES_KEPT: Final = 200
_STEPS_BACK: Final = 50
Kind = Literal["promote", "rollback"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the version in force: to what, from what, by whom and when (ISO 8601, UTC).

    ``forced``: although the gate had refused it.
    """

    kind: Kind
    version: str
    origin: Origin
    before: str
    by: str
    at: str
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A version on disk. ``gate`` is ``passed``, ``refused`` or empty; ``broken`` says why it could
    never be loaded, as far as that can be told without loading it."""

    version: str
    origin: Origin
    created: str
    in_force: bool
    gate: str = ""
    broken: str = ""


def promote(
    models: Models, version: str, by: str, now: datetime, *, forced: bool = False
) -> Change:
    """Put a version in force. It is loaded first, whole, so what would be refused never is.

    A model made here needs a gate passed against the model that is in force: `Refused` says what
    is missing, and ``forced`` goes on and is remembered. Already in force: `Conflict`.
    """
    with _one_at_a_time(models):
        named, before = models.named(version), in_force(models)
        if named == before:
            raise Conflict(f"{version} is in force already")
        models.load(named)
        objections = objections_to(models, named, before)
        if objections and not forced:
            raise Refused(f"the gate refuses {version}: {'; '.join(objections)}")
        change = _change("promote", named, before, by, now, forced=bool(objections))
        _replace(models, named, change, [*_steps(models), *([before] if before else [])])
    return change


def rollback(models: Models, by: str, now: datetime) -> Change:
    """Put in force what was before the latest promotion; again, what was before that."""
    with _one_at_a_time(models):
        steps, before = _steps(models), in_force(models)
        if not steps:
            raise Refused("there is nothing to go back to: no other model was promoted here")
        earlier = steps[-1]
        if earlier.origin == "shipped":  # the shipped one moves on with the software
            earlier = Named(artefact.shipped_version(models.shipped), "shipped")
        models.load(earlier)
        change = _change("rollback", earlier, before, by, now)
        _replace(models, earlier, change, steps[:-1])
    return change


def objections_to(models: Models, named: Named, before: Named | None) -> list[str]:
    """Why a model may not be put in force without force; empty where it may."""
    if named.origin == "shipped":
        return []
    gate = models.gate(named)
    if not gate:
        return ["it was never measured against the model in force"]
    found = [str(refusal) for refusal in gate.get("refusals", [])]
    if not gate.get("passed") and not found:
        found = ["it did not pass"]
    if before and gate.get("champion") != before.version:
        found.append(
            f"it was measured against {gate.get('champion')}, in force is {before.version}"
        )
    return found


def listed(models: Models) -> list[Listed]:
    """What there is: the shipped model, then those made here, newest first."""
    named: list[Named] = []
    with suppress(BadArtefact):
        named.append(Named(artefact.shipped_version(models.shipped), "shipped"))
    folders = [path for path in models.made.glob("*") if path.is_dir()]
    made = [Named(path.name, "made") for path in folders if artefact.is_version(path.name)]
    before = in_force(models)
    rows = [_listed(models, one, in_force=one == before) for one in (*named, *made)]
    return sorted(rows, key=lambda row: (row.origin, row.created), reverse=True)


def past(models: Models) -> list[Change]:
    """Every change on this installation, oldest first."""
    return [Change(**change) for change in models.pointer().get("past", [])]


def _listed(models: Models, named: Named, *, in_force: bool) -> Listed:
    try:
        created = models.metadata(named).created
        gate = models.gate(named)
    except BadArtefact as error:
        return Listed(named.version, named.origin, "", in_force, broken=str(error))
    said = ("passed" if gate.get("passed") else "refused") if gate else ""
    return Listed(named.version, named.origin, created, in_force, said)


def in_force(models: Models) -> Named | None:
    """The model in force, or None where it is broken."""
    try:
        return models.in_force()
    except BadArtefact:
        return None


def _change(
    kind: Kind, named: Named, before: Named | None, by: str, now: datetime, *, forced: bool = False
) -> Change:
    was, at = before.version if before else "", now.isoformat(timespec="seconds")
    return Change(kind, named.version, named.origin, was, by, at, forced)


def _steps(models: Models) -> list[Named]:
    """What was in force before each promotion that was not taken back, the latest last."""
    return [Named(**step) for step in models.pointer().get("steps", [])]


def _replace(models: Models, named: Named, change: Change, steps: list[Named]) -> None:
    told = [*past(models), change][-_CHANGES_KEPT:]
    pointer = {
        **asdict(named),
        "steps": [asdict(step) for step in steps[-_STEPS_BACK:]],
        "past": [asdict(one) for one in told],
    }
    write_json(models.made / artefact.CURRENT, pointer)


@contextmanager
def _one_at_a_time(models: Models) -> Iterator[None]:
    """Two operators at once would each write over the other's past."""
    models.made.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (models.made / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
