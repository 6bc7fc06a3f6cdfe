"""Depth of every AIRS channel of one visit, given the geometry of the white fit.

In ln(flux) a channel is its level, plus drift, plus the white transit, plus its own depth times the
derivative of the transit by depth. Level and depth belong to the channel; the drift, a polynomial
in time with coefficients that are polynomials in wavelength (its chromatic slope), is shared.
Everything is linear, and the normal equations are solved exactly by eliminating the channels'
2 x 2 blocks first (Schur complement).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.transit.drift import DRIFT_ORDER, legendre_basis, legendre_scales
from spectramind.transit.light_curve import quadratic_flux_gradient
from spectramind.transit.orbit import Orbit, separation
from spectramind.transit.white_light import RelativeCurve

FloatArray = NDArray[np.float64]

CHROMATIC_ORDER = 5
UNKNOWN_VARIANCE = 1.0  # of a depth that nothing was measured about; depths are below 0.1
_OUTLIER = 5.0
_ROUNDS = 3
_DRIFT_RANGE = (1e-4, 0.1)


@dataclass(frozen=True)
class ChannelDepths:
    """Depths of one visit, covariance = diag(variance) + factors factors^T.

    depth     (channel,) (Rp/Rs)^2
    variance  (channel,) independent part; UNKNOWN_VARIANCE for channels without usable samples
    factors   (channel, drift) errors that come from the shared drift
    scatter   (channel,) residual standard deviation / stated one
    """

    depth: FloatArray
    variance: FloatArray
    factors: FloatArray
    scatter: FloatArray


@dataclass(frozen=True)
class _Design:
    """Data and design: rest and shape (time, channel); drift (time, i), colour (channel, l)."""

    rest: FloatArray
    shape: FloatArray
    drift: FloatArray
    colour: FloatArray
    unit: FloatArray


def _design(
    curve: RelativeCurve, orbit: Orbit, k: float, u1: FloatArray, u2: FloatArray
) -> _Design:
    z = separation(curve.time, orbit)
    flux, _, by_k, _, _ = quadratic_flux_gradient(z, np.full(u1.size, k), u1, u2)
    colour_scale = legendre_scales(CHROMATIC_ORDER)
    return _Design(
        rest=curve.log_flux - np.log(flux),
        shape=by_k / flux / (2.0 * k),
        drift=legendre_basis(curve.time, DRIFT_ORDER)[:, 1:],
        colour=legendre_basis(curve.wavelength, CHROMATIC_ORDER),
        unit=np.outer(legendre_scales(DRIFT_ORDER)[1:], colour_scale / colour_scale[0]).ravel(),
    )


def _local_inverse(weight: FloatArray, shape: FloatArray) -> FloatArray:
    """Inverse (channel, 2, 2) of the normal matrices of level and depth, with a vague prior."""
    normal = np.empty((weight.shape[1], 2, 2))
    normal[:, 0, 0] = weight.sum(axis=0) + 1.0
    normal[:, 0, 1] = normal[:, 1, 0] = np.sum(weight * shape, axis=0)
    normal[:, 1, 1] = np.sum(weight * shape**2, axis=0) + 1.0 / UNKNOWN_VARIANCE
    return np.asarray(np.linalg.inv(normal))


def _solve(
    design: _Design, weight: FloatArray, size: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Local solution (channel, 2), its independent covariance, drift factors, drift (i * l,)."""
    n_time, n_drift = design.drift.shape
    n_channel, n_colour = design.colour.shape
    inverse = _local_inverse(weight, design.shape)
    pairs = (design.drift[:, :, None] * design.drift[:, None, :]).reshape(n_time, -1)
    drift_normal = (weight.T @ pairs).reshape(n_channel, n_drift, n_drift)
    cross = np.stack(
        [weight.T @ design.drift, (weight * design.shape).T @ design.drift], axis=1
    )  # (channel, 2, i)
    local_rhs = np.stack(
        [np.sum(weight * design.rest, axis=0), np.sum(weight * design.shape * design.rest, axis=0)],
        axis=1,
    )
    gain = inverse @ cross  # local response to a unit of drift
    drift_normal -= np.swapaxes(cross, 1, 2) @ gain
    drift_rhs = (weight * design.rest).T @ design.drift - np.einsum("cai,ca->ci", gain, local_rhs)
    outer = (design.colour[:, :, None] * design.colour[:, None, :]).reshape(n_channel, -1)
    shared = drift_normal.reshape(n_channel, -1).T @ outer
    shared = shared.reshape(n_drift, n_drift, n_colour, n_colour).transpose(0, 2, 1, 3)
    shared = shared.reshape(n_drift * n_colour, -1) + np.diag((size * design.unit) ** -2.0)
    covariance = np.linalg.inv(shared)
    coefficients = covariance @ (drift_rhs.T @ design.colour).ravel()
    response = np.einsum("cai,cl->cail", gain, design.colour).reshape(n_channel, 2, -1)
    local = np.einsum("cab,cb->ca", inverse, local_rhs) - response @ coefficients
    factors = response[:, 1] @ np.linalg.cholesky(0.5 * (covariance + covariance.T))
    return local, inverse[:, 1, 1], factors, coefficients


def _drift_size(design: _Design, coefficients: FloatArray) -> float:
    size = float(np.sqrt(np.mean((coefficients / design.unit) ** 2)))
    return float(np.clip(size, *_DRIFT_RANGE))


def _reweighted(stated: FloatArray, residual: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weights with outliers removed and scaled to each channel's scatter; scatter (channel,)."""
    normalised = residual * np.sqrt(stated)
    counts = (stated > 0.0).sum(axis=0)
    typical = np.sqrt(np.sum(normalised**2, axis=0) / np.maximum(counts - 2, 1))
    keep = np.abs(normalised) < _OUTLIER * np.maximum(typical, 1.0)
    square = np.sum(np.where(keep, normalised, 0.0) ** 2, axis=0)
    scatter = np.sqrt(square / np.maximum(counts - 2, 1))
    scale = np.maximum(scatter, 1.0)
    return np.where(keep, stated, 0.0) / scale**2, scatter


def channel_depths(
    curve: RelativeCurve, orbit: Orbit, k: float, u1: FloatArray, u2: FloatArray
) -> ChannelDepths:
    """Depths of all channels of one visit.

    Parameters
    ----------
    curve : AIRS of one visit
    orbit : in the clock of the visit
    k : white radius ratio, around which depths are linearised
    u1, u2 : (channel,) quadratic limb darkening
    """
    design = _design(curve, orbit, k, u1, u2)
    weight, size = curve.weight, 0.01
    scatter = np.ones(curve.level.size)
    for _ in range(_ROUNDS):
        local, variance, factors, coefficients = _solve(design, weight, size)
        drift = design.drift @ coefficients.reshape(design.drift.shape[1], -1) @ design.colour.T
        model = local[:, 0] + drift + design.shape * local[:, 1]
        weight, scatter = _reweighted(curve.weight, design.rest - model)
        size = _drift_size(design, coefficients)
    seen = curve.weight.any(axis=0)
    return ChannelDepths(
        depth=k * k + np.where(seen, local[:, 1], 0.0),
        variance=np.where(seen, variance, UNKNOWN_VARIANCE),
        factors=np.where(seen[:, None], factors, 0.0),
        scatter=scatter,
    )
