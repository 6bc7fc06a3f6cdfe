"""Half-widths of central intervals that cannot cross, in units of sigma."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from spectramind.uncertainty.conformal import LEVELS

FloatArray = NDArray[np.float64]

GAUSSIAN: FloatArray = norm.ppf(0.5 + 0.5 * np.array(LEVELS))
"""(level,) half-widths of a normal density in its standard deviations."""
STEPS: FloatArray = np.diff(GAUSSIAN, prepend=0.0)
"""(level,) by how much each half-width exceeds the one before."""
BOUND = 0.5
"""Largest logarithm of a step over its Gaussian value: no sigma changes by more than 1.65."""


def half_widths(logarithms: FloatArray) -> FloatArray:
    """Half-widths from logarithms of their steps; zeros give the normal density's.

    Parameters
    ----------
    logarithms : (..., level)

    Returns
    -------
    (..., level) ascending along the last axis
    """
    steps = STEPS * np.exp(BOUND * np.tanh(logarithms / BOUND))
    return np.asarray(np.cumsum(steps, axis=-1))


def towards_gaussian(widths: FloatArray, share: float) -> FloatArray:
    """Half-widths (..., level) drawn towards those of the normal density.

    Parameters
    ----------
    share : 1 keeps them, 0 gives the Gaussian ones; steps are averaged as logarithms
    """
    steps = np.diff(widths, prepend=0.0, axis=-1)
    return np.asarray(np.cumsum(STEPS * (steps / STEPS) ** share, axis=-1))


def relational_scale(widths: FloatArray) -> FloatArray:
    """(...) size of sigma that half-widths (..., level) agree upon, up to one factor for all."""
    return np.asarray(np.mean(widths / GAUSSIAN, axis=-1))


def winkler_score(error: FloatArray, half_width: FloatArray, level: float) -> FloatArray:
    """Interval score of a central interval: its width, and what it misses times 2 / alpha.

    Winkler 1972, doi:10.1080/01621459.1972.10481224; Gneiting & Raftery 2007, eq. 43.

    Parameters
    ----------
    error, half_width : (...) in the same unit
    level : coverage that the interval states
    """
    missed = np.maximum(np.abs(error) - half_width, 0.0)
    return np.asarray(2.0 * half_width + 2.0 / (1.0 - level) * missed)
