"""Words used alike get like vectors, the same every time."""

from __future__ import annotations

import numpy as np

from service.scoring.vectors import word_vectors

TEXTS = [[1, 2, 3], [1, 4, 3], [5, 6, 7], [5, 8, 7]] * 10


def learn() -> tuple[np.ndarray, np.ndarray]:
    words = np.array([word for text in TEXTS for word in text])
    counts = np.array([len(text) for text in TEXTS])
    return word_vectors(words, counts, size=3, least=4, most=100, seed=0)


def test_it_works() -> None:
    known, vectors = learn()
    at = {int(word): vector for word, vector in zip(known, vectors, strict=True)}
    assert at[2] @ at[4] > 0.9 > at[2] @ at[6]


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert learn()[1].tobytes() == learn()[1].tobytes()


def test_rare_words_get_none() -> None:
    words = np.array([1, 2] * 10 + [9])
    known, _ = word_vectors(words, np.array([len(words)]), size=1, least=4, most=100, seed=0)
    assert 9 not in known
