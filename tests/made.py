"""Models for tests: a tiny one that is shipped, and others that an installation makes of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sklearn.pipeline import Pipeline

from service.models.installed import Models
from service.scoring import artefact
from service.scoring.labels import HEADS
from service.scoring.signature import key_of
from tests.tiny import metadata

CANARIES = ["halo dunia", "slot gacor", ""]
PASSED: dict[str, Any] = {"passed": True, "refusals": [], "flips": []}


def ship(folder: Path, pipeline: Pipeline, version: str = "tiny") -> None:
    """A folder as the software ships it."""
    artefact.point(folder, artefact.save(folder, pipeline, metadata(version=version), CANARIES))


def installed(home: Path, pipeline: Pipeline, secret: bytes) -> Models:
    """An installation that has one shipped model, ``tiny``."""
    ship(home / "shipped", pipeline)
    return Models(home / "shipped", home / "models", key_of(secret))


def make(
    models: Models,
    version: str,
    pipeline: Pipeline,
    gate: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Path:
    """A model of this installation, by default past the gate against the one in force."""
    found = {"champion": models.in_force().version, **PASSED} if gate is None else gate
    files = {"gate.json": json.dumps(found)} if found else {}
    described = metadata(version=version, **changes)
    artefact.save(models.made, pipeline, described, CANARIES, lambda _: files, key=models.key)
    return models.made / version


def leaning(pipeline: Pipeline, log_odds: float) -> Pipeline:
    """The same model with the log-odds of every head raised, languages aside."""
    other = copy.deepcopy(pipeline)
    other.named_steps["heads"].intercept_[: len(HEADS)] += log_odds
    return other
