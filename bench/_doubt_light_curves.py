"""Faults of light curves and of visits, as functions of the visits of one planet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import LightCurve, VisitLightCurves

FloatArray = NDArray[np.float64]
Visits = list[VisitLightCurves]
Fault = Callable[[Visits, np.random.Generator], Visits]
Shape = Callable[[FloatArray], FloatArray]


def _flux(curve: LightCurve, flux: FloatArray) -> LightCurve:
    return replace(curve, flux=flux, mask=curve.mask | ~np.isfinite(flux))


def _times(airs: Shape | None, fgs1: Shape | None, first_only: bool = False) -> Fault:
    """Both instruments' light times a function of the hour."""

    def fault(visits: Visits, _: np.random.Generator) -> Visits:
        out = []
        for visit in visits:
            a, f = visit.airs, visit.fgs1
            if airs is not None:
                a = _flux(a, a.flux * airs(a.time)[:, None])
            if fgs1 is not None:
                f = _flux(f, f.flux * fgs1(f.time)[:, None])
            out.append(
                replace(visit, airs=a, fgs1=f) if not (first_only and visit.visit) else visit
            )
        return out

    return fault


def _ramp(size: float, hours: float) -> Shape:
    return lambda t: 1.0 - size * np.exp(-(t - t[0]) / hours)


def _drop(size: float, minutes: float) -> Shape:
    return lambda t: np.where(t > t[-1] - minutes / 60.0, 1.0 - size, 1.0)


def _step(size: float, hour: float) -> Shape:
    return lambda t: np.where(t > hour, 1.0 - size, 1.0)


def _flare(size: float, hour: float) -> Shape:
    return lambda t: 1.0 + np.where(t > hour, size * np.exp(-(t - hour) / 0.3), 0.0)


def _bump(size: float, hour: float) -> Shape:
    return lambda t: 1.0 + size * np.exp(-0.5 * ((t - hour) / 0.15) ** 2)


def _wave(size: float, hours: float) -> Shape:
    return lambda t: 1.0 + size * np.sin(2.0 * np.pi * t / hours + 1.0)


def _red(visits: Visits, rng: np.random.Generator) -> Visits:
    """Noise with a memory of half an hour, common to all channels."""
    grid = np.linspace(0.0, 7.6, 761)
    noise, keep = np.zeros(grid.size), np.exp(-0.01 / 0.5)
    for i in range(1, grid.size):
        noise[i] = keep * noise[i - 1] + 1e-3 * np.sqrt(1.0 - keep**2) * rng.normal()
    shape = lambda t: 1.0 + np.interp(t, grid, noise)  # noqa: E731
    return _times(shape, shape)(visits, rng)


def _each(change: Callable[[LightCurve, np.random.Generator], LightCurve], names: str) -> Fault:
    """Change some instruments' curves, of visits whose digit is named: `AF0`, `F1`."""

    def fault(visits: Visits, rng: np.random.Generator) -> Visits:
        out = []
        for visit in visits:
            if any(c.isdigit() for c in names) and str(visit.visit) not in names:
                out.append(visit)
                continue
            airs = change(visit.airs, rng) if "A" in names else visit.airs
            fgs1 = change(visit.fgs1, rng) if "F" in names else visit.fgs1
            out.append(replace(visit, airs=airs, fgs1=fgs1))
        return out

    return fault


def _shuffled(curve: LightCurve, rng: np.random.Generator) -> LightCurve:
    return _flux(curve, curve.flux[rng.permutation(curve.time.size)])


def _halves(curve: LightCurve, _: np.random.Generator) -> LightCurve:
    return _flux(curve, np.roll(curve.flux, curve.time.size // 2, axis=0))


def _reversed(curve: LightCurve, _: np.random.Generator) -> LightCurve:
    return _flux(curve, curve.flux[::-1].copy())


def _empty(curve: LightCurve, rng: np.random.Generator) -> LightCurve:
    """The star alone, with the noise that is stated."""
    level = np.nanmedian(curve.flux, axis=0)
    flux = level * np.ones_like(curve.flux)
    return _flux(curve, flux + np.sqrt(curve.variance) * rng.standard_normal(flux.shape))


def _constant(curve: LightCurve, _: np.random.Generator) -> LightCurve:
    return _flux(curve, np.broadcast_to(curve.flux[0], curve.flux.shape).copy())


def _noisy(curve: LightCurve, rng: np.random.Generator) -> LightCurve:
    return _flux(
        curve, curve.flux + 5 * np.sqrt(curve.variance) * rng.normal(size=curve.flux.shape)
    )


def _outliers(curve: LightCurve, rng: np.random.Generator) -> LightCurve:
    hit = rng.random(curve.time.size) < 0.02
    return _flux(curve, curve.flux * np.where(hit, rng.uniform(0.9, 1.2, hit.size), 1.0)[:, None])


def _gone(start: float, end: float) -> Callable[[LightCurve, np.random.Generator], LightCurve]:
    def change(curve: LightCurve, _: np.random.Generator) -> LightCurve:
        lost = (curve.time > start) & (curve.time < end)
        return _flux(curve, np.where(lost[:, None], np.nan, curve.flux))

    return change


def _variance(factor: float) -> Callable[[LightCurve, np.random.Generator], LightCurve]:
    return lambda curve, _: replace(curve, variance=curve.variance * factor)


def _diluted(curve: LightCurve, _: np.random.Generator) -> LightCurve:
    """A companion in the aperture: a tenth of the light does not come from the star."""
    return _flux(curve, curve.flux + 0.1 * np.nanmedian(curve.flux, axis=0))


def _channels(curve: LightCurve, rng: np.random.Generator) -> LightCurve:
    lost = rng.random(curve.wavelength.size) < 0.1
    return _flux(curve, np.where(lost, np.nan, curve.flux))


def _nothing(curve: LightCurve, _: np.random.Generator) -> LightCurve:
    return _flux(curve, np.full_like(curve.flux, np.nan))


def _negative(curve: LightCurve, rng: np.random.Generator) -> LightCurve:
    wrong = rng.random(curve.time.size) < 0.3
    return _flux(curve, np.where(wrong[:, None], -curve.flux, curve.flux))


ONE_VISIT: dict[str, Fault] = {
    "ramp 0.3 %": _times(_ramp(0.003, 0.42), _ramp(0.001, 0.42)),
    "ramp 1 %": _times(_ramp(0.01, 0.42), _ramp(0.004, 0.42)),
    "fast ramp": _times(_ramp(0.006, 0.1), None),
    "drop, last 5 min": _times(_drop(0.003, 5), _drop(0.003, 5)),
    "drop, last 15 min": _times(_drop(0.005, 15), _drop(0.005, 15)),
    "step in transit, AIRS": _times(_step(0.0015, 3.9), None),
    "step out of transit": _times(_step(0.003, 1.2), _step(0.003, 1.2)),
    "flare": _times(_flare(1e-3, 3.6), _flare(8e-3, 3.6)),
    "spot": _times(_bump(8e-4, 3.5), _bump(1.4e-3, 3.5)),
    "red noise": _red,
    "wave of 2 h": _times(_wave(8e-4, 2.0), _wave(8e-4, 2.0)),
    "half an hour lost": _each(_gone(2.3, 2.8), "AF"),
    "first half lost": _each(_gone(-1.0, 3.6), "AF"),
    "noise five times as stated": _each(_noisy, "AF"),
    "AIRS shuffled in time": _each(_shuffled, "A"),
    "FGS1 shuffled in time": _each(_shuffled, "F"),
    "halves exchanged": _each(_halves, "AF"),
    "AIRS reversed in time": _each(_reversed, "A"),
    "AIRS without the transit": _each(_empty, "A"),
    "FGS1 without the transit": _each(_empty, "F"),
    "no transit at all": _each(_empty, "AF"),
    "FGS1 constant": _each(_constant, "F"),
    "outliers": _each(_outliers, "AF"),
    "negative light": _each(_negative, "A"),
    "variance a hundredth": _each(_variance(0.01), "AF"),
    "a tenth of the channels lost": _each(_channels, "A"),
    "FGS1 lost": _each(_nothing, "F"),
}
"""Faults of planets with one visit."""

TWO_VISITS: dict[str, Fault] = {
    "second visit empty": _each(_empty, "AF1"),
    "first visit empty": _each(_empty, "AF0"),
    "second visit lost": _each(_nothing, "AF1"),
    "FGS1 of a visit empty": _each(_empty, "F1"),
    "AIRS of a visit empty": _each(_empty, "A1"),
    "second visit diluted": _each(_diluted, "AF1"),
    "FGS1 of a visit diluted": _each(_diluted, "F1"),
    "ramp in the first visit": _times(_ramp(0.01, 0.42), _ramp(0.004, 0.42), first_only=True),
    "second visit shuffled": _each(_shuffled, "AF1"),
}
"""Faults of planets with two visits."""
