"""Covariances as they are kept: a diagonal and a few common modes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

RANK = 12


def low_rank(covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Diagonal (channel,) and factors (channel, rank) that keep variances and the largest modes."""
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    order = np.argsort(values)[::-1][:RANK]
    factors = vectors[:, order] * np.sqrt(np.maximum(values[order], 0.0))
    factors *= np.where(factors.sum(axis=0) < 0.0, -1.0, 1.0)  # eigenvectors have no sign
    diagonal = covariance.diagonal() - np.sum(factors**2, axis=1)
    return np.maximum(diagonal, 1e-14), factors
