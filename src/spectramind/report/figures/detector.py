"""Detector health of each planet's visits: foreground and jitter."""

from __future__ import annotations

from spectramind.report.content import HealthCurves
from spectramind.report.figure import Axis, Colour, Figure, Layer
from spectramind.report.figures.scales import HOURS

_COLOURS: tuple[Colour, ...] = ("a", "b", "c", "d")
_ABSENT = "No detector health was kept: these light curves were not reduced from frames here."


def foreground_figure(health: tuple[HealthCurves, ...]) -> Figure:
    """Foreground light by time."""
    layers = (
        Layer("line", curve.name, colour, curve.time, curve.foreground, step=1e-3)
        for curve, colour in zip(health, _COLOURS, strict=False)
    )
    light = Axis("foreground", "e⁻ / pixel / pair")
    return Figure("foreground", "Foreground", HOURS, light, tuple(layers), absent=_ABSENT)


def centroid_figure(health: tuple[HealthCurves, ...]) -> Figure:
    """Jitter across the spectrum by time."""
    layers = (
        Layer("line", curve.name, colour, curve.time, curve.centroid, step=1e-5)
        for curve, colour in zip(health, _COLOURS, strict=False)
    )
    place = Axis("centroid − its median", "pixel")
    return Figure("centroid", "Jitter", HOURS, place, tuple(layers), absent=_ABSENT)
