"""What was learnt, in the words of those who wrote it: phrases that weigh more now, or less."""

from __future__ import annotations

import copy
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from sklearn.pipeline import Pipeline

from service.scoring.explain import explain
from training.evidence import masked

MOST_TEXTS: Final = 600
MOST_PHRASES: Final = 15
_FEWEST: Final = 2
_LEAST_WEIGHT: Final = 0.02
_EDGES: Final = ".,;:!?\"'()[]{}<>…“”‘’«»*_~|/\\-"
_NUMBER: Final = re.compile(r"(?:\d[\s.-]?){7,}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as it is most often spelt, the texts that hold it, and its mean weight."""

    text: str
    texts: int
    weight: float


def phrases(
    before: Pipeline, after: Pipeline, texts: Sequence[str], head: str
) -> tuple[list[Phrase], list[Phrase]]:
    """Phrases that speak more for a head than before, and phrases that speak less."""
    features, heads = after.named_steps["features"], copy.copy(after.named_steps["heads"])
    heads.table_ = np.asarray(heads.table_) - np.asarray(before.named_steps["heads"].table_)
    heads.intercept_ = np.zeros_like(heads.intercept_)
    weights: dict[str, list[float]] = defaultdict(list)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for text in list(dict.fromkeys(texts))[:MOST_TEXTS]:
        [found] = explain(features, heads, text, [head])
        words = [(text[s.start : s.end].strip(_EDGES), s.weight) for s in found.spans[:-1]]
        for key, shown, weight in _one_and_two([(w, v) for w, v in words if w]):
            weights[key].append(weight)
            spellings[key][shown] += 1
    ranked = [
        Phrase(_shown(spellings[key].most_common(1)[0][0]), len(values), float(np.mean(values)))
        for key, values in weights.items()
        if len(values) >= _FEWEST
    ]
    rising = sorted(ranked, key=lambda p: -p.weight * np.sqrt(p.texts))
    return _told(rising, 1), _told(rising[::-1], -1)


def _one_and_two(words: list[tuple[str, float]]) -> list[tuple[str, str, float]]:
    """Words and pairs of words of a text, each once, with their weights."""
    found = [(word.casefold(), word, weight) for word, weight in words]
    for (one, a), (two, b) in pairwise(words):
        if a * b > 0:  # half of a pair would say as much
            found.append((f"{one} {two}".casefold(), f"{one} {two}", a + b))
    return list({key: (key, shown, weight) for key, shown, weight in found}.values())


def _told(ranked: list[Phrase], sign: int) -> list[Phrase]:
    """The first few; a word that a phrase before it says already is left out."""
    told: list[Phrase] = []
    for phrase in ranked:
        inside = any(set(phrase.text.split()) & set(other.text.split()) for other in told)
        if sign * phrase.weight >= _LEAST_WEIGHT and not inside:
            told.append(phrase)
        if len(told) == MOST_PHRASES:
            break
    return told


def _shown(text: str) -> str:
    return _NUMBER.sub("[number]", masked(text))
