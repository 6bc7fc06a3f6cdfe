"""The quadratic limb-darkening law in the basis of the hidden moments.

I(mu) = 1 - u1 (1 - mu) - u2 (1 - mu)^2, normalised to unit flux of the whole star.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def quadratic_weights(u1: FloatArray, u2: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weights of the hidden moments: flux = 1 - sum_j weights[j] O_j, and their derivatives.

    Parameters
    ----------
    u1, u2 : (channel,) coefficients of the quadratic law

    Returns
    -------
    weights, d_u1, d_u2 : (3, channel) stellar radius^-2

    Source: Agol, Luger & Foreman-Mackey (2020), eq. 20 (change of basis) and 27 (normalisation).
    """
    one, zero = np.ones_like(u1), np.zeros_like(u1)
    basis = np.stack([one - u1 - 1.5 * u2, u1 + 2.0 * u2, -0.25 * u2])
    total = math.pi * (1.0 - u1 / 3.0 - u2 / 6.0)
    weights = basis / total
    d_u1 = (np.stack([-one, one, zero]) + math.pi / 3.0 * weights) / total
    d_u2 = (np.stack([-1.5 * one, 2.0 * one, -0.25 * one]) + math.pi / 6.0 * weights) / total
    return weights, d_u1, d_u2
