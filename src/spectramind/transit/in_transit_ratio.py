"""Light preprocessing: one box in white light, and flux inside over flux outside for each channel.

No star, no orbit, no limb darkening: what a first look at the light curves gives. It is what the
baselines learn from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import VisitLightCurves
from spectramind.transit.binned_curve import BinnedCurve, bin_curve, without_outliers
from spectramind.transit.drift import legendre_basis

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

BIN_SECONDS = 300.0
PHASES: FloatArray = np.linspace(-0.8, 0.8, 25)
"""Times at which white light is sampled, in durations of the box from its middle."""
_SHORTEST = 6  # bins; half an hour
_DRIFT = 2
_FEWEST = 2  # bins outside that a depth can be held against
_EDGE = 0.1  # of the duration: ingress and egress, left out of both sides


@dataclass(frozen=True)
class TransitRatio:
    """First look at one planet, mean of its visits; NaN in all depths where nothing was seen.

    depth     (283,) one minus flux inside over flux outside
    noise     (283,) standard deviation that the scatter outside gives it
    white     (2, phase) AIRS and FGS1 white light over its drift at PHASES; 1 where not observed
    duration  hour, of the box
    """

    depth: FloatArray
    noise: FloatArray
    white: FloatArray
    duration: float


def transit_box(time: FloatArray, flux: FloatArray) -> tuple[float, float]:
    """Start and end of the box that white light asks for most beside a linear drift.

    A drift of higher order takes long and partial transits for its own.

    Parameters
    ----------
    time, flux : (bin,) hour, relative flux; at least 8 bins

    Returns
    -------
    start, end : hour
    """
    basis, _ = np.linalg.qr(legendre_basis(time, 1))
    rest = flux - basis @ (basis.T @ flux)
    sums = np.vstack([np.zeros(3), np.cumsum(np.column_stack([rest, basis]), axis=0)])
    inside = sums[None, :] - sums[:, None]
    length = np.arange(time.size + 1)[None, :] - np.arange(time.size + 1)[:, None]
    square = length - (inside[..., 1:] ** 2).sum(axis=-1)
    allowed = (length >= _SHORTEST) & (square > 0.05 * length)
    dip = np.maximum(-inside[..., 0], 0.0)
    gain = np.divide(dip**2, square, out=np.full(square.shape, -1.0), where=allowed)
    first, end = np.unravel_index(np.argmax(gain), gain.shape)
    half = 0.5 * float(np.median(np.diff(time)))
    return float(time[first]) - half, float(time[end - 1]) + half


def _drift(curve: BinnedCurve, outside: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Drift through the usable samples outside; NaN where they do not suffice.

    Returns
    -------
    drift : (bin, channel)
    leverage : (channel,) variance of its mean over the other bins, in variances of one sample
    """
    # One side alone pins no slope beneath the transit.
    order = _DRIFT if np.ptp(outside.nonzero()[0]) > 0.6 * outside.size else 0
    basis = legendre_basis(curve.bin_time, order)
    weight = (curve.usable & outside[:, None]).astype(np.float64)
    normal = np.einsum("tc,ti,tj->cij", weight, basis, basis)
    vector = np.einsum("tc,ti,tc->ci", weight, basis, curve.flux)
    enough = weight.sum(axis=0) >= max(_FEWEST, 2 * order)
    normal[~enough] = np.eye(order + 1)
    drift = basis @ np.linalg.solve(normal, vector[..., None])[..., 0].T
    drift[:, ~enough] = np.nan
    beneath = basis[~outside].mean(axis=0)
    return np.asarray(drift), np.asarray(
        np.linalg.solve(normal, beneath[None, :, None])[..., 0] @ beneath
    )


def _channel_depths(curve: BinnedCurve, start: float, end: float) -> tuple[FloatArray, FloatArray]:
    """(channel,) depth and its standard deviation; NaN where the samples do not suffice."""
    edge, time = _EDGE * (end - start), curve.bin_time
    outside = (time < start - edge) | (time > end + edge)
    inside = (time > start + edge) & (time < end - edge)
    if outside.sum() < _FEWEST or not inside.any():
        nothing = np.full(curve.level.size, np.nan)
        return nothing, nothing
    drift, leverage = _drift(curve, outside)
    ratio = curve.flux / drift
    within, without = curve.usable & inside[:, None], curve.usable & outside[:, None]
    count = np.maximum(within.sum(axis=0), 1)
    depth = 1.0 - np.where(within, ratio, 0.0).sum(axis=0) / count
    scatter = np.sqrt(
        np.where(without, (ratio - 1.0) ** 2, 0.0).sum(axis=0) / np.maximum(without.sum(axis=0), 1)
    )
    seen = within.any(axis=0) & np.isfinite(depth)
    noise = scatter * np.sqrt(1.0 / count + leverage)
    return np.where(seen, depth, np.nan), np.where(seen, noise, np.nan)


def _white(curve: BinnedCurve) -> BinnedCurve:
    """All channels as one, each with the weight of its light."""
    light = np.where(curve.usable, curve.level, 0.0)
    total = light.sum(axis=1)
    usable = (total > 0.0) & (total > 0.5 * total.max())
    flux = np.where(usable, (curve.flux * light).sum(axis=1) / np.maximum(total, 1e-30), 1.0)
    return BinnedCurve(
        instrument=curve.instrument,
        visit=curve.visit,
        time=curve.time,
        flux=flux[:, None],
        usable=usable[:, None],
        level=np.ones(1),
        noise=np.ones(1),
        stated=np.ones(1),
    )


def _phase_curve(white: BinnedCurve, start: float, end: float) -> FloatArray:
    """(phase,) white light over its drift."""
    edge, time = _EDGE * (end - start), white.bin_time
    outside = (time < start - edge) | (time > end + edge)
    if outside.sum() < _FEWEST:
        return np.ones(PHASES.size)
    ratio = (white.flux / _drift(white, outside)[0])[:, 0]
    good = white.usable[:, 0] & np.isfinite(ratio)
    if not good.any():
        return np.ones(PHASES.size)
    at = 0.5 * (start + end) + PHASES * (end - start)
    return np.asarray(np.interp(at, time[good], ratio[good], left=1.0, right=1.0))


def _visit_ratio(visit: VisitLightCurves) -> TransitRatio:
    airs, fgs1 = (
        bin_curve(without_outliers(curve), visit.visit, BIN_SECONDS)
        for curve in (visit.airs, visit.fgs1)
    )
    white = _white(airs)
    good = white.usable[:, 0]
    if good.sum() < _FEWEST + _SHORTEST:
        nothing = np.full(1 + airs.level.size, np.nan)
        return TransitRatio(nothing, nothing, np.ones((2, PHASES.size)), np.nan)
    start, end = transit_box(white.bin_time[good], white.flux[good, 0])
    depths = [_channel_depths(curve, start, end) for curve in (fgs1, airs)]
    depth = np.concatenate([depth for depth, _ in depths])
    noise = np.concatenate([noise for _, noise in depths])
    phases = [_phase_curve(curve, start, end) for curve in (white, _white(fgs1))]
    return TransitRatio(depth, noise, np.array(phases), end - start)


def transit_ratio(visits: Sequence[VisitLightCurves]) -> TransitRatio:
    """First look at a planet.

    Parameters
    ----------
    visits : at least one. A channel without usable samples takes the mean depth of AIRS
    """
    looks = [_visit_ratio(visit) for visit in visits]
    depth = np.mean([look.depth for look in looks], axis=0)
    noise = np.mean([look.noise for look in looks], axis=0) / np.sqrt(len(looks))
    seen = np.isfinite(depth[1:])
    white = float(depth[1:][seen].mean()) if seen.any() else np.nan
    return TransitRatio(
        depth=np.where(np.isfinite(depth), depth, white),
        noise=np.where(np.isfinite(noise), noise, abs(white)),
        white=np.mean([look.white for look in looks], axis=0),
        duration=float(np.mean([look.duration for look in looks])),
    )
