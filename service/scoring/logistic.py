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


@dataclass(frozen=True, slots=True)
class Problem:
    """One head: rows, labels of 0 and 1, weights, and the group of every row."""

    X: csr_array
    y: Floats
    weight: Floats
    group: NDArray[np.int64]


def solve(
    problem: Problem, penalty: float, group_penalty: float, max_iter: int
) -> tuple[Floats, float]:
    """Weights and intercept with the least weighted log loss plus squared penalties."""
    X, turned = problem.X, problem.X.T  # noqa: N806
    signs = 2.0 * problem.y - 1.0
    weight = problem.weight / problem.weight.sum()
    features, groups = X.shape[1], int(problem.group.max()) + 1
    several = float(np.ptp(problem.group) > 0)

    def loss(theta: Floats) -> tuple[float, Floats]:
        w, b, c = theta[:features], theta[features], theta[features + 1 :]
        margin = signs * (X @ w.astype(np.float32) + b + c[problem.group])
        pull = (-weight * signs * expit(-margin)).astype(np.float64)
        value = weight @ np.logaddexp(0.0, -margin)
        value += 0.5 * penalty * (w @ w) + 0.5 * group_penalty * (c @ c)
        slope = np.empty_like(theta)
        slope[:features] = turned @ pull.astype(np.float32) + penalty * w
        slope[features] = pull.sum()
        slope[features + 1 :] = several * np.bincount(problem.group, pull, groups)
        slope[features + 1 :] += group_penalty * c
        return float(value), slope

    start = np.zeros(features + 1 + groups)
    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": max_iter, "maxcor": 7, "ftol": 1e-7, "gtol": 1e-7},
    )
    return found.x[:features], float(found.x[features])


def calibrate(logits: Floats, y: Floats, weight: Floats) -> tuple[float, float]:
    """Slope and offset that make weighted held-out logits calibrated (Platt's method)."""
    signs = 2.0 * y - 1.0
    weight = weight / weight.sum()

    def loss(theta: Floats) -> tuple[float, Floats]:
        margin = signs * (theta[0] * logits + theta[1])
        pull = -weight * signs * expit(-margin)
        return float(weight @ np.logaddexp(0.0, -margin)), np.array([pull @ logits, pull.sum()])

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B")
    return max(float(found.x[0]), 1e-3), float(found.x[1])
