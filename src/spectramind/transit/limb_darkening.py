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


def typical_quadratic(wavelength: FloatArray, temperature: float) -> tuple[FloatArray, FloatArray]:
    """Coefficients that a star of this temperature typically has: the centre of a wide prior.

    Parameters
    ----------
    wavelength : (channel,) micrometre, 0.6 to 4
    temperature : of the star, K

    Returns
    -------
    u1, u2 : (channel,)

    Limb darkening follows the contrast of the Planck function between the stellar limb and the
    centre, so u1 falls with wavelength and with temperature. The constants lie between those that
    fits of real light curves of the challenge gave (u1 0.30-0.55 and 0.05-0.19, u2 0.07-0.27 and
    0-0.23 for FGS1 and AIRS-CH0) and those of its simulated stars, which are darker at the limb.
    """
    cool = np.clip((5800.0 - temperature) / 1000.0, -1.5, 2.5)
    blue = np.log(wavelength / 2.8) / np.log(0.7 / 2.8)  # 0 in the middle of AIRS, 1 at FGS1
    u1 = 0.20 + 0.23 * blue + 0.05 * cool
    u2 = 0.15 - 0.02 * blue + 0.01 * cool
    return np.asarray(u1), np.asarray(u2)
