"""Where is the transit? A grid search over mid-time and duration in white light.

For each mid-time and duration a transit of typical shape is fitted, linearly in its depth, together
with the drift of every curve. AIRS and FGS1 of a visit share the transit; visits share the
duration. Because drift and transit are fitted together a transit that is cut off at either end of
the window is found like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.stars import Star
from spectramind.transit.drift import DRIFT_ORDER, legendre_basis, legendre_scales
from spectramind.transit.light_curve import quadratic_flux
from spectramind.transit.limb_darkening import typical_quadratic
from spectramind.transit.orbit import Orbit, transit_duration
from spectramind.transit.white_light import WhiteSeries

FloatArray = NDArray[np.float64]

TYPICAL_RADIUS = 0.12  # sqrt of the population's mean depth
TYPICAL_IMPACT = 0.35
DRIFT_SIZE = 0.02  # the strongest drifts, FGS1 with high foreground, span 2 %
_DEPTH_SIZE = 0.03
_DURATIONS: FloatArray = np.geomspace(0.7, 9.0, 24)
_DURATION_SPREAD = 0.4  # star tables give ln(duration) to about 0.15
_T0_STEP = 0.08
_T0_SPREAD = 2.5


@dataclass(frozen=True)
class TransitStart:
    """Result of the search.

    t0        hour, for each visit, in the order of `visits`
    visits    visit indices
    duration  hour, first to fourth contact
    depth     fitted depth in units of relative flux, over limb darkening
    gain      fall of chi^2 against the same drift without a transit
    """

    t0: tuple[float, ...]
    visits: tuple[int, ...]
    duration: float
    depth: float
    gain: float


def expected_duration(star: Star) -> float:
    """Hours of a typical planet's transit for the orbit in the star table."""
    orbit = Orbit.from_inclination(0.0, star.period, star.semi_major_axis, star.inclination)
    duration = transit_duration(orbit, TYPICAL_RADIUS) if orbit.a_over_rs > 1.2 else 0.0
    if duration <= 0.0:  # the table's orbit misses the star, or would start inside it
        orbit = Orbit(0.0, orbit.period, max(orbit.a_over_rs, 1.5), TYPICAL_IMPACT)
        duration = transit_duration(orbit, TYPICAL_RADIUS)
    return duration


def measured_sigma(series: WhiteSeries) -> FloatArray:
    """Sigma of a white curve, (time,), raised to the scatter between neighbouring samples."""
    values = series.log_flux[series.usable]
    if values.size < 8:
        return series.sigma
    scatter = 1.4826 * float(np.median(np.abs(np.diff(values)))) / np.sqrt(2.0)
    stated = float(np.median(series.sigma[series.usable]))
    return np.asarray(series.sigma * max(1.0, scatter / stated))


def _shapes(series: WhiteSeries, t0: FloatArray, duration: float, star: Star) -> FloatArray:
    """Transits of unit depth, (t0, time), as -ln(flux) to first order."""
    reach = (1.0 + TYPICAL_RADIUS) ** 2 - TYPICAL_IMPACT**2
    distance = np.linspace(0.0, 1.0, 241)
    u1, u2 = typical_quadratic(np.array([series.wavelength]), star.temperature)
    z = np.sqrt(TYPICAL_IMPACT**2 + reach * distance**2)
    dip = (1.0 - quadratic_flux(z, np.array([TYPICAL_RADIUS]), u1, u2)[:, 0]) / TYPICAL_RADIUS**2
    offset = np.abs(series.time[None, :] - t0[:, None]) / (0.5 * duration)
    return np.asarray(np.interp(offset, distance, dip, right=0.0))


def _projections(series: WhiteSeries, t0: FloatArray, star: Star) -> tuple[FloatArray, FloatArray]:
    """<shape, -ln flux> and <shape, shape> after the drift is fitted out: (duration, t0) each."""
    each = [projections_of(series, t0, float(duration), star) for duration in _DURATIONS]
    cross, square = zip(*each, strict=True)
    return np.stack(cross), np.stack(square)


def projections_of(
    series: WhiteSeries, t0: FloatArray, duration: float, star: Star
) -> tuple[FloatArray, FloatArray]:
    """<shape, -ln flux> and <shape, shape> of one duration after the drift is fitted out, (t0,)."""
    good = series.usable
    inverse = 1.0 / measured_sigma(series)[good]
    basis = legendre_basis(series.time, DRIFT_ORDER)[good]
    size = DRIFT_SIZE * legendre_scales(DRIFT_ORDER)
    size[0] = 1.0
    orthogonal, _ = np.linalg.qr(np.vstack([basis * inverse[:, None], np.diag(1.0 / size)]))
    orthogonal = orthogonal[: inverse.size]
    data = -series.log_flux[good] * inverse
    shapes = _shapes(series, t0, duration, star)[:, good] * inverse
    drift = shapes @ orthogonal
    cross = shapes @ data - drift @ (orthogonal.T @ data)
    return cross, np.sum(shapes**2, axis=1) - np.sum(drift**2, axis=1)


def search_transit(series: Sequence[WhiteSeries], star: Star) -> TransitStart:
    """Find the transit of every visit.

    Parameters
    ----------
    series : white curves of all instruments and visits
    star : used as a wide prior on the duration only
    """
    visits = tuple(sorted({s.visit for s in series}))
    prior = -((np.log(_DURATIONS / expected_duration(star)) / _DURATION_SPREAD) ** 2)
    total, best_t0, depths = prior.copy(), [], []
    for visit in visits:
        mine = [s for s in series if s.visit == visit and s.usable.any()]
        start = min(float(s.time[0]) for s in series if s.visit == visit)
        end = max(float(s.time[-1]) for s in series if s.visit == visit)
        t0 = np.arange(start - 2.0, end + 2.0, _T0_STEP)
        cross = np.zeros((_DURATIONS.size, t0.size))
        square = np.full_like(cross, _DEPTH_SIZE**-2)
        for s in mine:
            one_cross, one_square = _projections(s, t0, star)
            cross += one_cross
            square += one_square
        gain = np.maximum(cross, 0.0) ** 2 / square
        gain = gain - ((t0 - 0.5 * (start + end)) / _T0_SPREAD) ** 2
        index = np.argmax(gain, axis=1)
        row = np.arange(_DURATIONS.size)
        total += gain[row, index]
        best_t0.append(t0[index])
        depths.append(np.maximum(cross, 0.0)[row, index] / square[row, index])
    best = int(np.argmax(total))
    return TransitStart(
        t0=tuple(float(t0[best]) for t0 in best_t0),
        visits=visits,
        duration=float(_DURATIONS[best]),
        depth=float(np.mean([depth[best] for depth in depths])),
        gain=float(total[best]),
    )
