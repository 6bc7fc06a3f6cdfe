"""Planets as points: what errors and sigmas go with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.report.content import PlanetSet
from spectramind.report.diagnostics import running_median
from spectramind.report.figure import Axis, Colour, Figure, Layer, missing
from spectramind.report.figures.scales import DEPTH_STEP, PPM

FloatArray = NDArray[np.float64]

NO_TRUTH = "The true spectra of these planets are not known: what is wrong cannot be seen here."
_GROUPS, _LEAST = 12, 8
"""Groups of a running median, and planets in each of them."""


def sigma_depth_figure(planets: PlanetSet) -> Figure:
    """Typical sigma against mean depth of every planet, both on logarithmic scales."""
    title, key = "Typical sigma against depth", "sigma_depth"
    if not planets.planet_ids:
        return missing(key, title, "There are no planets.")
    depth = planets.mu[:, 1:].mean(axis=1) * PPM
    sigma = np.median(planets.sigma[:, 1:], axis=1) * PPM
    fallback = np.array([kind == "fallback" for kind in planets.kinds])
    colours: dict[str, Colour] = {"planet": "answer", "fallback": "fallback"}
    layers = tuple(
        Layer(
            "points",
            label,
            colours[label],
            depth[chosen],
            sigma[chosen],
            step=DEPTH_STEP,
            x_step=1.0,
            names=tuple(np.array(planets.planet_ids)[chosen].tolist()),
        )
        for label, chosen in (("planet", ~fallback), ("fallback", fallback))
        if chosen.any()
    )
    axes = (
        Axis("mean AIRS depth", "ppm", log=True),
        Axis("median AIRS sigma", "ppm", log=True),
    )
    caption = "Each dot is a planet; choose one to open it."
    return Figure(key, title, *axes, layers, caption)


def error_against_figures(planets: PlanetSet) -> tuple[Figure, ...]:
    """Error of every planet against depth, signal to noise, star and limb darkening."""
    judged = planets.judged
    sigma = np.median(planets.sigma[:, 1:], axis=1)
    depth = planets.mu[:, 1:].mean(axis=1)
    against = {"mean AIRS depth (ppm)": depth * PPM, "depth / sigma of AIRS": depth / sigma}
    against |= planets.stars
    if planets.physics is not None and planets.physics.limb_darkening is not None:
        against["limb darkening of AIRS"] = planets.physics.limb_darkening
    figures = []
    for number, (name, values) in enumerate(against.items()):
        label, _, unit = name.removesuffix(")").partition(" (")
        figures.append(
            _error_against(planets, f"error_against_{number}", (label, unit), values, judged)
        )
    return tuple(figures)


def _error_against(
    planets: PlanetSet,
    key: str,
    axis: tuple[str, str],
    values: FloatArray,
    judged: NDArray[np.bool_],
) -> Figure:
    title = f"Error against {axis[0]}"
    chosen = judged & np.isfinite(values)
    if planets.truth is None or not chosen.any():
        return missing(key, title, NO_TRUTH)
    z = (planets.mu - planets.truth)[chosen] / planets.sigma[chosen]
    rms, fgs1 = np.sqrt(np.mean(z[:, 1:] ** 2, axis=1)), np.abs(z[:, 0])
    x, names = values[chosen], tuple(np.array(planets.planet_ids)[chosen].tolist())
    log = bool((x > 0).all() and x.max() > 8 * x.min())
    x_step = float(max(np.abs(x).max(), 1e-9)) * 1e-5
    middle = running_median(x, rms, max(1, min(_GROUPS, len(x) // _LEAST)))
    return Figure(
        key,
        title,
        Axis(*axis, log=log),
        Axis("rms error / sigma", log=True),
        (
            Layer("points", "AIRS", "answer", x, rms, x_step=x_step, names=names),
            Layer("points", "FGS1", "truth", x, fgs1, x_step=x_step, names=names, shown=False),
            Layer("line", "AIRS, running median", "data", *middle, x_step=x_step),
        ),
        caption="1 where the stated sigma is true.",
    )
