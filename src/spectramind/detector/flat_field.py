"""Flat field: pixels respond differently to the same light."""

from __future__ import annotations

import numpy as np

from spectramind.detector.light_curves import BoolArray, FloatArray


def divide_by_flat(pairs: FloatArray, flat: FloatArray, bad: BoolArray) -> FloatArray:
    """Divide by the relative response; bad pixels keep their value (their flat means nothing).

    Parameters
    ----------
    pairs : (pair, row, column) electron / pair
    flat : (row, column) relative response
    bad : (row, column) True where the pixel is masked anyway

    Returns
    -------
    (pair, row, column) electron / pair
    """
    return pairs / np.where(bad, 1.0, flat)
