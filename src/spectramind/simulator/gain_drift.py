"""Slow drift of the gain: of the competition's kind, and of kinds that other instruments show.

Three kinds are polynomials in time scaled to a peak-to-peak size A over all times and columns,
with x from -1/2 to 1/2 along the columns, t from 0 to 1 along the visit:

polynomial   p(t) q(x), both of order 5 with coefficients uniform in (-1, 1): the competition's
quartic      p(t) + b x q(t), both of order 4: no product of time and wavelength
linear       t (1 + b x)

The others have a size of their own and a colour 1 + b x, but for the flare's, which is light of
9,000 K beside the star's:

settling     exponential, 0.05-0.4 % at the start, forgotten in 0.2-1 h
thermal      sinusoid, amplitude 100-400 ppm, 1.2-3.5 h, one clock for both detectors
red          Ornstein-Uhlenbeck, 60-200 ppm rms, memory 15-60 minutes
step         a jump of 0.02-0.2 % at any time
flare        of the star, 0.05-0.5 % at 0.7 um, gone in 5-40 minutes, seen by both detectors
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from spectramind.simulator.jitter import wander
from spectramind.simulator.star_spots import brightness_contrast

FloatArray = NDArray[np.float64]
DriftKind = Literal[
    "polynomial", "quartic", "linear", "none", "settling", "thermal", "red", "step", "flare"
]
DRIFT_KINDS: tuple[DriftKind, ...] = get_args(DriftKind)

_FLARE_TEMPERATURE = 9000.0
_VISIBLE_UM = 0.7
_FLARE_RISE_MINUTES = 2.0


@dataclass(frozen=True)
class Drift:
    """Kind and size of a drift.

    kind     which law it follows
    size     factor on the size of its kind
    spread   range of the peak-to-peak size of polynomial, quartic and linear, log-uniform
    """

    kind: DriftKind
    size: float
    spread: tuple[float, float]


@dataclass(frozen=True)
class DriftGrid:
    """Where and on what a drift acts.

    hours         (pair,) from the start of the visit, evenly spaced
    total_hours   length of the visit
    wavelength    (column,) micrometre; one column for a photometer
    temperature   of the star, K
    """

    hours: FloatArray
    total_hours: float
    wavelength: FloatArray
    temperature: float

    @property
    def place(self) -> FloatArray:
        """(column,) -1/2 to 1/2 along the columns, 0 for a photometer."""
        columns = self.wavelength.size
        return np.linspace(-0.5, 0.5, columns) if columns > 1 else np.zeros(1)


def draw_gain(
    rng: np.random.Generator, shared: np.random.Generator, drift: Drift, grid: DriftGrid
) -> FloatArray:
    """Draw the drift of one visit of one instrument.

    Parameters
    ----------
    rng : of the visit and the instrument
    shared : of the visit alone, equal for both instruments: clocks that they have in common

    Returns
    -------
    (column, pair) factor around 1
    """
    if drift.kind == "none":
        return np.ones((grid.wavelength.size, grid.hours.size))
    if drift.kind in _POLYNOMIALS:
        amplitude = drift.size * _log_uniform(rng, *drift.spread)
        shape = _POLYNOMIALS[drift.kind](rng, grid)
        return np.asarray(1.0 + amplitude * shape / np.ptp(shape))
    if drift.kind == "flare":
        return 1.0 + drift.size * _flare(shared, grid)
    in_time = _EVENTS[drift.kind](rng, shared, grid)
    colour = 1.0 + rng.uniform(-1.0, 1.0) * grid.place
    return np.asarray(1.0 + drift.size * colour[:, None] * in_time)


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _random_polynomial(rng: np.random.Generator, x: FloatArray, order: int) -> FloatArray:
    return np.asarray(np.polynomial.polynomial.polyval(x, rng.uniform(-1.0, 1.0, order + 1)))


def _separable(rng: np.random.Generator, grid: DriftGrid) -> FloatArray:
    in_time = _random_polynomial(rng, grid.hours / grid.total_hours, 5)
    one = np.ones(1)
    along = _random_polynomial(rng, grid.place + 0.5, 5) if grid.place.size > 1 else one
    return np.asarray(along[:, None] * in_time)


def _quartic(rng: np.random.Generator, grid: DriftGrid) -> FloatArray:
    phase = grid.hours / grid.total_hours
    level, colour = (_random_polynomial(rng, phase, 4) for _ in range(2))
    return np.asarray(level + rng.uniform(-1.0, 1.0) * grid.place[:, None] * colour)


def _linear(rng: np.random.Generator, grid: DriftGrid) -> FloatArray:
    phase = rng.choice([-1.0, 1.0]) * (grid.hours / grid.total_hours - 0.5)
    return np.asarray((1.0 + rng.uniform(-1.0, 1.0) * grid.place[:, None]) * phase)


def _settling(rng: np.random.Generator, _: np.random.Generator, grid: DriftGrid) -> FloatArray:
    amplitude = rng.choice([-1.0, 1.0]) * _log_uniform(rng, 5e-4, 4e-3)
    return np.asarray(amplitude * np.exp(-grid.hours / rng.uniform(0.2, 1.0)))


def _thermal(rng: np.random.Generator, shared: np.random.Generator, grid: DriftGrid) -> FloatArray:
    period, start = shared.uniform(1.2, 3.5), shared.random()
    sine = np.sin(2.0 * np.pi * (grid.hours / period + start))
    return np.asarray(rng.uniform(1e-4, 4e-4) * sine)


def _red(rng: np.random.Generator, _: np.random.Generator, grid: DriftGrid) -> FloatArray:
    rms, minutes = rng.uniform(6e-5, 2e-4), rng.uniform(15.0, 60.0)
    spacing = float(grid.hours[1] - grid.hours[0]) if grid.hours.size > 1 else grid.total_hours
    return rms * wander(rng, (grid.hours.size,), 60.0 * spacing / minutes)


def _step(rng: np.random.Generator, _: np.random.Generator, grid: DriftGrid) -> FloatArray:
    height = rng.choice([-1.0, 1.0]) * _log_uniform(rng, 2e-4, 2e-3)
    return np.asarray(height * (grid.hours > rng.uniform(0.05, 0.95) * grid.total_hours))


def _flare(shared: np.random.Generator, grid: DriftGrid) -> FloatArray:
    start = shared.uniform(0.0, 0.9) * grid.total_hours
    decay, peak = shared.uniform(5.0, 40.0), _log_uniform(shared, 5e-4, 5e-3)
    minutes = 60.0 * (grid.hours - start)
    scale = np.where(minutes < 0.0, -_FLARE_RISE_MINUTES, decay)
    hot = np.array([_FLARE_TEMPERATURE])
    colour = brightness_contrast(grid.wavelength, hot, grid.temperature)[0]
    visible = brightness_contrast(np.array([_VISIBLE_UM]), hot, grid.temperature)[0]
    return np.asarray(peak * (colour / visible)[:, None] * np.exp(-minutes / scale))


_POLYNOMIALS: dict[str, Callable[[np.random.Generator, DriftGrid], FloatArray]] = {
    "polynomial": _separable,
    "quartic": _quartic,
    "linear": _linear,
}
_EVENTS: dict[str, Callable[[np.random.Generator, np.random.Generator, DriftGrid], FloatArray]] = {
    "settling": _settling,
    "thermal": _thermal,
    "red": _red,
    "step": _step,
}
