"""Why a head scored as it did: exact, additive contributions of spans of the original text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from service import offsets
from service.scoring import addresses

if TYPE_CHECKING:  # they bring scikit-learn, and come with the model that is explained
    from service.scoring.features import CommentFeatures
    from service.scoring.grams import Ints
    from service.scoring.heads import MultiHeadLogistic

_WORD = re.compile(r"\S+")


class Span(NamedTuple):
    """Places ``start`` to ``end`` of the original text, in code points, and their log-odds."""

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """``intercept`` plus the weights of all spans is ``logit``.

    Spans are the words of the text in order, then one over the whole text for its shape.
    """

    head: str
    intercept: float
    logit: float
    spans: tuple[Span, ...]


def explain(
    features: CommentFeatures, heads: MultiHeadLogistic, text: str, names: Sequence[str]
) -> list[Explanation]:
    """For each of some heads: credit each n-gram to its middle character and add up by word.

    Where the n-grams lie is the same for all heads, and most of the work.
    """
    bags, ranges = features.locate(text)
    places = np.concatenate([(starts + ends - 1) // 2 for starts, ends in ranges])
    words = [match.span() for match in _WORD.finditer(text)] or [(0, len(text))]
    word = _word_at(text, words, places)
    found = []
    columns = [heads.labels.index(name) for name in names]
    for name, column, views in zip(names, columns, heads.contributions(bags, columns), strict=True):
        whole = float(views.pop(len(bags.chars) - 1).sum())
        sums = np.bincount(word, np.concatenate(views), len(words)).tolist()
        spans = [Span(*span, weight) for span, weight in zip(words, sums, strict=True)]
        spans.append(Span(0, len(text), whole))
        intercept = float(heads.intercept_[column])
        logit = intercept + sum(span.weight for span in spans)
        found.append(Explanation(name, intercept, logit, tuple(spans)))
    return found


def in_utf16(found: Explanation, text: str) -> Explanation:
    """The same explanation with offsets in UTF-16 code units."""
    places = offsets.in_utf16(text, [(span.start, span.end) for span in found.spans])
    spans = zip(places, found.spans, strict=True)
    return replace(found, spans=tuple(Span(*place, span.weight) for place, span in spans))


def _word_at(text: str, words: Sequence[tuple[int, int]], places: Ints) -> Ints:
    """The number of the word at each place, which is one past its position in the joined text."""
    original = _original(text)[np.clip(places - 1, 0, None)]
    firsts = np.array([start for start, _ in words])
    return np.clip(np.searchsorted(firsts, original, side="right") - 1, 0, None)


def _original(text: str) -> Ints:
    """Position in the text of each character left after addresses became single characters."""
    kept = np.ones(len(text) + 1, np.bool_)
    for start, end, _ in addresses.pieces(text):
        kept[start + 1 : end] = False
    return np.flatnonzero(kept)
