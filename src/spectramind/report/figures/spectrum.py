"""One planet's spectrum: the answer with its bands, what lies under it, and where it errs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from spectramind.report.content import PlanetSet
from spectramind.report.diagnostics import half_width
from spectramind.report.figure import Axis, Colour, Figure, Layer
from spectramind.report.figures.scales import DEPTH_STEP, PPM, WAVELENGTH
from spectramind.transit.phase_residuals import PHASES

FloatArray = NDArray[np.float64]

_COLOURS: tuple[Colour, ...] = ("a", "b", "c", "d", "e", "f")
BROKEN = 4.0
"""Violation from which a rule counts as broken in a channel; white noise gives 1 on average."""
_SHOWN = ("H2O", "CO2", "CH4")
"""Molecules whose profiles are drawn before anyone asks."""


def spectrum_figure(planets: PlanetSet, profiles: Mapping[str, FloatArray]) -> Figure:
    """Spectrum of each planet with its 68 % and 95 % bands.

    Parameters
    ----------
    profiles : (283,) strength of each molecule's absorption, 0 to 1
    """
    x, mu, sigma = planets.wavelength, planets.mu * PPM, planets.sigma * PPM

    def band(label: str, width: float, colour: Colour) -> Layer:
        return Layer("band", label, colour, x, mu, spread=sigma, width=width, step=DEPTH_STEP)

    layers = [band("95 %", half_width(0.95), "wide"), band("68 %", 1.0, "answer")]
    layers += _calibrated(planets)
    if planets.physics is not None:
        depth = planets.physics.depth * PPM
        layers.append(Layer("line", "physics", "physics", x, depth, step=DEPTH_STEP))
    layers.append(Layer("line", "answer", "answer", x, mu, step=DEPTH_STEP))
    if planets.truth is not None:
        layers.append(Layer("line", "truth", "truth", x, planets.truth * PPM, step=DEPTH_STEP))
    for number, (name, strength) in enumerate(profiles.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        airs = np.r_[np.nan, strength[1:]]
        layers.append(Layer("profile", name, colour, x, airs, shown=name in _SHOWN))
    for name, amount in planets.violations.items():
        broken = np.where(amount > BROKEN, np.minimum(amount / (4 * BROKEN), 1.0), np.nan)
        layers.append(Layer("rug", f"breaks {name}", "fallback", x, broken, step=0.01))
    return Figure(
        "spectrum",
        "Transmission spectrum",
        WAVELENGTH,
        Axis("transit depth", "ppm"),
        tuple(layers),
        caption="The answer with its bands; physics, truth and molecules where there are any.",
        wide=True,
    )


def _calibrated(planets: PlanetSet) -> list[Layer]:
    """Edges of the calibrated intervals, to be asked for: they are near the Gaussian bands."""
    return [
        Layer(
            "band",
            f"calibrated {interval.name}",
            "physics",
            planets.wavelength,
            planets.mu * PPM,
            spread=interval.half_width * PPM,
            step=DEPTH_STEP,
            shown=False,
        )
        for interval in planets.intervals
    ]


def error_figure(planets: PlanetSet) -> Figure:
    """Error of each planet's channels in units of the stated sigma."""
    layers: tuple[Layer, ...] = ()
    if planets.truth is not None:
        x = planets.wavelength
        z = (planets.mu - planets.truth) / planets.sigma
        edges = np.ones_like(x)
        inside = Layer("band", "± 1 sigma", "data", x, -edges, edges)
        layers = (inside, Layer("line", "error / sigma", "answer", x, z, step=0.02))
    return Figure(
        "error",
        "Error in units of sigma",
        WAVELENGTH,
        Axis("(answer − truth) / sigma"),
        layers,
        absent="The true spectrum of this planet is not known, so its error is not either.",
    )


def phase_figure(planets: PlanetSet) -> Figure:
    """What the transit fit leaves in each channel, by phase of the transit."""
    layers: tuple[Layer, ...] = ()
    physics = planets.physics
    if physics is not None and physics.phase_residual is not None:
        residual = physics.phase_residual
        layers = tuple(
            Layer("line", phase, colour, planets.wavelength, residual[:, :, number], step=0.05)
            for number, (phase, colour) in enumerate(zip(PHASES, _COLOURS, strict=False))
        )
    return Figure(
        "phase",
        "Residuals of the fit by phase",
        WAVELENGTH,
        Axis("mean residual / its error"),
        layers,
        caption="Ingress and egress speak of limb darkening, outside of drift.",
        absent="No residuals by phase were kept for this planet's fit.",
    )


def violation_figure(planets: PlanetSet) -> Figure:
    """How far each symbolic rule is broken in each channel."""
    layers = tuple(
        Layer("line", name, _COLOURS[number % len(_COLOURS)], planets.wavelength, amount)
        for number, (name, amount) in enumerate(planets.violations.items())
    )
    return Figure(
        "violations",
        "Symbolic rules by channel",
        WAVELENGTH,
        Axis("violation"),
        layers,
        caption=f"White noise gives 1 on average; marked in the spectrum above {BROKEN:g}.",
        absent="Symbolic rules were not checked for this planet.",
    )
