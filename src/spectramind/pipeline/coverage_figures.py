"""Figures of `coverage`: the report's, and those of intervals and of sigma against the error."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.models.predictions import Predictions
from spectramind.report.content import PlanetSet
from spectramind.report.figure import Axis, Colour, Figure, Layer
from spectramind.report.figures.calibration import calibration_figures
from spectramind.report.figures.scales import PPM, WAVELENGTH
from spectramind.uncertainty.conformal import LEVELS
from spectramind.uncertainty.diagnostics import inside, reliability_of_sigma
from spectramind.uncertainty.planet_groups import signal_to_noise
from spectramind.uncertainty.sample import sample_of

FloatArray = NDArray[np.float64]

_COLOURS: tuple[Colour, ...] = ("c", "a", "b")
_GROUPS = 10


def coverage_figures(predictions: Predictions) -> tuple[Figure, ...]:
    """All figures of calibrated predictions with truth; fallbacks are left out."""
    _, usable = sample_of(predictions)
    truth, upper = predictions.truth, predictions.upper
    assert truth is not None
    assert upper is not None
    own = PlanetSet(
        planet_ids=tuple(str(planet) for planet in predictions.planet_ids),
        kinds=tuple("ok" if row else "fallback" for row in usable),
        notes=predictions.note,
        wavelength=predictions.wavelength,
        mu=predictions.mu,
        sigma=predictions.sigma,
        truth=truth,
    )
    error = (truth - predictions.mu)[usable]
    half_width = (upper - predictions.mu[..., None])[usable]
    return (
        *calibration_figures(own),
        _by_channel(predictions, error, half_width),
        _sharpness(predictions, half_width),
        _by_signal(predictions, error, half_width),
        _sigma_against_error(error, predictions.sigma[usable]),
    )


def _by_channel(predictions: Predictions, error: FloatArray, half_width: FloatArray) -> Figure:
    x, share = predictions.wavelength, np.nanmean(inside(error, half_width), axis=0)
    layers = []
    for i, (level, colour) in enumerate(zip(LEVELS, _COLOURS, strict=True)):
        name = f"{100 * level:.0f} %"
        layers.append(Layer("line", name, colour, x, share[:, i]))
        layers.append(Layer("line", "wanted", "data", x, np.full(len(x), level)))
    caption = "Share of the planets within the interval of each channel."
    return Figure(
        "coverage_channels", "Coverage by channel", WAVELENGTH, Axis("coverage"), tuple(layers),
        caption, wide=True,
    )  # fmt: skip


def _sharpness(predictions: Predictions, half_width: FloatArray) -> Figure:
    x, width = predictions.wavelength, 2.0 * PPM * np.median(half_width, axis=0)
    layers = tuple(
        Layer("line", f"{100 * level:.0f} %", colour, x, width[:, i])
        for i, (level, colour) in enumerate(zip(LEVELS, _COLOURS, strict=True))
    )
    caption = "Median full width over the planets; narrower is better where coverage holds."
    y = Axis("width", "ppm", low=0.0)
    return Figure("sharpness", "Width of the intervals", WAVELENGTH, y, layers, caption, wide=True)


def _by_signal(predictions: Predictions, error: FloatArray, half_width: FloatArray) -> Figure:
    sample, _ = sample_of(predictions)
    ratio = signal_to_noise(sample.planet_features)
    parts = np.array_split(np.argsort(ratio, kind="stable"), min(_GROUPS, len(ratio)))
    within = np.nanmean(inside(error, half_width), axis=1)
    x = np.array([np.exp(ratio[part]).mean() for part in parts])
    layers = []
    for i, (level, colour) in enumerate(zip(LEVELS, _COLOURS, strict=True)):
        share = np.array([within[part, i].mean() for part in parts])
        layers.append(Layer("line", f"{100 * level:.0f} %", colour, x, share))
        layers.append(Layer("line", "wanted", "data", x, np.full(len(x), level)))
    axes = Axis("depth / noise of the median channel", log=True), Axis("coverage")
    caption = "Planets in tenths of their signal-to-noise."
    title = "Coverage by signal-to-noise"
    return Figure("coverage_signal", title, *axes, tuple(layers), caption)


def _sigma_against_error(error: FloatArray, sigma: FloatArray) -> Figure:
    layers = []
    parts: tuple[tuple[str, Colour, slice], ...]
    parts = ("AIRS", "a", slice(1, None)), ("FGS1", "b", slice(0, 1))
    for name, colour, cells in parts:
        stated, made = reliability_of_sigma(error[:, cells].ravel(), sigma[:, cells].ravel(), 12)
        layers.append(Layer("line", name, colour, PPM * stated, PPM * made))
        layers.append(Layer("line", "true sigma", "data", PPM * stated, PPM * stated))
    axes = Axis("rms of sigma", "ppm", log=True), Axis("rms of the error", "ppm", log=True)
    caption = "Cells in bins of their stated sigma; above the diagonal sigma is too small."
    return Figure("sigma_error", "Sigma against error", *axes, tuple(layers), caption)
