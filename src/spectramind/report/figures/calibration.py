"""Is sigma true: reliability, probability integral transform, CRPS."""

from __future__ import annotations

import numpy as np

from spectramind.report.content import PlanetSet
from spectramind.report.diagnostics import crps, probability_integral, reliability
from spectramind.report.figure import Axis, Figure, Layer, missing
from spectramind.report.figures.populations import NO_TRUTH
from spectramind.report.figures.scales import DEPTH_STEP, PPM, WAVELENGTH

_LEVELS = np.linspace(0.05, 0.99, 48)
_BINS = 20


def calibration_figures(planets: PlanetSet) -> tuple[Figure, ...]:
    """All figures of this room."""
    return reliability_figure(planets), probability_figure(planets), crps_figure(planets)


def reliability_figure(planets: PlanetSet) -> Figure:
    """Share within the central interval against its level."""
    key, title = "reliability", "Reliability"
    if planets.truth is None or not planets.judged.any():
        return missing(key, title, NO_TRUTH)
    z = ((planets.mu - planets.truth) / planets.sigma)[planets.judged]
    layers = (
        Layer("line", "true sigma", "data", _LEVELS, _LEVELS),
        Layer("line", "AIRS", "answer", _LEVELS, reliability(z[:, 1:], _LEVELS)),
        Layer("line", "FGS1", "truth", _LEVELS, reliability(z[:, :1], _LEVELS)),
    )
    caption = "Below the diagonal sigma is too small, above it too large."
    axes = Axis("level of the interval"), Axis("share within", low=0.0, high=1.0)
    return Figure(key, title, *axes, layers, caption)


def probability_figure(planets: PlanetSet) -> Figure:
    """Histogram of the probability integral transform."""
    key, title = "pit", "Probability integral transform"
    if planets.truth is None or not planets.judged.any():
        return missing(key, title, NO_TRUTH)
    z = ((planets.truth - planets.mu) / planets.sigma)[planets.judged]
    middle = (np.arange(_BINS) + 0.5) / _BINS
    layers = (
        Layer("bars", "AIRS", "answer", middle, probability_integral(z[:, 1:], _BINS)),
        Layer("line", "FGS1", "truth", middle, probability_integral(z[:, :1], _BINS)),
        Layer("line", "true distribution", "data", middle, np.ones(_BINS)),
    )
    caption = "Flat where the stated Gaussian is true; a bowl where sigma is too small."
    return Figure(key, title, Axis("probability"), Axis("density", low=0.0), layers, caption)


def crps_figure(planets: PlanetSet) -> Figure:
    """Continuous ranked probability score by channel."""
    key, title = "crps", "CRPS by channel"
    if planets.truth is None or not planets.judged.any():
        return missing(key, title, NO_TRUTH)
    error = (planets.mu - planets.truth)[planets.judged]
    scores = crps(error, planets.sigma[planets.judged]) * PPM
    x = planets.wavelength
    # With a true sigma the score is sigma / sqrt(pi) on average: Gneiting & Raftery (2007).
    expected = planets.sigma[planets.judged].mean(axis=0) * PPM / np.sqrt(np.pi)
    layers = (
        Layer("line", "CRPS", "answer", x, scores.mean(axis=0), step=DEPTH_STEP),
        Layer("line", "if sigma were true", "data", x, expected, step=DEPTH_STEP),
    )
    caption = "Mean over planets; smaller is better."
    return Figure(key, title, WAVELENGTH, Axis("CRPS", "ppm", low=0.0), layers, caption)
