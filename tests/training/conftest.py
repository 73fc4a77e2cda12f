"""The tiny model of the scoring tests, for those of training too."""

from __future__ import annotations

from tests.scoring.conftest import models, scorer

__all__ = ["models", "scorer"]
