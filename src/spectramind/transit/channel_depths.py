"""Depth of every AIRS channel of one visit, given the geometry of the white fit.

In ln(flux) a channel is its level, plus the white transit, plus its own depth times the derivative
of the transit by depth, plus what all channels share: drift, a polynomial in time with coefficients
that are polynomials in wavelength (its chromatic slope); limb darkening, whose deviations from the
typical are polynomials in wavelength too; and a shift of the spectrum along the dispersion
(pointing jitter), one number a time bin. Everything is linear, and the normal equations are solved
exactly by eliminating the channels' 2 x 2 blocks of level and depth first (Schur complement). The
sizes of drift and shift are found from the data, so that a shift that is not there costs nothing.
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

CHROMATIC_ORDER = 3
LIMB_SPREADS: FloatArray = np.array([0.04, 0.04, 0.02])
"""Standard deviation of the deviation of u1 and of u2: level, slope and curve over wavelength."""

UNKNOWN_VARIANCE = 1.0  # of a depth that nothing was measured about; depths are below 0.1
_OUTLIER = 5.0
_ROUNDS = 4
_DRIFT_RANGE = (1e-4, 0.1)
_JITTER_RANGE = (1e-5, 1.0)


@dataclass(frozen=True)
class ChannelDepths:
    """Depths of one visit.

    depth       (channel,) (Rp/Rs)^2
    covariance  (channel, channel); UNKNOWN_VARIANCE for channels without usable samples
    scatter     (channel,) residual standard deviation / stated one
    jitter      typical shift along the dispersion, channels
    """

    depth: FloatArray
    covariance: FloatArray
    scatter: FloatArray
    jitter: float


@dataclass(frozen=True)
class _Design:
    """Data and design of one visit.

    rest    (time, channel) ln(flux) without the white transit
    shape   (time, channel) derivative of ln(flux) by depth
    shared  (time, channel, column) drift columns first, then limb darkening
    slope   (channel,) derivative of ln(level) by channel number: the effect of a unit shift
    unit    (drift column,) relative size of the drift coefficients
    """

    rest: FloatArray
    shape: FloatArray
    shared: FloatArray
    slope: FloatArray
    unit: FloatArray


def _design(
    curve: RelativeCurve, orbit: Orbit, k: float, u1: FloatArray, u2: FloatArray
) -> _Design:
    z = separation(curve.time, orbit)
    flux, _, by_k, by_u1, by_u2 = quadratic_flux_gradient(z, np.full(u1.size, k), u1, u2)
    colour = legendre_basis(curve.wavelength, CHROMATIC_ORDER)
    in_time = legendre_basis(curve.time, DRIFT_ORDER)[:, 1:]
    drift = (in_time[:, None, :, None] * colour[:, None, :]).reshape(*flux.shape, -1)
    limb_colour = colour[:, : LIMB_SPREADS.size]
    limb = [(by / flux)[:, :, None] * limb_colour for by in (by_u1, by_u2)]
    scale = legendre_scales(CHROMATIC_ORDER)
    seen = curve.weight.any(axis=0)
    slope = np.gradient(np.log(curve.level)) if curve.level.size > 1 else np.zeros(1)
    beside = np.minimum(np.roll(seen, 1), np.roll(seen, -1)) & seen
    return _Design(
        rest=curve.log_flux - np.log(flux),
        shape=by_k / flux / (2.0 * k),
        shared=np.concatenate([drift, *limb], axis=2),
        slope=np.where(beside, slope, 0.0),
        unit=np.outer(legendre_scales(DRIFT_ORDER)[1:], scale / scale[0]).ravel(),
    )


def _local_inverse(weight: FloatArray, shape: FloatArray) -> FloatArray:
    """Inverse (channel, 2, 2) of the normal matrices of level and depth, with a vague prior."""
    normal = np.empty((weight.shape[1], 2, 2))
    normal[:, 0, 0] = weight.sum(axis=0) + 1.0
    normal[:, 0, 1] = normal[:, 1, 0] = np.sum(weight * shape, axis=0)
    normal[:, 1, 1] = np.sum(weight * shape**2, axis=0) + 1.0 / UNKNOWN_VARIANCE
    return np.asarray(np.linalg.inv(normal))


@dataclass(frozen=True)
class _Solution:
    """Local level and depth (channel, 2), shared unknowns, and covariances of depth and shared."""

    local: FloatArray
    shared: FloatArray
    depth_covariance: FloatArray
    shared_variance: FloatArray


def _solve(design: _Design, weight: FloatArray, drift_size: float, jitter: float) -> _Solution:
    n_time, n_channel, n_shared = design.shared.shape
    inverse = _local_inverse(weight, design.shape)
    shaped, sloped = weight * design.shape, weight * design.slope
    weighted = weight[:, :, None] * design.shared
    # Products of the local columns (level, depth) with the shared ones: (channel, 2, column).
    by_shared = np.stack(
        [weighted.sum(axis=0), np.einsum("tc,tcp->cp", design.shape, weighted)], axis=1
    )
    by_shift = np.stack([sloped.T, shaped.T * design.slope[:, None]], axis=1)
    cross = np.concatenate([by_shared, by_shift], axis=2)
    response = inverse @ cross  # of level and depth to the shared unknowns
    local_rhs = np.stack(
        [np.sum(weight * design.rest, axis=0), np.sum(shaped * design.rest, axis=0)], axis=1
    )
    limb = np.tile(LIMB_SPREADS, 2)
    prior = np.concatenate([drift_size * design.unit, limb, np.full(n_time, jitter)]) ** -2.0
    normal = np.diag(prior + np.append(np.zeros(n_shared), sloped @ design.slope))
    flat = design.shared.reshape(-1, n_shared)
    normal[:n_shared, :n_shared] += weighted.reshape(-1, n_shared).T @ flat
    mixed = (np.swapaxes(weighted, 1, 2) @ design.slope).T
    normal[:n_shared, n_shared:] += mixed
    normal[n_shared:, :n_shared] += mixed.T
    size = normal.shape[0]
    normal -= cross.reshape(2 * n_channel, size).T @ response.reshape(2 * n_channel, size)
    rhs = np.append(
        weighted.reshape(-1, n_shared).T @ design.rest.ravel(), (sloped * design.rest).sum(axis=1)
    ) - np.einsum("cap,ca->p", response, local_rhs)
    covariance = np.linalg.inv(normal)
    shared = covariance @ rhs
    to_depth = response[:, 1]
    return _Solution(
        local=np.einsum("cab,cb->ca", inverse, local_rhs) - response @ shared,
        shared=shared,
        depth_covariance=np.diag(inverse[:, 1, 1]) + to_depth @ covariance @ to_depth.T,
        shared_variance=np.diag(covariance),
    )


def _size(values: FloatArray, variance: FloatArray, limits: tuple[float, float]) -> float:
    """Most likely standard deviation of a set of Gaussian numbers known with `variance`."""
    return float(np.clip(np.sqrt(np.mean(values**2 + variance)), *limits))


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
    weight, drift_size, jitter = curve.weight, 0.01, 0.02
    n_drift, n_shared = design.unit.size, design.shared.shape[2]
    for _ in range(_ROUNDS):
        solution = _solve(design, weight, drift_size, jitter)
        shift = solution.shared[n_shared:]
        model = solution.local[:, 0] + design.shape * solution.local[:, 1]
        model = model + design.shared @ solution.shared[:n_shared] + np.outer(shift, design.slope)
        weight, scatter = _reweighted(curve.weight, design.rest - model)
        variance = solution.shared_variance
        coefficients = solution.shared[:n_drift] / design.unit
        drift_size = _size(coefficients, variance[:n_drift] / design.unit**2, _DRIFT_RANGE)
        jitter = _size(shift, variance[n_shared:], _JITTER_RANGE)
    unseen = np.asarray(~curve.weight.any(axis=0))
    covariance = np.where(unseen[:, None] | unseen[None, :], 0.0, solution.depth_covariance)
    return ChannelDepths(
        depth=k * k + np.where(unseen, 0.0, solution.local[:, 1]),
        covariance=covariance + np.diag(np.where(unseen, UNKNOWN_VARIANCE, 0.0)),
        scatter=scatter,
        jitter=jitter,
    )
