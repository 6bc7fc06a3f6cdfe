"""Detector health of each planet's visits: foreground and jitter."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from spectramind.report.content import HealthCurves
from spectramind.report.figure import Axis, Colour, Figure, Layer
from spectramind.report.figures.scales import HOURS

FloatArray = NDArray[np.float64]

_COLOURS: tuple[Colour, ...] = ("a", "b", "c", "d")
_ABSENT = "No detector health was kept: these light curves were not reduced from frames here."


def _lines(
    health: tuple[HealthCurves, ...], values: Callable[[HealthCurves], FloatArray], step: float
) -> tuple[Layer, ...]:
    """A line a visit."""
    return tuple(
        Layer("line", curve.name, colour, curve.time, values(curve), step=step)
        for curve, colour in zip(health, _COLOURS, strict=False)
    )


def foreground_figure(health: tuple[HealthCurves, ...]) -> Figure:
    """Foreground light by time."""
    layers = _lines(health, lambda curve: curve.foreground, 1e-3)
    axis = Axis("foreground", "e⁻ / pixel / pair")
    return Figure("foreground", "Foreground", HOURS, axis, layers, absent=_ABSENT)


def centroid_figure(health: tuple[HealthCurves, ...]) -> Figure:
    """Jitter across the spectrum by time."""
    layers = _lines(health, lambda curve: curve.centroid, 1e-5)
    axis = Axis("centroid − its median", "pixel")
    return Figure("centroid", "Jitter", HOURS, axis, layers, absent=_ABSENT)
