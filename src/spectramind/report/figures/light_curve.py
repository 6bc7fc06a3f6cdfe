"""White light curves of each planet with the fit, and what is left of them."""

from __future__ import annotations

import numpy as np

from spectramind.report.content import WhiteCurves
from spectramind.report.figure import Axis, Figure, Layer
from spectramind.report.figures.scales import HOURS, PPM


def light_curve_figures(curves: WhiteCurves) -> tuple[Figure, Figure]:
    """Light curve with its model; residuals with their expected scatter."""
    residual = (curves.flux - curves.model) * PPM
    expected = np.where(np.isfinite(residual), curves.sigma * PPM, np.nan)
    key = curves.name.lower().replace(", ", "_").replace(" ", "_")
    absent = f"No light curve of {curves.name} was kept for this planet."
    optional = not curves.name.endswith("visit 0")
    light = Figure(
        f"light_{key}",
        f"White light, {curves.name}",
        HOURS,
        Axis("relative flux"),
        (
            Layer("points", "flux", "data", curves.time, curves.flux, step=1e-6),
            Layer("line", "fit", "answer", curves.time, curves.model, step=1e-6),
        ),
        absent=absent,
        optional=optional,
    )
    rest = Figure(
        f"rest_{key}",
        f"Residuals, {curves.name}",
        HOURS,
        Axis("flux − fit", "ppm"),
        (
            Layer(
                "band",
                "expected",
                "answer",
                curves.time,
                np.zeros_like(expected),
                spread=expected,
                step=1.0,
            ),
            Layer("points", "residual", "data", curves.time, residual, step=1.0),
        ),
        absent=absent,
        notes=tuple(_scatter(row, sigma) for row, sigma in zip(residual, expected, strict=True)),
        optional=optional,
    )
    return light, rest


def _scatter(residual: np.ndarray, expected: np.ndarray) -> str:
    good = np.isfinite(residual)
    if not good.any():
        return ""
    return f"scatter {np.std(residual[good]):.0f} ppm, expected {np.median(expected[good]):.0f} ppm"
