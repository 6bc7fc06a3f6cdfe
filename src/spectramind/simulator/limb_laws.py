"""Limb-darkening laws: the nearest to an intensity profile, and transits of stars that follow it.

four-parameter   1 - sum_n c_n (1 - mu^(n/2)), n = 1..4      Claret, A&A 363, 1081 (2000)
quadratic        1 - u1 (1 - mu) - u2 (1 - mu)^2             Kopal (1950)
square-root      1 - c (1 - mu) - d (1 - sqrt mu)            Diaz-Cordoves & Gimenez (1992)
logarithmic      1 - c (1 - mu) - d mu ln mu                 Klinglesmith & Sobieski (1970)
power-2          1 - c (1 - mu^alpha)                        Hestroffer, A&A 327, 199 (1997)

Nearest means least squares over the disk as it is seen, weighted by mu d mu.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from spectramind.transit.light_curve import quadratic_flux
from spectramind.transit.radial_light_curve import nonlinear_flux, power2_flux, power_sum_flux

FloatArray = NDArray[np.float64]
LimbLaw = Literal["four_parameter", "quadratic", "square_root", "logarithmic", "power2"]

LIMB_LAWS: tuple[LimbLaw, ...] = get_args(LimbLaw)
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(64)
_MU: FloatArray = 0.5 * (_NODE + 1.0)
_ROOT: FloatArray = np.sqrt(_MU * _WEIGHT)
_EXPONENT_STEP = 0.01
"""mu ln mu is the derivative of mu^p by p at 1; this difference is right to 3e-5."""
_NEWTON_STEPS = 8


def darkening(law: LimbLaw, coefficients: FloatArray, mu: FloatArray) -> FloatArray:
    """What a law takes from the brightness of the disk's centre.

    Parameters
    ----------
    coefficients : (4 or 2, channel) in the order of the formulae above
    mu : (place,) cosine of the angle from the disk's centre, > 0

    Returns
    -------
    (place, channel)
    """
    if law == "power2":
        c, alpha = coefficients
        return np.asarray(c * (1.0 - mu[:, None] ** alpha))
    return np.asarray(_basis(law, mu) @ coefficients)


def _basis(law: LimbLaw, mu: FloatArray) -> FloatArray:
    """(place, term) functions in which a law is linear."""
    linear = 1.0 - mu
    if law == "four_parameter":
        return np.asarray(1.0 - mu[:, None] ** np.array([0.5, 1.0, 1.5, 2.0]))
    second = {
        "quadratic": linear**2,
        "square_root": 1.0 - np.sqrt(mu),
        "logarithmic": mu * np.log(mu),
    }
    return np.stack([linear, second[law]], axis=1)


def nearest_law(law: LimbLaw, claret: FloatArray) -> FloatArray:
    """Coefficients of the law nearest to a profile that is given as a four-parameter law.

    Parameters
    ----------
    claret : (4, channel) c_1..c_4

    Returns
    -------
    (4, channel) for the four-parameter law, which is the profile itself, else (2, channel)
    """
    if law == "four_parameter":
        return claret
    profile = darkening("four_parameter", claret, _MU) * _ROOT[:, None]
    if law == "power2":
        return _nearest_power2(profile)
    return np.asarray(np.linalg.lstsq(_basis(law, _MU) * _ROOT[:, None], profile, rcond=None)[0])


def _nearest_power2(profile: FloatArray) -> FloatArray:
    """(2, channel) c, alpha by Gauss-Newton from the best of a grid of exponents."""
    grid = np.geomspace(0.1, 4.0, 40)
    shapes = (1.0 - _MU[:, None] ** grid) * _ROOT[:, None]
    shapes /= np.linalg.norm(shapes, axis=0)
    alpha = grid[np.argmax((shapes.T @ profile) ** 2, axis=0)]
    log_mu = np.log(_MU)[:, None]
    c = np.zeros_like(alpha)
    for _ in range(_NEWTON_STEPS):
        power = _MU[:, None] ** alpha
        shape = (1.0 - power) * _ROOT[:, None]
        c = (shape * profile).sum(axis=0) / (shape**2).sum(axis=0)
        slope = -c * power * log_mu * _ROOT[:, None]
        # The amplitude is projected out of the slope: it is refitted at once for each exponent.
        slope -= shape * (shape * slope).sum(axis=0) / (shape**2).sum(axis=0)
        step = (slope * (profile - c * shape)).sum(axis=0) / (slope**2).sum(axis=0)
        alpha = np.clip(alpha + step, grid[0], grid[-1])
    return np.stack([c, alpha])


def limb_flux(law: LimbLaw, z: FloatArray, k: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Relative flux of a star that follows a law.

    Parameters
    ----------
    z : (time,) distance of the centres / stellar radius, inf where the planet is behind the star
    k : (channel,) radius ratio
    coefficients : (4 or 2, channel) of the law

    Returns
    -------
    (time, channel) flux, 1 outside transit
    """
    if law == "four_parameter":
        return nonlinear_flux(z, k, coefficients)
    first, second = coefficients
    if law == "quadratic":
        return quadratic_flux(z, k, first, second)
    if law == "power2":
        return power2_flux(z, k, first, second)
    if law == "square_root":
        zero = np.zeros_like(first)
        return nonlinear_flux(z, k, np.stack([second, first, zero, zero]))
    step = _EXPONENT_STEP
    half = second / (2.0 * step)
    weights = np.stack([1.0 - first, half, first, -half])
    return power_sum_flux(z, k, np.array([0.0, 1.0 - step, 1.0, 1.0 + step]), weights)
