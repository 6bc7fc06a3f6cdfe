"""Channels: stated sigma, error made, bias and coverage by wavelength."""

from __future__ import annotations

import numpy as np

from spectramind.report.content import PlanetSet
from spectramind.report.diagnostics import coverage
from spectramind.report.figure import Axis, Colour, Figure, Layer, missing
from spectramind.report.figures.populations import NO_TRUTH
from spectramind.report.figures.scales import DEPTH_STEP, PPM, WAVELENGTH

_LEVELS: tuple[tuple[float, Colour], ...] = ((0.68, "a"), (0.9, "b"), (0.95, "c"))
_TO_SIGMA = 1.4826
"""Median absolute value to standard deviation, of a normal density."""


def channel_sigma_figure(planets: PlanetSet) -> Figure:
    """Stated sigma by channel, and the error that was made where it is known."""
    key, title = "channel_sigma", "Sigma by channel"
    own = np.array([kind != "fallback" for kind in planets.kinds], dtype=np.bool_)
    if not own.any():
        return missing(key, title, "No planet has a spectrum of its own.")
    low, middle, high = np.percentile(planets.sigma[own], [15.87, 50, 84.13], axis=0) * PPM
    x = planets.wavelength
    layers = [
        Layer("band", "68 % of planets", "answer", x, low, high, step=DEPTH_STEP),
        Layer("line", "stated, median planet", "answer", x, middle, step=DEPTH_STEP),
    ]
    if planets.truth is not None and planets.judged.any():
        error = (planets.mu - planets.truth)[planets.judged]
        made = _TO_SIGMA * np.median(np.abs(error), axis=0) * PPM
        layers.append(Layer("line", "error made", "truth", x, made, step=DEPTH_STEP))
    caption = "Where the error made lies above the stated sigma, sigma is too small."
    return Figure(key, title, WAVELENGTH, Axis("sigma", "ppm", low=0.0), tuple(layers), caption)


def channel_error_figure(planets: PlanetSet) -> Figure:
    """Mean and rms error by channel."""
    key, title = "channel_error", "Error by channel"
    if planets.truth is None or not planets.judged.any():
        return missing(key, title, NO_TRUTH)
    error = (planets.mu - planets.truth)[planets.judged] * PPM
    bias, rms = error.mean(axis=0), np.sqrt(np.mean(error**2, axis=0))
    doubt = error.std(axis=0) / np.sqrt(len(error))
    x = planets.wavelength
    layers = (
        Layer("band", "bias ± its error", "truth", x, bias - doubt, bias + doubt, step=0.01),
        Layer("line", "bias", "truth", x, bias, step=0.01),
        Layer("line", "rms error", "answer", x, rms, step=DEPTH_STEP),
    )
    return Figure(key, title, WAVELENGTH, Axis("error", "ppm"), layers, "A true mean has no bias.")


def channel_coverage_figure(planets: PlanetSet) -> Figure:
    """Share of planets whose truth lies within the stated interval, by channel."""
    key, title = "channel_coverage", "Coverage by channel"
    if planets.truth is None or not planets.judged.any():
        return missing(key, title, NO_TRUTH)
    z = ((planets.mu - planets.truth) / planets.sigma)[planets.judged]
    x = planets.wavelength
    layers = []
    for level, colour in _LEVELS:
        spread = 2 * np.sqrt(level * (1 - level) / len(z))
        wanted = np.full_like(x, level)
        low, high = wanted - spread, np.minimum(wanted + spread, 1.0)
        layers.append(Layer("band", f"{level:.0%}, chance alone", colour, x, low, high))
        layers.append(Layer("line", f"{level:.0%}", colour, x, coverage(z, level)))
    error = np.abs(planets.mu - planets.truth)[planets.judged]
    for interval in planets.intervals:
        if interval.level is not None:
            share = np.mean(error <= interval.half_width[planets.judged], axis=0)
            label = f"{interval.name}, calibrated interval"
            layers.append(Layer("line", label, "d", x, share, shown=False))
    y = Axis("share of planets within", high=1.02)
    caption = "Bands: what 2 standard errors of so many planets allow."
    return Figure(key, title, WAVELENGTH, y, tuple(layers), caption)
