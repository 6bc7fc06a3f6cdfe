"""Do visits, and instruments, tell of the same transit?

Before the fit: a light curve in which the transit that the others show is not to be found, though
it would stand out many times over, has none, and would drag the depth of all towards zero. After
the fit: visits whose depths differ leave the depth unknown by that much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import LightCurve, VisitLightCurves
from spectramind.survey.instruments import InstrumentName
from spectramind.survey.stars import Star
from spectramind.transit.common_residuals import CommonResidual
from spectramind.transit.doubts import Flag
from spectramind.transit.time_structure import LEAST_SAMPLES, known_series
from spectramind.transit.white_light import WhiteSeries
from spectramind.transit.white_search import TransitStart, projections_of, search_transit

FloatArray = NDArray[np.float64]

_LEAST_GAIN = 40.0  # as for a transit at all
_PLAIN = 10.0  # times that: what the transit of the others would give where it is in the window
_STEP = 0.08  # hour
_DISAGREEMENT = 5.0  # sigma


@dataclass(frozen=True)
class Emptiness:
    """Visits, and single light curves (visit, instrument), without the transit of the others."""

    visits: tuple[int, ...]
    curves: tuple[tuple[int, InstrumentName], ...]

    @property
    def flags(self) -> tuple[str, ...]:
        """One for each."""
        visits = [Flag("empty_visit", None, visit) for visit in self.visits]
        curves = [Flag("empty_curve", name, visit) for visit, name in self.curves]
        return tuple(map(str, [*visits, *curves]))

    def holds(self, visit: int, instrument: InstrumentName) -> bool:
        """Whether a light curve is to be left out."""
        return visit in self.visits or (visit, instrument) in self.curves


@dataclass(frozen=True)
class _Evidence:
    """Of a transit of given depth in one curve, for every mid-time: fall of chi^2, and what it
    would be if the transit were there.
    """

    gain: FloatArray
    promise: FloatArray


def _evidence(series: WhiteSeries, t0: FloatArray, found: TransitStart, star: Star) -> _Evidence:
    cross, square = projections_of(series, t0, found.duration, star)
    promise = found.depth**2 * square
    return _Evidence(2.0 * found.depth * cross - promise, promise)


def _mid_times(series: Sequence[WhiteSeries], duration: float) -> FloatArray:
    """Hours of mid-transit with which any part of a transit lies in the visit."""
    start, end = min(s.time[0] for s in series), max(s.time[-1] for s in series)
    return np.arange(start - 0.5 * duration, end + 0.5 * duration, _STEP)


def empty_curves(series: Sequence[WhiteSeries], star: Star) -> Emptiness:
    """Which light curves lack the transit that the plainest visit shows.

    Parameters
    ----------
    series : white curves of all instruments and visits
    """
    if not series:
        return Emptiness((), ())
    visits = sorted({s.visit for s in series})
    groups = {visit: [s for s in series if s.visit == visit] for visit in visits}
    starts = {visit: search_transit(group, star) for visit, group in groups.items()}
    best = max(starts.values(), key=lambda found: found.gain)
    if best.gain <= _LEAST_GAIN:
        return Emptiness((), ())
    empty, curves = [], []
    for visit, group in groups.items():
        t0 = _mid_times(group, best.duration)
        each = [_evidence(s, t0, best, star) for s in group]
        gain = np.sum([one.gain for one in each], axis=0)
        promise = np.sum([one.promise for one in each], axis=0)
        where = int(np.argmax(gain))
        if gain[where] <= _LEAST_GAIN:
            if promise.max() > _PLAIN * _LEAST_GAIN:
                empty.append(visit)
            continue
        curves += [
            (visit, s.instrument)
            for s, one in zip(group, each, strict=True)
            if one.promise[where] > _PLAIN * _LEAST_GAIN and one.gain[where] <= 0.0
        ]
    return Emptiness(tuple(empty), tuple(curves))


def _amplitude(curve: CommonResidual) -> tuple[float, float]:
    """Depth of one light curve less that of the fit, relative to it, and its standard deviation."""
    good = np.isfinite(curve.sigma)
    known = (known_series(curve) / curve.sigma[:, None])[good]
    size = np.maximum(np.linalg.norm(known, axis=0), 1e-300)
    normal = known / size
    covariance = np.linalg.pinv(normal.T @ normal, rcond=1e-9, hermitian=True)
    values = covariance @ (normal.T @ (curve.rest[good] / curve.sigma[good]))
    return float(values[0] / size[0]), float(np.sqrt(covariance[0, 0]) / size[0])


def left_out(visits: Sequence[VisitLightCurves], empty: Emptiness) -> list[VisitLightCurves]:
    """The visits without what is empty: whole visits go, single curves are masked."""

    def kept(visit: int, curve: LightCurve) -> LightCurve:
        gone = empty.holds(visit, curve.instrument)
        return replace(curve, mask=np.ones_like(curve.mask)) if gone else curve

    return [
        replace(v, fgs1=kept(v.visit, v.fgs1), airs=kept(v.visit, v.airs))
        for v in visits
        if v.visit not in empty.visits
    ]


def difference_covariance(depth: FloatArray, spread: float) -> FloatArray:
    """(283, 283) covariance of depths that are uncertain by the difference of two visits.

    Parameters
    ----------
    depth : (283,)
    spread : standard deviation of the visits' scales, 1 / sqrt(2) of the difference of two
    """
    return np.asarray(2.0 * spread**2 * np.outer(depth, depth))


def depth_information(curve: CommonResidual) -> float:
    """Inverse variance of the relative depth by one light curve with its drift; 0 without one."""
    if curve.dip.max() <= 0.0 or np.isfinite(curve.sigma).sum() < LEAST_SAMPLES:
        return 0.0
    return 1.0 / _amplitude(curve)[1] ** 2


def visit_difference(curves: Sequence[CommonResidual]) -> float:
    """Largest difference between the depths of one instrument's visits, relative to the depth.

    Zero where it is not significant. Each curve's drift is free here, so that none of a difference
    can hide in it.
    """
    seen = [curve for curve in curves if depth_information(curve) > 0.0]
    if len(seen) < 2:
        return 0.0
    values, errors = np.array([_amplitude(curve) for curve in seen]).T
    low, high = int(np.argmin(values)), int(np.argmax(values))
    difference = float(values[high] - values[low])
    error = float(np.hypot(errors[low], errors[high]))
    return difference if difference > _DISAGREEMENT * error else 0.0
