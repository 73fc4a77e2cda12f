"""Reading config.toml into frozen objects; the licence gate stands here."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMERCIAL = frozenset(
    [
        "MIT",
        "Apache-2.0",
        "BSD-3-Clause",
        "CC0-1.0",
        "CC-BY-3.0",
        "CC-BY-4.0",
        "CC-BY-SA-3.0",
        "CC-BY-SA-3.0-ES",
        "CC-BY-SA-4.0",
        "ODC-BY-1.0",
        "own",
    ]
)
"""SPDX names of licences under which a derived model may be used commercially."""

DEFAULT = Path(__file__).with_name("config.toml")


class Refused(Exception):
    """Training will not start, and the message says why."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One labelled file and what it is worth."""

    name: str
    sha256: str
    licence: str
    commercial: bool
    origin: str
    weight: float
    weak: tuple[str, ...]
    good: bool


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a training run depends on besides the data and the code."""

    seed: int
    max_characters: int
    weak_weight: float
    unsure_weight: float
    written_weight: float
    written_factors: dict[str, float]
    copies_power: float
    source_power: float
    own_weight: float
    disguise: tuple[float, float]
    unknown_limit: float
    features: dict[str, Any]
    heads: dict[str, Any]
    priors: dict[str, float]
    folds: dict[str, list[list[str]]]
    datasets: tuple[Dataset, ...]

    def params(self) -> dict[str, Any]:
        """Parameters of the pipeline."""
        features = {k: tuple(v) if isinstance(v, list) else v for k, v in self.features.items()}
        return {f"features__{k}": v for k, v in features.items()} | {
            f"heads__{k}": v for k, v in self.heads.items()
        }


def read(path: Path = DEFAULT) -> Config:
    """Parse a configuration file."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    datasets = tuple(
        Dataset(**{**item, "weak": tuple(item["weak"])}) for item in raw.pop("dataset")
    )
    return Config(**raw, datasets=datasets)


def check_licences(datasets: tuple[Dataset, ...], *, allow_noncommercial: bool = False) -> None:
    """Refuse data whose licence forbids, or does not clearly allow, commercial use."""
    refused = [d for d in datasets if not (d.commercial and _allows(d.licence))]
    if refused and not allow_noncommercial:
        listed = ", ".join(f"{d.name} ({d.licence or 'no licence'})" for d in refused)
        raise Refused(
            f"no licence for commercial use: {listed}. Remove it from the configuration, or train "
            "a model for your own use with --allow-noncommercial."
        )


def _allows(licence: str) -> bool:
    parts = licence.split(" AND ")
    return bool(licence) and all(part.strip() in COMMERCIAL for part in parts)
