"""Limb-darkened transit light curve, 283 channels x 5625 samples, one thread: ours and batman's."""

from __future__ import annotations

import time
from collections.abc import Callable

import batman
import numpy as np
from numpy.typing import NDArray

from spectramind.transit.light_curve import (
    quadratic_flux,
    quadratic_flux_exact,
    quadratic_flux_gradient,
)
from spectramind.transit.orbit import Orbit, separation
from spectramind.transit.radial_light_curve import nonlinear_flux, power2_flux_gradient

FloatArray = NDArray[np.float64]
CHANNELS, SAMPLES = 283, 5625


def _best(work: Callable[[], object], repeats: int = 5) -> float:
    """Shortest of several runs, s; the first run compiles and is not counted."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def _batman(hours: FloatArray, orbit: Orbit, k: FloatArray, u: FloatArray) -> FloatArray:
    parameters = batman.TransitParams()
    parameters.t0, parameters.per, parameters.a = orbit.t0, orbit.period, orbit.a_over_rs
    parameters.inc = float(np.degrees(np.arccos(orbit.impact / orbit.a_over_rs)))
    parameters.ecc, parameters.w, parameters.limb_dark = 0.0, 90.0, "quadratic"
    parameters.rp, parameters.u = k[0], list(u[:, 0])
    model = batman.TransitModel(parameters, hours, nthreads=1)
    flux = np.empty((hours.size, k.size))
    for channel in range(k.size):
        parameters.rp, parameters.u = k[channel], list(u[:, channel])
        flux[:, channel] = model.light_curve(parameters)
    return flux


def main() -> None:
    """Print seconds, ratio to batman and largest difference for each way."""
    rng = np.random.default_rng(0)
    hours = np.linspace(0.0, 7.5, SAMPLES)
    orbit = Orbit(3.75, 84.0, 9.0, 0.3)
    k = np.sqrt(0.0147 + rng.normal(0.0, 2e-4, CHANNELS))
    u = np.stack([rng.uniform(0.05, 0.5, CHANNELS), rng.uniform(0.0, 0.25, CHANNELS)])
    claret = rng.uniform(-0.2, 0.5, (4, CHANNELS))
    z = separation(hours, orbit)
    exact = quadratic_flux_exact(z, k, *u)
    peer = _best(lambda: _batman(hours, orbit, k, u))
    inside = float(np.mean(z < 1.0 + k.max()))
    print(f"light curve, {CHANNELS} x {SAMPLES}, {inside:.0%} in transit, one thread")
    rows: list[tuple[str, Callable[[], object], FloatArray | None]] = [
        ("quadratic", lambda: quadratic_flux(z, k, *u), quadratic_flux(z, k, *u)),
        ("quadratic, no interpolation", lambda: quadratic_flux_exact(z, k, *u), exact),
        ("quadratic with four derivatives", lambda: quadratic_flux_gradient(z, k, *u), None),
        ("four-parameter law", lambda: nonlinear_flux(z, k, claret), None),
        ("power-2 with derivatives", lambda: power2_flux_gradient(z, k, u[0], 0.3 + u[1]), None),
    ]
    print(f"  {'batman, quadratic':34s} {peer:8.4f} s")
    for name, work, flux in rows:
        seconds = _best(work)
        line = f"  {name:34s} {seconds:8.4f} s  {peer / seconds:6.1f} x batman"
        if flux is not None:
            ours = np.max(np.abs(flux - exact)) * 1e6
            theirs = np.max(np.abs(flux - _batman(hours, orbit, k, u))) * 1e6
            line += f"  differs {ours:.1e} ppm from exact, {theirs:.4f} ppm from batman"
        print(line)
