"""Logistic regression of several heads over one sparse matrix, each head on the rows it knows.

While fitting, every group of rows (a data set) gets an intercept of its own that is thrown away
afterwards. So a data set that is 83 % toxic does not teach that its topics are toxic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import expit

Floats = NDArray[np.float64]
_SPREAD = 0.15
_BESIDE_PENALTY = 0.002


@dataclass(frozen=True, slots=True)
class Problem:
    """One head: sparse and dense features, labels of 0 and 1, weights, and groups of the rows."""

    X: csr_array
    dense: NDArray[np.float32]
    y: Floats
    weight: Floats
    group: NDArray[np.int64]


def solve(
    problem: Problem, penalty: float, group_penalty: float, max_iter: int
) -> tuple[Floats, float]:
    """Weights and intercept with the least weighted log loss plus squared penalties.

    L-BFGS in coordinates divided by the root of the curvature, without which n-grams that are a
    thousand times rarer than others are still at rest after a hundred iterations.
    """
    X, turned, dense = problem.X, problem.X.T, problem.dense  # noqa: N806
    signs = 2.0 * problem.y - 1.0
    weight = problem.weight / problem.weight.sum()
    sparse, features = X.shape[1], X.shape[1] + dense.shape[1]
    groups = int(problem.group.max()) + 1
    penalties = np.full(features + 1 + groups, group_penalty)
    penalties[:features], penalties[features] = penalty, 0.0
    step = _curvature(problem, weight, penalties) ** -0.5
    several = float(np.ptp(problem.group) > 0)

    def loss(scaled: Floats) -> tuple[float, Floats]:
        theta = scaled * step
        w, b, c = theta[:features].astype(np.float32), theta[features], theta[features + 1 :]
        margin = signs * (X @ w[:sparse] + dense @ w[sparse:] + b + c[problem.group])
        pull = -weight * signs * expit(-margin)
        slope = penalties * theta
        value = weight @ np.logaddexp(0.0, -margin) + 0.5 * (slope @ theta)
        narrow = pull.astype(np.float32)
        slope[:sparse] += turned @ narrow
        slope[sparse:features] += narrow @ dense
        slope[features] += pull.sum()
        slope[features + 1 :] += several * np.bincount(problem.group, pull, groups)
        return float(value), slope * step

    found = minimize(
        loss,
        np.zeros(len(step)),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": max_iter, "maxcor": 6, "ftol": 1e-7, "gtol": 1e-8},
    )
    theta = found.x * step
    return theta[:features], float(theta[features])


def _curvature(problem: Problem, weight: Floats, penalties: Floats) -> Floats:
    """Diagonal of the Hessian where every row is equally unsure, plus the penalties."""
    spread = _SPREAD * weight
    X, dense = problem.X, problem.dense  # noqa: N806
    squares = csr_array((np.square(X.data), X.indices, X.indptr), X.shape)
    narrow = spread.astype(np.float32)
    groups = len(penalties) - X.shape[1] - dense.shape[1] - 1
    by_group = np.bincount(problem.group, spread, groups)
    own = (squares.T @ narrow, narrow @ np.square(dense), [spread.sum()], by_group)
    curvature: Floats = np.concatenate(own).astype(np.float64) + penalties
    return curvature


def calibrate(logits: Floats, y: Floats, weight: Floats) -> tuple[Floats, float]:
    """Slopes and an offset that make weighted held-out log-odds calibrated (Platt's method).

    The first column of ``logits`` is the head's own; the slopes of further ones are kept small.
    """
    signs = 2.0 * y - 1.0
    weight = weight / weight.sum()
    penalties = np.array([0.0, *[_BESIDE_PENALTY] * (logits.shape[1] - 1), 0.0])

    def loss(theta: Floats) -> tuple[float, Floats]:
        margin = signs * (logits @ theta[:-1] + theta[-1])
        pull = -weight * signs * expit(-margin)
        slope = np.append(pull @ logits, pull.sum()) + penalties * theta
        value = weight @ np.logaddexp(0.0, -margin) + 0.5 * penalties @ np.square(theta)
        return float(value), slope

    start = np.zeros(logits.shape[1] + 1)
    start[0] = 1.0
    found = minimize(loss, start, jac=True, method="L-BFGS-B").x
    found[0] = max(found[0], 1e-3)
    return found[:-1], float(found[-1])
