"""Residuals of all planets: as a heat map, by frequency along the wavelength, on a map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.report.content import PlanetSet
from spectramind.report.diagnostics import planet_map, residual_power
from spectramind.report.figure import Axis, Figure, Layer, missing
from spectramind.report.figures.populations import NO_TRUTH

FloatArray = NDArray[np.float64]

_OUTLIERS = 8
_LEAST = 3


def _normalised(planets: PlanetSet) -> tuple[FloatArray, tuple[str, ...]] | None:
    """(planet, 283) error / sigma of the planets with a truth, and their ids."""
    judged = planets.judged
    if planets.truth is None or not judged.any():
        return None
    z = ((planets.mu - planets.truth) / planets.sigma)[judged]
    return z, tuple(np.array(planets.planet_ids)[judged].tolist())


def residual_heat_figure(planets: PlanetSet) -> Figure:
    """Planets x channels of error / sigma, the worst planets on top."""
    key, title = "residual_heat", "Error / sigma of every planet and channel"
    found = _normalised(planets)
    if found is None:
        return missing(key, title, NO_TRUTH)
    z, names = found
    order = np.argsort(-np.mean(z**2, axis=1))
    ordered = tuple(names[row] for row in order)
    values = np.clip(z[order], -9.99, 9.99)
    channels = np.arange(1.0, z.shape[1] + 1.0)
    layer = Layer("heat", "error / sigma", "answer", channels, values, step=0.05, names=ordered)
    caption = "Blue: too small, orange: too large; full colour at 3 sigma. Channel 1 is FGS1."
    return Figure(key, title, Axis("channel"), Axis("planet"), (layer,), caption, wide=True)


def residual_power_figure(planets: PlanetSet) -> Figure:
    """Power of the AIRS residuals by frequency along the channels."""
    key, title = "residual_power", "Power of the residuals along the wavelength"
    found = _normalised(planets)
    if found is None:
        return missing(key, title, NO_TRUTH)
    z = found[0][:, 1:]
    frequency: FloatArray = np.fft.rfftfreq(z.shape[1])[1:].astype(np.float64)
    layers = (
        Layer("line", "error / sigma", "answer", frequency, residual_power(z)[1:]),
        Layer("line", "independent errors", "data", frequency, np.ones_like(frequency)),
    )
    axes = Axis("frequency", "1 / channel", log=True), Axis("power", log=True)
    caption = "Above 1 at low frequency: errors that neighbours share."
    return Figure(key, title, *axes, layers, caption)


def planet_map_figure(planets: PlanetSet) -> Figure:
    """Planets along the two strongest patterns of their residuals, outliers named."""
    key, title = "planet_map", "Map of planets by their residuals"
    found = _normalised(planets)
    if found is None:
        return missing(key, title, NO_TRUTH)
    z, names = found
    if len(z) < _LEAST:
        return missing(key, title, f"A map needs {_LEAST} planets with known truth.")
    result = planet_map(z, _OUTLIERS)
    first, second = result.place[:, 0], result.place[:, 1]
    far = list(result.outliers)
    layers = (
        Layer("points", "planet", "answer", first, second, names=names),
        Layer(
            "names",
            "outliers",
            "fallback",
            first[far],
            second[far],
            names=tuple(names[row] for row in far),
        ),
    )
    axes = (
        Axis(f"first component, {result.share[0]:.0%} of the variance"),
        Axis(f"second component, {result.share[1]:.0%}"),
    )
    caption = "Principal components of error / sigma; the farthest planets are named."
    return Figure(key, title, *axes, layers, caption)
