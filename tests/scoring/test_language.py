"""Foreign text: other log-odds and unknown words speak for it, a sure language against it."""

from __future__ import annotations

import numpy as np
import pytest

from service.scoring.bags import Bags
from service.scoring.grams import NOWHERE, Grams
from service.scoring.language import foreignness, read


def bag(words: int, unknown: float = 0.0) -> Bags:
    """One text of plain Latin letters."""
    kinds = np.zeros((1, 22), np.int64)
    kinds[0, 1] = 5 * words
    hashes = Grams(np.zeros(words, np.uint32), None, NOWHERE, NOWHERE)
    return Bags((), (hashes,), np.array([unknown], np.float32), kinds)


def test_it_works() -> None:
    sure, doubtful = np.array([[0.97, 0.02, 0.01]]), np.array([[0.4, 0.2, 0.2]])
    assert read(sure, bag(8), 0.8) == [("id", False)]
    assert read(doubtful, bag(8), 0.8) == [("other", True)]


def test_few_words_are_too_little_to_tell() -> None:
    assert read(np.array([[0.4, 0.2, 0.2]]), bag(3), 0.8) == [("mixed", False)]


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        ((0.9, 0.1, 0.1, 0.0), (0.9, 0.1, 0.2, 0.0)),
        ((0.9, 0.1, 0.1, 0.0), (0.8, 0.1, 0.1, 0.0)),
        ((0.9, 0.1, 0.1, 0.0), (0.9, 0.1, 0.1, 0.5)),
    ],
)
def test_what_makes_a_text_foreign(
    nearer: tuple[float, float, float, float], farther: tuple[float, float, float, float]
) -> None:
    assert foreignness(*nearer) < foreignness(*farther)


def test_certainty_is_no_error() -> None:
    assert foreignness(1.0, 0.0, 0.0, 0.0) < -20 < 20 < foreignness(0.0, 0.0, 1.0, 0.0)
