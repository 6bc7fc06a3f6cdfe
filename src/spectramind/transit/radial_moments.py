"""Moments of the hidden disk for powers of mu: the basis of limb darkening beyond quadratic.

O_p = int mu^p dA over the overlap, p real and >= 0. A ring of radius rho is hidden over the angle
2 kappa(rho), cos kappa = (rho^2 + z^2 - k^2) / (2 rho z). With s = sqrt(mu) the powers of interest
are smooth at the stellar limb, and s = middle - half cos(theta) takes away the square roots at the
ends of the hidden range, so that Gauss-Legendre nodes in theta converge fast.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from spectramind.jit import kernel

FloatArray = NDArray[np.float64]

_NODE, _WEIGHT = (np.asarray(part, np.float64) for part in np.polynomial.legendre.leggauss(64))
THETA: FloatArray = 0.5 * np.pi * (_NODE + 1.0)
THETA_WEIGHT: FloatArray = 0.5 * np.pi * _WEIGHT
_CENTRED = 1e-6  # closer to the centre than this, z is zero to the square of it


@kernel
def _add_disk(radius: float, exponents: FloatArray, out: FloatArray) -> None:
    """Add the moments of a concentric disk to `out`."""
    log_rim = 0.5 * math.log(max(1.0 - radius * radius, 1e-300))
    for j in range(exponents.size):
        power = exponents[j] + 2.0
        out[j] += 2.0 * math.pi * (1.0 - math.exp(power * log_rim)) / power


@kernel
def _add_rings(
    z: float,
    k: float,
    exponents: FloatArray,
    theta: FloatArray,
    weight: FloatArray,
    out: FloatArray,
) -> None:
    """Add the partly hidden rings to `out` (3, exponent): value, d/dz, d/dk."""
    outer = min(z + k, 1.0)
    s_low = (max(1.0 - outer * outer, 0.0)) ** 0.25
    s_high = (1.0 - (z - k) ** 2) ** 0.25
    middle, half = 0.5 * (s_high + s_low), 0.5 * (s_high - s_low)
    for q in range(theta.size):
        s = middle - half * math.cos(theta[q])
        mu = s * s
        rho = math.sqrt((1.0 - mu) * (1.0 + mu))
        heron = (rho + z + k) * (z + k - rho) * (rho - z + k) * (rho + z - k)
        if heron <= 0.0:  # rounding at a grazed ring: nothing is hidden, or all of nothing
            continue
        root = math.sqrt(heron)  # 2 rho z sin(kappa)
        kappa = math.atan2(root, rho * rho + z * z - k * k)
        step = 4.0 * half * math.sin(theta[q]) * weight[q] * s * mu
        by_z = (rho * rho - z * z - k * k) / (z * root)
        by_k = 2.0 * k / root
        log_mu = math.log(mu)
        for j in range(exponents.size):
            share = step * math.exp(exponents[j] * log_mu)
            out[0, j] += share * kappa
            out[1, j] += share * by_z
            out[2, j] += share * by_k


@kernel
def power_moments(
    z: float,
    k: float,
    exponents: FloatArray,
    theta: FloatArray,
    weight: FloatArray,
    out: FloatArray,
) -> None:
    """Moments hidden by the planet with their derivatives, written to `out`.

    Parameters
    ----------
    z : distance of the centres / stellar radius, >= 0 (inf: no occultation)
    k : radius ratio; no planet where <= 0
    exponents : (exponent,) powers of mu, >= 0
    theta, weight : quadrature nodes over [0, pi], `THETA` and `THETA_WEIGHT`
    out : (3, exponent) O_p, dO_p/dz, dO_p/dk in units of the stellar radius
    """
    out[:, :] = 0.0
    if z >= 1.0 + k or k <= 0.0:
        return
    if math.isnan(z + k):
        out[:, :] = math.nan
    elif z <= k - 1.0:
        _add_disk(1.0, exponents, out[0])
    elif z < _CENTRED:
        _add_disk(k, exponents, out[0])
        log_mu = 0.5 * math.log(1.0 - k * k)
        for j in range(exponents.size):
            out[2, j] = 2.0 * math.pi * k * math.exp(exponents[j] * log_mu)
    else:
        if k > z:
            _add_disk(k - z, exponents, out[0])
        _add_rings(z, k, exponents, theta, weight, out)
