"""The figures of the report as inline SVG, drawn from arrays alone.

A figure is an `svg` that fills the width of its container and shows values in a plane of
1000 x 500 units stretched to fit; strokes and letters keep their size. Colours come from the
page's style by class, so that one drawing serves light, dark and print.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from spectramind.report.axis import Axis, span
from spectramind.report.svg_path import dots, polyline, ribbon
from spectramind.transit.posterior import WhiteLightCurve

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

WIDTH, HEIGHT = 1000, 500
PPM = 1e6
SIGMAS_95 = 1.959964
"""Half-width of the central 95 % of a normal density, in standard deviations."""

_FGS1_PLACE, _AIRS_START = 40.0, 95.0


@dataclass(frozen=True)
class Detail:
    """How finely figures are drawn.

    bins       points of a light curve
    tolerance  largest error of a curve along y, of 500 units
    """

    bins: int
    tolerance: float


FINE = Detail(bins=240, tolerance=0.8)
COARSE = Detail(bins=80, tolerance=2.0)
"""For surveys of many planets, whose report must stay a small file."""


def _path(name: str, data: str) -> str:
    return f'<path class="{name}" d="{data}"/>' if data else ""


def _frame(drawing: str, x: Axis, y: Axis, counts: tuple[int, int], label: str) -> str:
    """Put grid, tick labels and an accessible name around a drawing."""
    across = [(place / WIDTH, text) for place, text in x.ticks(counts[0])]
    upward = [(place / HEIGHT, text) for place, text in y.ticks(counts[1])]
    grid = "".join(f"M0 {HEIGHT * share:.0f}h{WIDTH}" for share, _ in upward)
    grid += "".join(f"M{WIDTH * share:.0f} {HEIGHT}v-9" for share, _ in across)
    texts = "".join(f'<text x="{share:.1%}" y="100%" dy="16">{t}</text>' for share, t in across)
    texts += "".join(
        f'<text class="y" x="-6" y="{share:.1%}" dy="4">{t}</text>' for share, t in upward
    )
    return (
        f'<svg class="plot" role="img" aria-label="{escape(label)}">'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none">'
        f"{_path('grid', grid)}{drawing}</svg>{texts}</svg>"
    )


def spectrum_figure(
    wavelength: FloatArray,
    mu: FloatArray,
    sigma: FloatArray,
    truth: FloatArray | None = None,
    detail: Detail = FINE,
) -> str:
    """Spectrum with its 68 % and 95 % band; FGS1 stands apart at the left, not to scale.

    Parameters
    ----------
    wavelength : (283,) micrometre; channel 0 is FGS1, then AIRS ascending
    mu, sigma, truth : (283,) transit depth (Rp/Rs)^2; drawn in ppm

    Returns
    -------
    one `svg` element
    """
    known = [] if truth is None else [truth * PPM]
    low, high = mu - SIGMAS_95 * sigma, mu + SIGMAS_95 * sigma
    bottom, top = span(low * PPM, high * PPM, *known, least=10.0)
    y = Axis(max(bottom, 0.0), top, HEIGHT, 0.0)
    x = Axis(float(wavelength[1]), float(wavelength[-1]), _AIRS_START, WIDTH)
    columns = x.units(wavelength[1:])

    def band(name: str, width: float) -> str:
        edges = [y.units((mu + sign * width * sigma) * PPM) for sign in (-1.0, 1.0)]
        bar = f"M{_FGS1_PLACE:.0f} {edges[0][0]:.0f}V{edges[1][0]:.0f}"
        area = ribbon(columns, edges[0][1:], edges[1][1:], detail.tolerance)
        return _path(name, area) + _path(f"{name} bar", bar)

    def curve(name: str, depth: FloatArray) -> str:
        rows = y.units(depth * PPM)
        return _path(name, polyline(columns, rows[1:], detail.tolerance)) + _path(
            f"{name} dot", dots(np.array([_FGS1_PLACE]), rows[:1])
        )

    drawing = band("b95", SIGMAS_95) + band("b68", 1.0) + curve("mu", mu)
    drawing += curve("truth", truth) if truth is not None else ""
    drawing += _path("break", f"M68 {HEIGHT}V0")
    return _frame(drawing, x, y, (4, 4), "transmission spectrum, transit depth in ppm")


def light_curve_figure(white: WhiteLightCurve, detail: Detail = FINE) -> str:
    """White light curve with its model, and below it the residuals with their expected scatter.

    Returns
    -------
    two `svg` elements: flux relative to the star, residuals in ppm
    """
    time, flux, model, sigma = binned(white, detail.bins)
    if len(time) < 2:
        return ""
    x = Axis(float(white.time[0]), float(white.time[-1]), 0.0, WIDTH)
    y = Axis(*span(flux, model, least=1e-4), HEIGHT, 0.0)
    columns = x.units(time)
    drawing = _path("point", dots(columns, y.units(flux)))
    drawing += _path("mu", polyline(columns, y.units(model), detail.tolerance))
    name = f"{white.instrument} visit {white.visit}"
    above = _frame(drawing, x, y, (4, 3), f"{name}: white light curve and fit")
    residual = (flux - model) * PPM
    limit = 1.1 * max(float(np.abs(residual).max()), 2 * float(np.median(sigma)) * PPM)
    y = Axis(-limit, limit, HEIGHT, 0.0)
    edges = y.units(np.array([-1.0, 1.0]) * float(np.median(sigma)) * PPM)
    drawing = _path("b68", f"M0 {edges[0]:.0f}V{edges[1]:.0f}H{WIDTH}V{edges[0]:.0f}z")
    drawing += _path("point", dots(columns, y.units(residual)))
    return above + _frame(drawing, x, y, (4, 2), f"{name}: residuals in ppm")


def binned(
    white: WhiteLightCurve, bins: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Time, flux, model, sigma of a light curve in at most `bins` equal bins, by 1 / sigma^2.

    Masked samples (NaN flux or infinite sigma) do not count, bins without any are left out.
    """
    good = np.isfinite(white.flux) & np.isfinite(white.sigma) & (white.sigma > 0)
    time = white.time[good]
    if not len(time):
        return time, time, time, time
    weight = white.sigma[good] ** -2.0
    edges = np.linspace(white.time[0], white.time[-1], min(bins, len(white.time)) + 1)
    index = np.clip(np.searchsorted(edges, time, side="right") - 1, 0, len(edges) - 2)
    total = np.bincount(index, weight, len(edges) - 1)
    filled = total > 0

    def mean(values: FloatArray) -> FloatArray:
        sums = np.bincount(index, weight * values, len(edges) - 1)
        return np.asarray(sums[filled] / total[filled], dtype=np.float64)

    sigma = np.asarray(total[filled] ** -0.5, dtype=np.float64)
    return mean(time), mean(white.flux[good]), mean(white.model[good]), sigma


def survey_figure(depth: FloatArray, sigma: FloatArray, fallback: BoolArray) -> str:
    """Typical sigma against mean depth of every planet, both on logarithmic scales.

    Parameters
    ----------
    depth, sigma : (planet,) AIRS mean depth and typical AIRS sigma, transit depth
    fallback : (planet,) True where the spectrum is a fallback
    """
    shown = (depth > 0) & (sigma > 0)
    if not shown.any():
        return ""
    across, upward, flagged = depth[shown] * PPM, sigma[shown] * PPM, fallback[shown]
    x = Axis(0.8 * float(across.min()), 1.25 * float(across.max()), 0.0, WIDTH, log=True)
    y = Axis(0.7 * float(upward.min()), 1.4 * float(upward.max()), HEIGHT, 0.0, log=True)
    columns, rows = x.units(across), y.units(upward)
    drawing = _path("point", dots(columns[~flagged], rows[~flagged]))
    drawing += _path("fallback", dots(columns[flagged], rows[flagged]))
    return _frame(drawing, x, y, (0, 0), "typical sigma against mean depth of every planet, ppm")
