"""The model in force, or why there is none."""

from __future__ import annotations

from pathlib import Path

from service import logs
from service.errors import BadArtefact
from service.scoring.scorer import NoModel, Scorer


def load_scorer(models_dir: Path) -> Scorer | NoModel:
    """The current model, or a NoModel that says why there is none; the service stays up."""
    try:
        return Scorer.load(models_dir)
    except BadArtefact as error:
        logs.get().error("model_refused", why=str(error))
        return NoModel(str(error))
