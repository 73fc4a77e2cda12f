"""Why a head scored as it did: exact, additive contributions of spans of the original text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from service import offsets
from service.scoring import addresses
from service.scoring.features import CommentFeatures
from service.scoring.grams import Ints
from service.scoring.heads import MultiHeadLogistic

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Span:
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
    features: CommentFeatures, heads: MultiHeadLogistic, text: str, head: str
) -> Explanation:
    """Credit each n-gram to its middle character and add up by word."""
    column = list(heads.labels).index(head)
    bags, ranges = features.locate(text)
    views = heads.contributions(bags, column)
    whole = views.pop(len(bags.chars) - 1)
    places = [(starts + ends - 1) // 2 for starts, ends in ranges]
    spans = _by_word(text, np.concatenate(places), np.concatenate(views))
    spans.append(Span(0, len(text), float(whole.sum())))
    intercept = float(heads.intercept_[column])
    logit = intercept + sum(span.weight for span in spans)
    return Explanation(head, intercept, logit, tuple(spans))


def in_utf16(found: Explanation, text: str) -> Explanation:
    """The same explanation with offsets in UTF-16 code units."""
    places = offsets.in_utf16(text, [(span.start, span.end) for span in found.spans])
    spans = zip(places, found.spans, strict=True)
    return replace(found, spans=tuple(Span(*place, span.weight) for place, span in spans))


def _by_word(text: str, places: Ints, weights: NDArray[np.float64]) -> list[Span]:
    """Add up weights word by word; a place is one past its position in the joined text."""
    words = [match.span() for match in _WORD.finditer(text)] or [(0, len(text))]
    original = _original(text)[np.clip(places - 1, 0, None)]
    firsts = np.array([start for start, _ in words])
    word = np.clip(np.searchsorted(firsts, original, side="right") - 1, 0, None)
    sums = np.bincount(word, weights, len(words))
    return [Span(*word, float(weight)) for word, weight in zip(words, sums, strict=True)]


def _original(text: str) -> Ints:
    """Position in the text of each character left after addresses became single characters."""
    kept = np.ones(len(text) + 1, np.bool_)
    for start, end, _ in addresses.pieces(text):
        kept[start + 1 : end] = False
    return np.flatnonzero(kept)
