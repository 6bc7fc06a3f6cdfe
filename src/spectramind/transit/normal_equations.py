"""Normal equations of the joint inference: one light curve at a time, channel by channel.

The relative residual of channel c at time t is, to first order,

    r = level_c + sum_jl (d_jl + p_j q_l) P_j(t) Q_l(c) + (dF/dtheta / F) theta
        + sum_k s_k(t) g_k(c) + noise

with P_j in time, Q_l in wavelength, F the transit, p_j q_l the separable drift of a gain common to
all columns (bilinear, linearised about the state), d_jl what it leaves, and g_k patterns of what
jitters. Noise is white with variance noise_c^2 / F(t). The amplitudes s_k(t), one for each bin, are
marginalised exactly: with patterns that are orthonormal under the weights this subtracts one outer
product for each pattern and bin, or mode of the prior (a Schur complement with a diagonal block).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from spectramind.transit.binned_curve import BinnedCurve
from spectramind.transit.channel_transit import N_LIMB, ChannelTransit, channel_transit
from spectramind.transit.jitter_templates import Jitter, projected
from spectramind.transit.orbit import Orbit
from spectramind.transit.pointing_wander import wander_modes

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

VISIT_HOURS = 7.5


@dataclass(frozen=True)
class CurveParameters:
    """Indices into the parameter vector of what shapes one light curve.

    depth, level  (channel,)
    drift         (time order, wavelength order)
    gain_time     (time order,) and
    gain_colour   (wavelength order,) factors of the separable drift; both empty for FGS1
    limb          (wavelength order, 3)
    shared        t0, ln(a/R*), impact parameter, visit scale
    """

    depth: IntArray
    level: IntArray
    drift: IntArray
    gain_time: IntArray
    gain_colour: IntArray
    limb: IntArray
    shared: IntArray

    @property
    def common(self) -> IntArray:
        """All indices that channels share: drift, limb darkening, orbit, visit scale."""
        gain = (self.gain_time, self.gain_colour)
        return np.concatenate([self.drift.ravel(), *gain, self.limb.ravel(), self.shared])

    def drift_of(self, theta: FloatArray) -> FloatArray:
        """(time order, wavelength order) coefficients of the whole drift."""
        drift = theta[self.drift]
        if self.gain_time.size:
            drift = drift + np.outer(theta[self.gain_time], theta[self.gain_colour])
        return np.asarray(drift)


@dataclass(frozen=True)
class CurveEquations:
    """Information of one light curve about the parameters.

    index     (parameter,) indices into the parameter vector
    matrix    (parameter, parameter)
    vector    (parameter,)
    residual  (bin, channel) relative, jitter not subtracted; 0 where not usable
    clean     (bin, channel) relative, jitter subtracted
    transit   (bin, channel) model flux relative to the star
    model     (bin, channel) whole model relative to the level
    chi2      sum of squared normalised residuals
    samples   number of usable samples
    """

    index: IntArray
    matrix: FloatArray
    vector: FloatArray
    residual: FloatArray
    clean: FloatArray
    transit: FloatArray
    model: FloatArray
    chi2: float
    samples: int


def time_basis(time: FloatArray, order: int) -> FloatArray:
    """(time, order + 1) Legendre polynomials over the 7.5 h of a nominal visit, or a longer one."""
    hours = max(VISIT_HOURS, float(time.max()))
    return np.asarray(legendre.legvander(2.0 * time / hours - 1.0, order))


def colour_basis(channels: int, order: int) -> FloatArray:
    """(channel, order + 1) Legendre polynomials over the channels."""
    place = np.linspace(-1.0, 1.0, channels) if channels > 1 else np.zeros(1)
    return np.asarray(legendre.legvander(place, order))


def _binned(values: FloatArray, group: int) -> FloatArray:
    return np.asarray(values.reshape(-1, group, *values.shape[1:]).mean(axis=1))


def _transit(
    curve: BinnedCurve, theta: FloatArray, where: CurveParameters, period: float
) -> ChannelTransit:
    """Transit averaged over the samples of each bin; depths carry the visit's scale."""
    t0, log_a, impact, scale = theta[where.shared]
    orbit = Orbit(float(t0), period, float(np.exp(log_a)), float(impact))
    colours = colour_basis(where.depth.size, where.limb.shape[0] - 1)
    depth = np.maximum(theta[where.depth] * (1.0 + scale), 1e-8)
    fine = channel_transit(curve.time.ravel(), orbit, depth, colours @ theta[where.limb])
    group = curve.time.shape[1]
    return ChannelTransit(
        flux=_binned(fine.flux, group),
        by_depth=_binned(fine.by_depth, group),
        by_limb=_binned(fine.by_limb, group),
        by_orbit=_binned(fine.by_orbit, group),
    )


def _design(
    curve: BinnedCurve, transit: ChannelTransit, depth: FloatArray, order: int
) -> FloatArray:
    """(channel, bin, column): level, drift orders, depth, limb 3, orbit 3, visit scale."""
    bins, channels = curve.flux.shape
    flux = transit.flux
    columns = np.empty((channels, bins, order + 2 + N_LIMB + 4))
    columns[:, :, : order + 1] = time_basis(curve.bin_time, order)
    columns[:, :, order + 1] = (transit.by_depth / flux).T
    columns[:, :, order + 2 : order + 5] = (transit.by_limb / flux[:, :, None]).transpose(1, 0, 2)
    columns[:, :, order + 5 : order + 8] = (transit.by_orbit / flux[:, :, None]).transpose(1, 0, 2)
    columns[:, :, order + 8] = columns[:, :, order + 1] * depth[:, None]
    return columns


def _common_map(where: CurveParameters, theta: FloatArray) -> FloatArray:
    """(channel, column, common parameter): how shared parameters enter each channel's columns."""
    channels = where.depth.size
    order, colours = where.drift.shape
    limbs = where.limb.shape[0]
    out = np.zeros((channels, order + 9, where.common.size))
    drift_basis = colour_basis(channels, colours - 1)
    limb_basis = colour_basis(channels, limbs - 1)
    for j in range(order):
        out[:, 1 + j, j * colours : (j + 1) * colours] = drift_basis
    first = order * colours
    if where.gain_time.size:
        gain = drift_basis @ theta[where.gain_colour]
        for j, coefficient in enumerate(theta[where.gain_time]):
            out[:, 1 + j, first + j] = gain
            out[:, 1 + j, first + order : first + order + colours] = coefficient * drift_basis
        first += order + colours
    for m in range(N_LIMB):
        out[:, order + 2 + m, first + m : first + limbs * N_LIMB : N_LIMB] = limb_basis
    for m in range(4):
        out[:, order + 5 + m, first + limbs * N_LIMB + m] = 1.0
    return out


def orthonormal(templates: FloatArray, weight: FloatArray) -> FloatArray:
    """(template, channel) templates made orthonormal under the weights (channel,)."""
    root = np.sqrt(weight)
    if templates.shape[0] == 0 or not root.any():
        return np.zeros((0, weight.size))
    _, size, rows = np.linalg.svd(templates * root, full_matrices=False)
    rows = rows[size > 1e-12 * size[0]]
    return np.asarray(np.where(root > 0.0, rows / np.where(root > 0.0, root, 1.0), 0.0))


def curve_equations(
    curve: BinnedCurve,
    theta: FloatArray,
    where: CurveParameters,
    period: float,
    jitter: Jitter,
) -> CurveEquations:
    """Linearise one light curve about `theta`.

    Parameters
    ----------
    curve : light curve with the noise to use
    theta : (parameter,) all parameters
    where : which of them shape this curve
    period : hour
    jitter : patterns whose amplitudes are marginalised
    """
    transit = _transit(curve, theta, where, period)
    order, colours = where.drift.shape
    channels = where.depth.size
    drift = time_basis(curve.bin_time, order)[:, 1:] @ where.drift_of(theta)
    level = 1.0 + theta[where.level]
    model = transit.flux * (1.0 + drift @ colour_basis(channels, colours - 1).T) * level
    weight = 1.0 / curve.noise**2
    residual = np.where(curve.usable, curve.flux / model - 1.0, 0.0)
    # Relative variance grows as flux falls; one factor for all channels keeps the patterns'
    # amplitudes separable. Samples lost to masks count as agreeing with the model.
    light = transit.flux.mean(axis=1) * curve.usable.any(axis=1)
    root = np.sqrt(light)
    columns = _design(curve, transit, theta[where.depth], order) * root[None, :, None]
    scaled = residual * root[:, None]
    spread = _common_map(where, theta)
    gram = np.matmul(columns.transpose(0, 2, 1), columns) * weight[:, None, None]
    right = np.matmul(columns.transpose(0, 2, 1), scaled.T[:, :, None])[:, :, 0] * weight[:, None]
    matrix, vector = _assembled(gram, right, spread, order + 1)
    clean = residual
    for pattern, modes, share in _amplitudes(curve, jitter, weight):
        couple = _coupling(columns, spread, pattern * weight, order + 1)
        amplitude = scaled @ (pattern * weight)
        couple, seen = (
            (modes.T @ couple, modes.T @ amplitude) if modes.size else (couple, amplitude)
        )
        matrix -= couple.T @ (share[:, None] * couple)
        vector -= couple.T @ (share * seen)
        taken = modes @ (share * seen) if modes.size else share * seen
        series = np.divide(taken, root, out=np.zeros_like(taken), where=root > 0.0)
        clean = np.where(curve.usable, clean - np.outer(series, pattern), 0.0)
    return CurveEquations(
        index=np.concatenate([where.level, where.depth, where.common]),
        matrix=matrix,
        vector=vector,
        residual=residual,
        clean=clean,
        transit=transit.flux,
        model=model,
        chi2=float(np.sum(weight * np.sum((clean * root[:, None]) ** 2, axis=0))),
        samples=int(curve.usable.sum()),
    )


def _assembled(
    gram: FloatArray, right: FloatArray, spread: FloatArray, depth_column: int
) -> tuple[FloatArray, FloatArray]:
    """Normal matrix and vector over (levels, depths, common) from those of each channel."""
    channels, common = gram.shape[0], spread.shape[2]
    matrix = np.zeros((2 * channels + common, 2 * channels + common))
    vector = np.zeros(2 * channels + common)
    by_common = np.matmul(gram, spread)
    shared = slice(2 * channels, None)
    matrix[shared, shared] = np.tensordot(spread, by_common, axes=([0, 1], [0, 1]))
    vector[shared] = np.tensordot(spread, right, axes=([0, 1], [0, 1]))
    one = np.arange(channels)
    own = (0, depth_column)
    for i, row in enumerate(own):
        block = slice(i * channels, (i + 1) * channels)
        matrix[block, shared] = by_common[:, row]
        matrix[shared, block] = by_common[:, row].T
        vector[block] = right[:, row]
        for j, column in enumerate(own):
            matrix[i * channels + one, j * channels + one] = gram[:, row, column]
    return matrix, vector


def _amplitudes(
    curve: BinnedCurve, jitter: Jitter, weight: FloatArray
) -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
    """Patterns (channel,), orthonormal under the weights, with the modes of their amplitudes.

    Yields
    ------
    pattern (channel,), modes (bin, mode) or empty where every bin is one, share (mode,) of an
    amplitude that is the pattern's and not noise: 1 where its prior is flat
    """
    bins = curve.flux.shape[0]
    basis = orthonormal(jitter.patterns, weight)
    for pattern in basis:
        yield pattern, np.empty((0, 0)), np.ones(bins)
    wander = jitter.wander
    unit, length = projected(jitter.shift, basis, weight)
    if wander.slow > 0.0:
        spacing = float(np.median(np.diff(curve.bin_time)))
        slow, modes = wander_modes(bins, spacing)
        size = length**2 * (wander.slow**2 * slow + wander.fast**2)
        yield unit, modes, size / (1.0 + size)
    elif wander.fast > 0.0:
        size = np.full(bins, (length * wander.fast) ** 2)
        yield unit, np.empty((0, 0)), size / (1.0 + size)


def _coupling(columns: FloatArray, spread: FloatArray, row: FloatArray, depth: int) -> FloatArray:
    """(bin, parameter) of a pattern's amplitude with (level, depth, common parameters)."""
    channels, bins, _ = columns.shape
    out = np.empty((bins, 2 * channels + spread.shape[2]))
    out[:, :channels] = columns[:, :, 0].T * row
    out[:, channels : 2 * channels] = columns[:, :, depth].T * row
    by_common = (spread * row[:, None, None]).reshape(-1, spread.shape[2])
    out[:, 2 * channels :] = columns.transpose(1, 0, 2).reshape(bins, -1) @ by_common
    return out
