"""Gaussian information: elimination of parameters that are not of interest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def marginalise(
    matrix: FloatArray, vector: FloatArray, keep: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Information about some parameters of a Gaussian, all others integrated out.

    Parameters
    ----------
    matrix, vector : precision (n, n) and precision times mean (n,)
    keep : (kept,) indices; the block of the others must be positive definite

    Returns
    -------
    matrix (kept, kept), vector (kept,): the Schur complement
    """
    other = np.setdiff1d(np.arange(vector.size), keep)
    if other.size == 0:
        return matrix[np.ix_(keep, keep)], vector[keep]
    coupling = matrix[np.ix_(other, keep)]
    factor = cho_factor(matrix[np.ix_(other, other)], lower=True, check_finite=False)
    solved = cho_solve(factor, np.column_stack([coupling, vector[other]]), check_finite=False)
    reduced = matrix[np.ix_(keep, keep)] - coupling.T @ solved[:, :-1]
    return 0.5 * (reduced + reduced.T), vector[keep] - coupling.T @ solved[:, -1]
