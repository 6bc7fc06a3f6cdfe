"""Detector health of each planet's visits: foreground and jitter."""

from __future__ import annotations

from spectramind.report.content import HealthCurves
from spectramind.report.figure import Axis, Colour, Figure, Layer
from spectramind.report.figures.scales import HOURS

_COLOURS: tuple[Colour, ...] = ("a", "b", "c", "d")
_ABSENT = "No detector health was kept: these light curves were not reduced from frames here."


def foreground_figure(health: tuple[HealthCurves, ...]) -> Figure:
    """Foreground light by time."""
    return Figure(
        "foreground",
        "Foreground",
        HOURS,
        Axis("foreground", "e⁻ / pixel / pair"),
        tuple(
            Layer("line", curve.name, colour, curve.time, curve.foreground, step=1e-3)
            for curve, colour in zip(health, _COLOURS, strict=False)
        ),
        absent=_ABSENT,
    )


def centroid_figure(health: tuple[HealthCurves, ...]) -> Figure:
    """Jitter across the spectrum by time."""
    return Figure(
        "centroid",
        "Jitter",
        HOURS,
        Axis("centroid − its median", "pixel"),
        tuple(
            Layer("line", curve.name, colour, curve.time, curve.centroid, step=1e-5)
            for curve, colour in zip(health, _COLOURS, strict=False)
        ),
        absent=_ABSENT,
    )
