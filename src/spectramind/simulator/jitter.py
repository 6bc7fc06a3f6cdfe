"""Pointing of the telescope: what is left of it in the mean of each integration."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

FloatArray = NDArray[np.float64]

_MEMORY_MINUTES = 20.0


def draw_pointing(
    rng: np.random.Generator, pairs: int, spacing: float, fast: float, slow: float
) -> FloatArray:
    """Draw offsets of the line of sight: white from pair to pair, and a slow wander.

    The wander is an Ornstein-Uhlenbeck process with a memory of 20 minutes.

    Parameters
    ----------
    pairs : read pairs of the visit
    spacing : hour between two pairs
    fast, slow : pixel, rms of either part along each axis

    Returns
    -------
    (2, pair) dx (dispersion), dy (cross dispersion), pixel
    """
    memory = np.exp(-spacing * 60.0 / _MEMORY_MINUTES)
    kicks = rng.standard_normal((2, pairs))
    kicks[:, 1:] *= np.sqrt(1.0 - memory**2)
    wander = lfilter([1.0], [1.0, -memory], kicks, axis=1)
    return np.asarray(slow * wander + fast * rng.standard_normal((2, pairs)))


def second_order(pointing: FloatArray) -> FloatArray:
    """(5, pair) dx, dy, dx^2 / 2, dx dy, dy^2 / 2: factors of the derivatives of an image."""
    dx, dy = pointing
    return np.stack([dx, dy, 0.5 * dx**2, dx * dy, 0.5 * dy**2])
