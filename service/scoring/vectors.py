"""Word vectors from the training texts alone, so that rare words share what common ones teach.

Positive pointwise mutual information within five words, factorised by a randomised singular value
decomposition (Levy and Goldberg 2014). They live in fitting only: being linear, what they learn is
added to the weights of the words themselves, and nothing of them is left at serving.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from sklearn.utils.extmath import randomized_svd

from service.scoring.grams import Ints

Floats = NDArray[np.float32]
_WINDOW = 5
_SMOOTHING = 0.75


def word_vectors(
    words: Ints, counts: Ints, size: int, least: int, most: int, seed: int
) -> tuple[Ints, Floats]:
    """Which words get a vector, and the vectors, of length one.

    Parameters
    ----------
    words : ndarray of int
        Numbers of the words of all texts, in order.
    counts : ndarray of int
        How many words each text has.
    size : int
        Length of the vectors.
    least, most : int
        Words that occur less often get none, and at most so many get one.
    """
    known, numbers = _vocabulary(words, least, most)
    text = np.repeat(np.arange(len(counts)), counts)
    kept = numbers >= 0
    information = _information(numbers[kept], text[kept], len(known))
    left, values, _ = randomized_svd(information, size, n_iter=3, random_state=seed)
    vectors = (left * np.sqrt(values)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + np.float32(1e-6)
    return known, vectors


def _vocabulary(words: Ints, least: int, most: int) -> tuple[Ints, Ints]:
    """The commonest words, and for every word its place among them or -1."""
    distinct, inverse, counts = np.unique(words, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:most]
    order = order[counts[order] >= least]
    place = np.full(len(distinct), -1)
    place[order] = np.arange(len(order))
    return distinct[order], place[inverse]


def _information(numbers: Ints, text: Ints, size: int) -> csr_array:
    """Positive pointwise mutual information of words near each other, nearer ones counting more."""
    near = csr_array((size, size), dtype=np.float32)
    for distance in range(1, _WINDOW + 1):
        same = text[distance:] == text[:-distance]
        pairs = (numbers[:-distance][same], numbers[distance:][same])
        share = np.full(len(pairs[0]), 1.0 / distance, np.float32)
        near = near + csr_array((share, pairs), shape=(size, size))
    both = coo_array(near + near.T)
    row, column = both.coords
    totals = np.bincount(row, both.data, size)
    context = totals**_SMOOTHING
    context /= context.sum()
    values = np.log(both.data / (totals[row] * context[column]))
    kept = values > 0
    found = (values[kept].astype(np.float32), (row[kept], column[kept]))
    return csr_array(found, shape=(size, size))
