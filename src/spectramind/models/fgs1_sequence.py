"""The FGS1 light curve as the network reads it: detrended by the fit, sample by sample.

The fit's own white curve has bins of 72 s; ingress and egress are steeper than that. So the curve
of the source is taken, and the drift, which is smooth, is carried over from the fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import LightCurve
from spectramind.errors import DataError
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.posterior import WhiteLightCurve

FloatArray = NDArray[np.float64]

TOKEN_FEATURES = ("residual", "ln variance", "phase", "model depth", "usable")
_DRIFT_ORDER = 8
_WILD = 8.0  # sigma; beyond that a residual says no more
_FARTHEST = 4.0  # half durations from mid-transit


@dataclass(frozen=True)
class FineCurve:
    """Samples of one visit: time (hour), detrended flux, model, sigma; all (sample,)."""

    time: FloatArray
    flux: FloatArray
    model: FloatArray
    sigma: FloatArray


def detrended(curve: LightCurve, white: WhiteLightCurve) -> FineCurve:
    """FGS1 curve of a visit with the fit's drift taken out.

    Parameters
    ----------
    curve : of FGS1, one channel
    white : the fit's white curve of the same visit

    Raises
    ------
    DataError : NaN or infinity where the curve says that it is usable, or nothing usable
    """
    flux, variance = curve.flux[:, 0], curve.variance[:, 0]
    usable = ~curve.mask[:, 0] & np.isfinite(variance)
    name = f"FGS1 light curve of visit {white.visit}"
    if not np.isfinite(flux[usable]).all():
        raise DataError(name, "finite flux", "NaN or infinity", "reduce the visit again")
    seen = np.isfinite(white.flux) & np.isfinite(white.sigma)
    if not usable.any() or seen.sum() <= _DRIFT_ORDER:
        raise DataError(name, "usable samples", "none", "leave the planet out")
    start, stop = curve.time[0], curve.time[-1]

    def place(time: FloatArray) -> FloatArray:
        return np.asarray(2.0 * (time - start) / (stop - start) - 1.0)

    # Both are the same curve but for the drift and the width of the bins, which drops out here.
    edges = _edges(white.time)
    coarse = _binned(curve.time[usable], flux[usable], edges)
    good = seen & np.isfinite(coarse)
    ratio = coarse[good] / white.flux[good]
    weights = white.sigma[good] ** -1.0
    drift = np.polynomial.Legendre.fit(
        place(white.time[good]), ratio, _DRIFT_ORDER, domain=[-1, 1], w=weights / weights.max()
    )
    level = np.asarray(drift(place(curve.time)))
    model = np.interp(curve.time, white.time, white.model)
    scaled = np.where(usable, flux, np.nan) / level
    sigma = np.sqrt(np.where(usable, variance, np.inf)) / level
    return FineCurve(curve.time, scaled, model, sigma)


def _edges(time: FloatArray) -> FloatArray:
    middle = 0.5 * (time[1:] + time[:-1])
    return np.concatenate([[2 * time[0] - middle[0]], middle, [2 * time[-1] - middle[-1]]])


def _binned(time: FloatArray, flux: FloatArray, edges: FloatArray) -> FloatArray:
    """Mean flux between the edges; NaN where there is no sample."""
    bins = edges.size - 1
    place = np.searchsorted(edges, time, side="right") - 1
    inside = (place >= 0) & (place < bins)
    count = np.bincount(place[inside], minlength=bins)
    total = np.bincount(place[inside], flux[inside], minlength=bins)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def tokens(curve: FineCurve, mid_transit: float, duration: float, samples: int) -> FloatArray:
    """Features of the sequence, averaged to `samples` equal stretches of the visit.

    Parameters
    ----------
    mid_transit : hour
    duration : hour between first and fourth contact
    samples : length of the sequence

    Returns
    -------
    (samples, TOKEN_FEATURES) residual in its own sigma, ln variance over its median, phase in half
    durations from mid-transit, model depth over the deepest, 1 where there is a usable sample
    """
    edges = np.linspace(curve.time[0], curve.time[-1], samples + 1)
    edges[-1] = np.nextafter(edges[-1], np.inf)
    place = np.searchsorted(edges, curve.time, side="right") - 1
    weight = np.where(np.isfinite(curve.flux), curve.sigma**-2.0, 0.0)
    known = np.bincount(place, weight, minlength=samples)
    residual = np.where(weight > 0, curve.flux - curve.model, 0.0)
    moved = np.bincount(place, weight * residual, minlength=samples)
    usable = known > 0
    middle = 0.5 * (edges[1:] + edges[:-1])
    depth = 1.0 - np.interp(middle, curve.time, curve.model)
    normalised = moved[usable] / np.sqrt(known[usable])
    out = np.zeros((samples, len(TOKEN_FEATURES)))
    out[usable, 0] = np.clip(normalised, -_WILD, _WILD)
    out[usable, 1] = np.log(np.median(known[usable]) / known[usable])
    phase = 2.0 * (middle - mid_transit) / max(duration, 0.1)
    out[:, 2] = np.clip(phase, -_FARTHEST, _FARTHEST)
    out[:, 3] = depth / max(float(depth.max()), 1e-9)
    out[:, 4] = usable
    return out


def fgs1_sequence(
    curves: dict[int, LightCurve], fit: PlanetFit, samples: int, visits: int
) -> FloatArray:
    """Sequences of a planet's visits.

    Parameters
    ----------
    curves : FGS1 by number of the visit
    samples : length of each sequence
    visits : that are returned; visits that are not there are zero, others beyond are left out

    Returns
    -------
    (visits, samples, TOKEN_FEATURES)

    Raises
    ------
    DataError : a curve is not finite
    """
    out = np.zeros((visits, samples, len(TOKEN_FEATURES)))
    geometry = fit.posterior.geometry
    whites = [white for white in fit.posterior.white if white.instrument == "FGS1"]
    for position, white in enumerate(whites[:visits]):
        fine = detrended(curves[white.visit], white)
        mid = geometry[f"t0_{white.visit}"]
        out[position] = tokens(fine, mid, geometry["duration"], samples)
    return out
