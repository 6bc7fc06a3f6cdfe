"""Light curves with a known transit, made with batman rather than with our own kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import batman
import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import LightCurve, VisitLightCurves
from spectramind.survey.instruments import InstrumentName
from spectramind.survey.stars import Star

FloatArray = NDArray[np.float64]
AIRS_UM = np.linspace(1.95, 3.9, 282)
STAR = Star(1.0, 1.0, 5700.0, 1.0, 0.0, 3.5, 9.3, 88.0)


@dataclass(frozen=True)
class Scene:
    """What a synthetic visit shows."""

    t0: float = 3.6
    impact: float = 0.3
    a_over_rs: float = 9.0
    depth: float = 0.012
    drift: float = 2e-3
    noise: float = 1.0
    samples: int = 562
    seed: int = 1
    visit: int = 0

    def truth(self) -> FloatArray:
        """(283,) depths: flat with one band of 80 ppm."""
        if self.depth == 0.0:
            return np.zeros(283)
        band = 80e-6 * np.exp(-0.5 * ((AIRS_UM - 2.8) / 0.12) ** 2)
        return np.concatenate([[self.depth - 50e-6], self.depth + band])


def _transits(time: FloatArray, depth: FloatArray, u: FloatArray, scene: Scene) -> FloatArray:
    parameters = batman.TransitParams()
    parameters.t0, parameters.per, parameters.a = scene.t0, STAR.period * 24.0, scene.a_over_rs
    parameters.inc = float(np.degrees(np.arccos(scene.impact / scene.a_over_rs)))
    parameters.ecc, parameters.w, parameters.limb_dark = 0.0, 90.0, "quadratic"
    curves = []
    model = None
    for k2, u1, u2 in zip(depth, *u, strict=True):
        parameters.rp, parameters.u = float(np.sqrt(max(k2, 1e-12))), [u1, u2]
        model = model or batman.TransitModel(parameters, time)
        curves.append(model.light_curve(parameters))
    return np.stack(curves, axis=1)


def _curve(
    name: InstrumentName, scene: Scene, level: FloatArray, u: FloatArray, pairs: int
) -> LightCurve:
    rng = np.random.default_rng([scene.seed, scene.visit, level.size])
    time = (np.arange(scene.samples) + 0.5) * 7.5 / scene.samples
    depth = scene.truth()[:1] if level.size == 1 else scene.truth()[1:]
    wavelength = np.array([0.7]) if level.size == 1 else AIRS_UM
    x = time / 7.5
    drift = np.polynomial.polynomial.polyval(x, rng.uniform(-1.0, 1.0, 6))
    chromatic = 1.0 + 0.3 * (wavelength - 2.8) * (level.size > 1)
    gain = 1.0 + scene.drift * drift[:, None] * chromatic
    variance = np.broadcast_to(scene.noise**2 * (level + 1500.0) / pairs, (time.size, level.size))
    flux = level * gain * _transits(time, depth, u, scene)
    flux = flux + np.sqrt(variance) * rng.standard_normal(flux.shape)
    mask = np.zeros(flux.shape, dtype=bool)
    return LightCurve(name, time, wavelength, flux, variance.copy(), mask, pairs)


def make_visit(scene: Scene) -> VisitLightCurves:
    """Both instruments of one visit."""
    slope = (AIRS_UM - 2.8) / 1.95
    u_airs = np.stack([0.20 - 0.08 * slope, 0.15 + 0.0 * slope])
    level = 1.2e5 * np.exp(-1.2 * (AIRS_UM - 1.95))
    return VisitLightCurves(
        planet_id=7,
        visit=scene.visit,
        fgs1=_curve("FGS1", scene, np.array([2.7e5]), np.array([[0.42], [0.15]]), 100),
        airs=_curve("AIRS-CH0", scene, level, u_airs, 10),
    )


def edited(
    visit: VisitLightCurves,
    airs: Callable[[FloatArray, NDArray[np.bool_]], None] | None = None,
    fgs1: Callable[[FloatArray, NDArray[np.bool_]], None] | None = None,
) -> VisitLightCurves:
    """The same visit with flux and mask changed in place by the given functions."""
    changed = {}
    for name, change in (("airs", airs), ("fgs1", fgs1)):
        curve: LightCurve = getattr(visit, name)
        flux, mask = curve.flux.copy(), curve.mask.copy()
        if change is not None:
            change(flux, mask)
        changed[name] = replace(curve, flux=flux, mask=mask)
    return replace(visit, **changed)
