"""Smoothness: a spectrum seen through a spectrograph bends gently from channel to channel."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import N_AIRS
from spectramind.symbolic.violation import Array, Violation, shape_violation

FloatArray = NDArray[np.float64]

TOLERANCE = 0.3
"""Bend of a channel, in units of the spectrum's amplitude, that a sharp band head may have: three
times the rms of real spectra."""


@lru_cache(maxsize=1)
def second_difference() -> FloatArray:
    """(282, 282) from AIRS depths to d[i - 1] - 2 d[i] + d[i + 1]; ends take their neighbour's."""
    operator = np.zeros((N_AIRS, N_AIRS))
    inner = np.arange(1, N_AIRS - 1)
    operator[inner, inner - 1] = operator[inner, inner + 1] = 1.0
    operator[inner, inner] = -2.0
    operator[0], operator[-1] = operator[1], operator[-2]
    operator.flags.writeable = False
    return operator


def smoothness(mu: Array, sigma: Array) -> Violation[Array]:
    """Noise-weighted second difference of the AIRS spectrum.

    Parameters
    ----------
    mu, sigma : (planet, 283) transit depth and its standard deviation
    """
    return shape_violation(mu, sigma, second_difference(), TOLERANCE)
