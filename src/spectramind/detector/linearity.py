"""Correction of the detector's non-linear response: one polynomial of degree 5 per pixel."""

from __future__ import annotations

import numpy as np

from spectramind.detector.light_curves import BoolArray, FloatArray

SIGNAL_RANGE = (5e3, 1e5)
"""Electrons over which the size of the correction is judged: up to a full well."""


def linearize(electrons: FloatArray | float, linear_corr: FloatArray) -> FloatArray:
    """True electrons from measured ones, `sum_k c_k x^k`, by Horner's scheme.

    Parameters
    ----------
    electrons : (frame, row, column) measured electrons x, or one value for all pixels
    linear_corr : (6, row, column) coefficient of x^k, k = 0..5

    Returns
    -------
    (frame, row, column) electron
    """
    corrected = linear_corr[5] * electrons + linear_corr[4]
    for coefficient in linear_corr[3::-1]:
        corrected = corrected * electrons + coefficient
    return np.asarray(corrected)


def wild_coefficients(linear_corr: FloatArray, low: float, high: float) -> BoolArray:
    """Pixels whose polynomial asks for a correction that no sound detector needs.

    The constant term is left out of the judgement: the two reads of a pair share it, and it
    cancels in their difference.

    Parameters
    ----------
    linear_corr : (6, row, column) coefficient of x^k
    low, high : smallest and largest relative correction of a sound pixel

    Returns
    -------
    (row, column) True where wild
    """
    sound = np.ones(linear_corr.shape[1:], dtype=np.bool_)
    # One signal at a time: the arrays of one stay in cache.
    for signal in np.linspace(*SIGNAL_RANGE, 20):
        relative = (linearize(signal, linear_corr) - linear_corr[0]) / signal - 1.0
        sound &= (relative >= low) & (relative <= high)
    return ~sound
