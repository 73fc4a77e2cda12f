"""Scorer: raw texts to calibrated probabilities, reasons and budgets; NoModel without a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from service.errors import Unavailable
from service.scoring import artefact, explain, language
from service.scoring.artefact import Metadata
from service.scoring.budgets import LEAST_REJECT, Threshold, shares, thresholds
from service.scoring.explain import Explanation, Span
from service.scoring.labels import HEADS

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from service.scoring.features import CommentFeatures
    from service.scoring.heads import MultiHeadLogistic

__all__ = [
    "HEADS",
    "LEAST_REJECT",
    "Assessment",
    "Explanation",
    "NoModel",
    "Scorer",
    "Span",
    "Threshold",
    "shares",
]

_BATCH_CHARACTERS = 1 << 18


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the model says about one text; ``unsure`` means a person should read it.

    ``unknown`` is the share of its words that training never saw.
    """

    scores: dict[str, float]
    language: str
    unsure: bool
    unknown: float = 0.0


class Scorer:
    """A loaded model. Holds no state besides it, so threads and forks may share one."""

    def __init__(self, pipeline: Pipeline, metadata: Metadata) -> None:
        self.pipeline = pipeline
        self._features = pipeline.named_steps["features"]
        self._heads = pipeline.named_steps["heads"]
        self.metadata = metadata
        self.version = metadata.version

    @classmethod
    def load(cls, models_dir: Path) -> Self:
        """The current model of a models folder; raises BadArtefact saying why it is refused."""
        return cls(*artefact.load(models_dir))

    def assess(self, texts: Sequence[str]) -> list[Assessment]:
        """One assessment per text, in order; any string is accepted."""
        return _assess(self._features, self._heads, texts, self.metadata.unknown_limit)

    def explain(self, text: str, head: str, *, utf16: bool = False) -> Explanation:
        """Which parts of the text speak for a head and against it, in log-odds.

        Offsets count code points or, for programs that count like JavaScript, UTF-16 units.
        """
        [found] = self.explain_each(text, [head])
        return explain.in_utf16(found, text) if utf16 else found

    def explain_each(self, text: str, heads: Sequence[str]) -> list[Explanation]:
        """The same for several heads, for little more than one costs; offsets in code points."""
        return explain.explain(self._features, self._heads, text, heads)

    def thresholds(
        self,
        reject_per_mille: float,
        hold_per_mille: float,
        *,
        toxicity_rejects: bool = False,
        language: str = "",
    ) -> dict[str, Threshold]:
        """Thresholds per head that keep both budgets on held-out good comments of a language.

        Without one, or for a language that has no comments of its own, the strictest decides.
        """
        return thresholds(
            self.metadata.tail,
            self.metadata.good,
            reject_per_mille,
            hold_per_mille,
            toxicity_rejects=toxicity_rejects,
            language=language,
        )


class NoModel:
    """Stands where a scorer should be and says why there is none; the policy then holds all."""

    version = "none"
    metadata = None

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def assess(self, texts: Sequence[str]) -> list[Assessment]:  # noqa: ARG002
        """Refuse."""
        raise Unavailable(self.reason)

    def explain(self, text: str, head: str, *, utf16: bool = False) -> Explanation:  # noqa: ARG002
        """Refuse."""
        raise Unavailable(self.reason)

    def explain_each(self, text: str, heads: Sequence[str]) -> list[Explanation]:  # noqa: ARG002
        """Refuse."""
        raise Unavailable(self.reason)

    def thresholds(
        self,
        reject_per_mille: float,
        hold_per_mille: float,
        *,
        toxicity_rejects: bool = False,
        language: str = "",
    ) -> dict[str, Threshold]:
        """There are none."""
        del reject_per_mille, hold_per_mille, toxicity_rejects, language
        return {}


def assessments(pipeline: Pipeline, texts: Sequence[str], unknown_limit: float) -> list[Assessment]:
    """What a pipeline says about some texts, in order; training asks before there is a Scorer."""
    steps = pipeline.named_steps  # made anew each time it is asked for
    return _assess(steps["features"], steps["heads"], texts, unknown_limit)


def _assess(
    features: CommentFeatures,
    heads: MultiHeadLogistic,
    texts: Sequence[str],
    unknown_limit: float,
) -> list[Assessment]:
    found: list[Assessment] = []
    for batch in _batches(texts):
        bags = features.transform(batch)
        rows = heads.predict_proba(bags)
        readings = language.read(rows[:, len(HEADS) :], bags, unknown_limit)
        found += _assessed(rows, readings, bags.unknown)
    return found


def _assessed(
    rows: NDArray[np.float64], readings: list[tuple[str, bool]], unknown: NDArray[np.float32]
) -> list[Assessment]:
    found = zip(rows.tolist(), readings, unknown.tolist(), strict=True)
    return [
        Assessment(dict(zip(HEADS, scores, strict=False)), *reading, share)
        for scores, reading, share in found
    ]


def _batches(texts: Sequence[str]) -> list[list[str]]:
    """Consecutive texts of bounded total length, so that memory stays bounded."""
    batches: list[list[str]] = []
    room = 0
    for text in texts:
        if room <= 0:
            batches.append([])
            room = _BATCH_CHARACTERS
        batches[-1].append(text)
        room -= len(text) + 64
    return batches
