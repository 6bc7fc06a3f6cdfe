"""The figures of the report as inline SVG, drawn from arrays alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.report.axis import Axis, span
from spectramind.report.plane import FINE, HEIGHT, WIDTH, Detail, Ticks, figure, path
from spectramind.report.svg_path import dots, polyline, ribbon
from spectramind.transit.posterior import WhiteLightCurve

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

PPM = 1e6
SIGMAS_95 = 1.959964
"""Half-width of the central 95 % of a normal density, in standard deviations."""

_FGS1_PLACE, _BREAK, _AIRS_START = 40.0, 68, 95.0


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
    x = _airs_axis(wavelength)
    columns, corners = x.units(wavelength[1:]), _corners(len(wavelength) - 1, detail.stride)

    def band(name: str, width: float) -> str:
        edges = [y.units((mu + sign * width * sigma) * PPM) for sign in (-1.0, 1.0)]
        bar = f"M{_FGS1_PLACE:.0f} {edges[0][0]:.0f}V{edges[1][0]:.0f}"
        below, above = (edge[1:][corners] for edge in edges)
        area = ribbon(columns[corners], below, above, detail.tolerance)
        return path(name, area) + path(f"{name} bar", bar)

    def curve(name: str, depth: FloatArray) -> str:
        rows = y.units(depth * PPM)
        return path(name, polyline(columns, rows[1:], detail.tolerance)) + path(
            f"{name} dot", dots(np.array([_FGS1_PLACE]), rows[:1])
        )

    drawing = band("b95", SIGMAS_95) + band("b68", 1.0) + curve("mu", mu)
    drawing += curve("truth", truth) if truth is not None else ""
    drawing += path("break", f"M{_BREAK} {HEIGHT}V0")
    return figure(drawing, x, y, Ticks(5, 4), "transmission spectrum, transit depth in ppm")


def _airs_axis(wavelength: FloatArray) -> Axis:
    return Axis(float(wavelength[1]), float(wavelength[-1]), _AIRS_START, WIDTH)


def _corners(points: int, stride: int) -> NDArray[np.int64]:
    """Indices from the first to the last point, evenly about `stride` apart."""
    count = -(-(points - 1) // stride) + 1
    return np.rint(np.linspace(0, points - 1, count)).astype(np.int64)


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
    drawing = path("point", dots(columns, y.units(flux)))
    drawing += path("mu", polyline(columns, y.units(model), detail.tolerance))
    name = f"{white.instrument} visit {white.visit}"
    above = figure(drawing, x, y, Ticks(0, 4), f"{name}: white light curve and fit")
    residual = (flux - model) * PPM
    limit = 1.1 * max(float(np.abs(residual).max()), 2 * float(np.median(sigma)) * PPM)
    y = Axis(-limit, limit, HEIGHT, 0.0)
    edges = y.units(np.array([-1.0, 1.0]) * float(np.median(sigma)) * PPM)
    drawing = path("b68", f"M0 {edges[0]:.0f}V{edges[1]:.0f}H{WIDTH}V{edges[0]:.0f}z")
    drawing += path("point", dots(columns, y.units(residual)))
    return above + figure(drawing, x, y, Ticks(5, 3), f"{name}: residuals in ppm")


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
    drawing = path("point", dots(columns[~flagged], rows[~flagged]))
    drawing += path("fallback", dots(columns[flagged], rows[flagged]))
    return figure(
        drawing, x, y, Ticks(1, 1), "typical sigma against mean depth of every planet, ppm"
    )


def precision_figure(
    wavelength: FloatArray, sigma: FloatArray, error: FloatArray | None = None
) -> str:
    """Stated sigma by channel: median and central 68 % of the planets, and the error that was made.

    Parameters
    ----------
    wavelength : (283,) micrometre; channel 0 is FGS1, then AIRS ascending
    sigma : (planet, 283) stated standard deviation of the depth
    error : (planet, 283) depth minus truth, where it is known; shown as 1.4826 times its median
        absolute value, which equals sigma where sigma is true
    """
    low, middle, high = np.percentile(sigma, [15.87, 50, 84.13], axis=0) * PPM
    made = None if error is None else 1.4826 * np.median(np.abs(error), axis=0) * PPM
    shown = [low, high] if made is None else [low, high, made]
    x = _airs_axis(wavelength)
    y = Axis(0.0, span(*shown, least=1.0)[1], HEIGHT, 0.0)
    columns = x.units(wavelength[1:])

    def curve(name: str, values: FloatArray) -> str:
        rows = y.units(values)
        point = dots(np.array([_FGS1_PLACE]), rows[:1])
        return path(name, polyline(columns, rows[1:], 0.8)) + path(f"{name} dot", point)

    edges = y.units(low), y.units(high)
    drawing = path("b68", ribbon(columns, edges[0][1:], edges[1][1:], 0.8))
    drawing += path("b68 bar", f"M{_FGS1_PLACE:.0f} {edges[0][0]:.0f}V{edges[1][0]:.0f}")
    drawing += ("" if made is None else curve("truth", made)) + curve("mu", middle)
    drawing += path("break", f"M{_BREAK} {HEIGHT}V0")
    return figure(drawing, x, y, Ticks(5, 4), "stated sigma by wavelength, ppm")
