"""The tiny model as a folder of shipped models, and as a scorer."""

from __future__ import annotations

from pathlib import Path

import pytest
from sklearn.pipeline import Pipeline

from service.scoring import artefact
from service.scoring.scorer import Scorer
from tests.tiny import metadata


@pytest.fixture
def models(tmp_path: Path, pipeline: Pipeline) -> Path:
    saved = artefact.save(tmp_path, pipeline, metadata(), ["halo dunia", "slot gacor", ""])
    artefact.point(tmp_path, saved)
    return tmp_path


@pytest.fixture
def scorer(models: Path) -> Scorer:
    return Scorer.load(models)
