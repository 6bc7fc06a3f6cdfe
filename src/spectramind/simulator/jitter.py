"""Pointing of the telescope: what is left of it in the mean of each integration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

FloatArray = NDArray[np.float64]

_MEMORY_MINUTES = 20.0


@dataclass(frozen=True)
class Pointing:
    """How much the line of sight moves.

    fast, slow   pixel, rms along each axis: white from pair to pair, and over minutes
    dispersion   factor on both along the dispersion
    """

    fast: float
    slow: float
    dispersion: float = 1.0


def wander(rng: np.random.Generator, shape: tuple[int, ...], step: float) -> FloatArray:
    """Ornstein-Uhlenbeck process of unit variance along the last axis.

    Parameters
    ----------
    shape : of the result, time last
    step : spacing in time over the memory
    """
    memory = np.exp(-step)
    kicks = rng.standard_normal(shape)
    kicks[..., 1:] *= np.sqrt(1.0 - memory**2)
    return np.asarray(lfilter([1.0], [1.0, -memory], kicks, axis=-1))


def draw_pointing(
    rng: np.random.Generator, pairs: int, spacing: float, pointing: Pointing
) -> FloatArray:
    """Draw offsets of the line of sight: white from pair to pair, and a slow wander.

    The wander is an Ornstein-Uhlenbeck process with a memory of 20 minutes.

    Parameters
    ----------
    pairs : read pairs of the visit
    spacing : hour between two pairs

    Returns
    -------
    (2, pair) dx (dispersion), dy (cross dispersion), pixel
    """
    slow = wander(rng, (2, pairs), spacing * 60.0 / _MEMORY_MINUTES)
    offset = pointing.slow * slow + pointing.fast * rng.standard_normal((2, pairs))
    return np.asarray(offset * np.array([[pointing.dispersion], [1.0]]))


def second_order(pointing: FloatArray) -> FloatArray:
    """(5, pair) dx, dy, dx^2 / 2, dx dy, dy^2 / 2: factors of the derivatives of an image."""
    dx, dy = pointing
    return np.stack([dx, dy, 0.5 * dx**2, dx * dy, 0.5 * dy**2])
