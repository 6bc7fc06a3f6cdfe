"""Limb darkening of the simulated stars: smooth in wavelength, temperature and gravity.

The quadratic coefficients follow the trends of stellar atmospheres (weaker to the red, stronger
in cool stars) within the ranges that the best public fits of the competition found. The
four-parameter law adds what a parabola cannot follow, the steep fall at the very limb, as a shape
orthogonal to the quadratic basis: so its nearest quadratic law is the quadratic one, exactly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_MU_NODES = 64


def quadratic_coefficients(
    wavelength: FloatArray, temperature: float, logg: float, offset: tuple[float, float]
) -> FloatArray:
    """Coefficients of I = 1 - u1 (1 - mu) - u2 (1 - mu)^2.

    Parameters
    ----------
    wavelength : (channel,) micrometre
    temperature : K
    logg : log10 of cm / s2
    offset : relative change of u1, absolute change of u2: what models of a star do not know

    Returns
    -------
    (2, channel) u1, u2; u1 0.30-0.55, u2 0.07-0.27 at 0.7 um; 0.05-0.19 and 0-0.23 in AIRS
    """
    heat = np.tanh((temperature - 5600.0) / 1200.0)
    gravity = 0.05 * (logg - 4.4)
    slope = (0.41 - 0.09 * heat) * (1.0 + gravity + offset[0])
    u1 = slope * (wavelength / 0.7) ** (-1.0 - 0.1 * heat)
    redness = np.log(wavelength / 0.7) / np.log(3.9 / 0.7)
    u2 = 0.17 + 0.06 * heat - 0.06 * redness - 0.03 * heat * redness + offset[1]
    infrared = wavelength > 1.0
    low = np.where(infrared, [[0.05], [0.0]], [[0.30], [0.07]])
    high = np.where(infrared, [[0.19], [0.23]], [[0.55], [0.27]])
    return np.asarray(np.clip(np.stack([u1, u2]), low, high))


def _limb_shape() -> FloatArray:
    """(4,) Claret coefficients of a shape orthogonal to (1 - mu) and (1 - mu)^2.

    It is 1 - sqrt(mu) less its projection, weighted as the disk shows it (mu d mu), scaled to
    1 at the limb.
    """
    x, weight = np.polynomial.legendre.leggauss(_MU_NODES)
    mu, root = 0.5 * (x + 1.0), np.sqrt(0.25 * (x + 1.0) * weight)
    basis = np.stack([1.0 - mu, (1.0 - mu) ** 2], axis=1)
    a, b = np.linalg.lstsq(basis * root[:, None], (1.0 - np.sqrt(mu)) * root, rcond=None)[0]
    # In powers of sqrt(mu): (1 - mu)^2 = 2 (1 - mu) - (1 - mu^2).
    shape = np.array([1.0, -a - 2.0 * b, 0.0, b])
    return np.asarray(shape / shape.sum())


_LIMB_SHAPE = _limb_shape()


def four_parameter_coefficients(quadratic: FloatArray, wavelength: FloatArray) -> FloatArray:
    """Coefficients of I = 1 - sum_n c_n (1 - mu^(n / 2)) whose nearest quadratic law is given.

    Parameters
    ----------
    quadratic : (2, channel) u1, u2
    wavelength : (channel,) micrometre; the limb falls more steeply in the infrared, where less
        darkening is left for the rest of the disk

    Returns
    -------
    (4, channel) c_1..c_4
    """
    u1, u2 = quadratic
    zero = np.zeros_like(u1)
    smooth = np.stack([zero, u1 + 2.0 * u2, zero, -u2])
    fall = np.minimum(0.06 + 0.03 * np.log(wavelength / 0.7), 0.9 * (1.0 - u1 - u2))
    return np.asarray(smooth + _LIMB_SHAPE[:, None] * fall)
