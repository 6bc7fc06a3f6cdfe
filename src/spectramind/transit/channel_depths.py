"""Depth of every AIRS channel of one visit, given the geometry of the white fit.

In ln(flux) a channel is its level, plus drift, plus the white transit, plus its own depth times the
derivative of the transit by depth, plus what a shift of the spectrum along the dispersion (pointing
jitter) does to it. Level and depth belong to the channel. The drift, a polynomial in time with
coefficients that are polynomials in wavelength (its chromatic slope), and the shift, one number a
time bin, are shared. Everything is linear, and the normal equations are solved exactly by
eliminating the channels' 2 x 2 blocks first (Schur complement). The sizes of drift and shift are
found from the data, so that a shift that is not there costs nothing.
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
    drift   (time, i) polynomials in time
    colour  (channel, l) polynomials in wavelength
    slope   (channel,) derivative of ln(level) by channel number: the effect of a unit shift
    unit    (i * l,) relative size of the drift coefficients
    """

    rest: FloatArray
    shape: FloatArray
    drift: FloatArray
    colour: FloatArray
    slope: FloatArray
    unit: FloatArray


def _design(
    curve: RelativeCurve, orbit: Orbit, k: float, u1: FloatArray, u2: FloatArray
) -> _Design:
    z = separation(curve.time, orbit)
    flux, _, by_k, _, _ = quadratic_flux_gradient(z, np.full(u1.size, k), u1, u2)
    colour_scale = legendre_scales(CHROMATIC_ORDER)
    seen = curve.weight.any(axis=0)
    slope = np.gradient(np.log(curve.level)) if curve.level.size > 1 else np.zeros(1)
    beside = np.minimum(np.roll(seen, 1), np.roll(seen, -1)) & seen
    return _Design(
        rest=curve.log_flux - np.log(flux),
        shape=by_k / flux / (2.0 * k),
        drift=legendre_basis(curve.time, DRIFT_ORDER)[:, 1:],
        colour=legendre_basis(curve.wavelength, CHROMATIC_ORDER),
        slope=np.where(beside, slope, 0.0),
        unit=np.outer(legendre_scales(DRIFT_ORDER)[1:], colour_scale / colour_scale[0]).ravel(),
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


def _drift_normal(
    design: _Design, weight: FloatArray, gain: FloatArray, cross: FloatArray
) -> FloatArray:
    """Normal matrix (i * l, i * l) of the drift once levels and depths are eliminated."""
    n_time, n_drift = design.drift.shape
    n_channel, n_colour = design.colour.shape
    pairs = (design.drift[:, :, None] * design.drift[:, None, :]).reshape(n_time, -1)
    normal = (weight.T @ pairs).reshape(n_channel, n_drift, n_drift)
    normal -= np.swapaxes(cross, 1, 2) @ gain
    outer = (design.colour[:, :, None] * design.colour[:, None, :]).reshape(n_channel, -1)
    shared = normal.reshape(n_channel, -1).T @ outer
    shared = shared.reshape(n_drift, n_drift, n_colour, n_colour).transpose(0, 2, 1, 3)
    return np.asarray(shared.reshape(n_drift * n_colour, -1))


def _solve(design: _Design, weight: FloatArray, drift_size: float, jitter: float) -> _Solution:
    inverse = _local_inverse(weight, design.shape)
    shaped = weight * design.shape
    # Products of the local columns (level, depth) with the drift's and the shift's: (c, 2, .).
    by_drift = np.stack([weight.T @ design.drift, shaped.T @ design.drift], axis=1)
    by_shift = np.stack([weight.T, shaped.T], axis=1) * design.slope[:, None, None]
    drift_gain, shift_gain = inverse @ by_drift, inverse @ by_shift
    local_rhs = np.stack(
        [np.sum(weight * design.rest, axis=0), np.sum(shaped * design.rest, axis=0)], axis=1
    )
    n_channel, n_time = design.colour.shape[0], design.drift.shape[0]
    n_drift = design.unit.size
    colour_drift = np.einsum("cai,cl->cail", drift_gain, design.colour).reshape(n_channel, 2, -1)
    response = np.concatenate([colour_drift, shift_gain], axis=2)  # of local to shared unknowns
    normal = np.zeros((n_drift + n_time, n_drift + n_time))
    normal[:n_drift, :n_drift] = _drift_normal(design, weight, drift_gain, by_drift)
    sloped = weight * design.slope
    mixed = np.einsum("ti,tc,cl->ilt", design.drift, sloped, design.colour, optimize=True)
    mixed = mixed.reshape(n_drift, n_time)
    flat_response, flat_shift = (
        colour_drift.reshape(2 * n_channel, -1),
        by_shift.reshape(-1, n_time),
    )
    mixed = mixed - flat_response.T @ flat_shift
    normal[:n_drift, n_drift:], normal[n_drift:, :n_drift] = mixed, mixed.T
    normal[n_drift:, n_drift:] = np.diag(sloped @ design.slope)
    normal[n_drift:, n_drift:] -= flat_shift.T @ shift_gain.reshape(-1, n_time)
    normal += np.diag(np.append((drift_size * design.unit) ** -2.0, np.full(n_time, jitter**-2.0)))
    weighted = weight * design.rest
    rhs = np.append(
        (design.drift.T @ weighted @ design.colour).ravel(), weighted @ design.slope
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
    n_drift = design.unit.size
    for _ in range(_ROUNDS):
        solution = _solve(design, weight, drift_size, jitter)
        coefficients, shift = solution.shared[:n_drift], solution.shared[n_drift:]
        drift = design.drift @ coefficients.reshape(design.drift.shape[1], -1) @ design.colour.T
        model = solution.local[:, 0] + drift + design.shape * solution.local[:, 1]
        model = model + np.outer(shift, design.slope)
        weight, scatter = _reweighted(curve.weight, design.rest - model)
        variance = solution.shared_variance
        drift_size = _size(
            coefficients / design.unit, variance[:n_drift] / design.unit**2, _DRIFT_RANGE
        )
        jitter = _size(shift, variance[n_drift:], _JITTER_RANGE)
    unseen = ~curve.weight.any(axis=0)
    covariance = np.where(unseen[:, None] | unseen[None, :], 0.0, solution.depth_covariance)
    return ChannelDepths(
        depth=k * k + np.where(unseen, 0.0, solution.local[:, 1]),
        covariance=covariance + np.diag(np.where(unseen, UNKNOWN_VARIANCE, 0.0)),
        scatter=scatter,
        jitter=jitter,
    )
