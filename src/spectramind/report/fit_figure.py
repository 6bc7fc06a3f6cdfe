"""One figure of one transit fit, for papers and for the eye: needs matplotlib (extra `plot`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import ConfigurationError
from spectramind.transit.planet_fit import BandLightCurves, PlanetFit
from spectramind.transit.posterior import DepthPosterior, WhiteLightCurve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

FloatArray = NDArray[np.float64]

_PPM = 1e6
_INK, _DATA, _SOFT = "#1f4e96", "#6b7280", "#9dbbe3"
_DRAWS = 2000


def new_figure() -> Figure:
    """An empty figure that no window belongs to.

    Raises
    ------
    ConfigurationError : matplotlib is not installed
    """
    try:
        from matplotlib.figure import Figure as NewFigure
    except ImportError as error:
        text = "--plot needs matplotlib: pip install matplotlib"
        raise ConfigurationError(text) from error
    return NewFigure(figsize=(14.0, 11.0), layout="constrained")


def draw_fit(posterior: DepthPosterior, fit: PlanetFit | None, wavelength: FloatArray) -> Figure:
    """White and coloured light curves with model and residuals, orbit, spectrum with its band.

    Parameters
    ----------
    fit : None for the first estimator, which has no coloured curves and no orbit covariance
    wavelength : (283,) micrometre
    """
    figure = new_figure()
    parts: Any = figure.subfigures(2, 1, height_ratios=[1.0, 1.25])
    top, bottom = parts
    flags = f"  ({', '.join(posterior.flags)})" if posterior.flags else ""
    figure.suptitle(f"Planet {posterior.planet_id}, {posterior.estimator} fit{flags}")
    _white_panels(top, posterior.white)
    left, right = bottom.subfigures(1, 2, width_ratios=[1.0, 1.15])
    _band_panel(left.subplots(), fit.bands if fit else ())
    spectrum, orbit = right.subfigures(2, 1, height_ratios=[1.0, 1.4])
    _spectrum_panel(spectrum.subplots(), posterior, wavelength)
    _corner_panels(orbit, posterior, fit)
    return figure


def _white_panels(part: SubFigure, curves: tuple[WhiteLightCurve, ...]) -> None:
    """Each white light curve above its residuals."""
    columns = max(len(curves), 1)
    axes = part.subplots(2, columns, sharex="col", squeeze=False, height_ratios=[2.5, 1.0])
    for (flux_axes, rest_axes), curve in zip(axes.T, curves, strict=False):
        flux_axes.plot(curve.time, curve.flux, ".", ms=2, color=_DATA)
        flux_axes.plot(curve.time, curve.model, color=_INK, lw=1)
        rest = (curve.flux - curve.model) * _PPM
        rest_axes.plot(curve.time, rest, ".", ms=2, color=_DATA)
        rest_axes.axhline(0.0, color=_INK, lw=1)
        expected = float(np.median(curve.sigma[np.isfinite(curve.sigma)])) * _PPM
        title = f"{curve.instrument}, visit {curve.visit}: {np.nanstd(rest):.0f} ppm"
        flux_axes.set_title(f"{title} (expected {expected:.0f})", fontsize="small")
        flux_axes.set_ylabel("relative flux")
        rest_axes.set(xlabel="hour", ylabel="residual, ppm")


def _band_panel(axes: Axes, visits: tuple[BandLightCurves, ...]) -> None:
    """AIRS light curves by colour, one below the other, residuals beside the fit."""
    axes.set(xlabel="hour (all visits)", ylabel="relative flux, shifted")
    axes.set_title("AIRS by wavelength", fontsize="small")
    if not visits:
        axes.text(0.5, 0.5, "no coloured light curves", ha="center", transform=axes.transAxes)
        return
    step = 1.25 * float(np.nanmax([1.0 - np.nanmin(bands.model) for bands in visits]))
    offset = 0.0
    for bands in visits:
        for band, colour in enumerate(bands.wavelength):
            shift = step * band
            axes.plot(offset + bands.time, bands.flux[:, band] - shift, ".", ms=1.5, color=_DATA)
            axes.plot(offset + bands.time, bands.model[:, band] - shift, color=_INK, lw=0.8)
            if bands is visits[0]:
                axes.text(bands.time[0], 1.0 + 0.1 * step - shift, f"{colour:.2f} um", fontsize=7)
        offset += float(bands.time[-1]) + 0.5


def _spectrum_panel(axes: Axes, posterior: DepthPosterior, wavelength: FloatArray) -> None:
    depth, sigma = posterior.depth * _PPM, posterior.sigma * _PPM
    for width in (2.0, 1.0):
        low, high = depth[1:] - width * sigma[1:], depth[1:] + width * sigma[1:]
        axes.fill_between(wavelength[1:], low, high, color=_SOFT, alpha=0.5, lw=0)
    axes.plot(wavelength[1:], depth[1:], color=_INK, lw=1)
    axes.errorbar([wavelength[1] - 0.15], [depth[0]], [sigma[0]], fmt="o", color=_INK, ms=4)
    axes.annotate("FGS1", (wavelength[1] - 0.15, depth[0]), (5, 5), textcoords="offset points")
    axes.set(xlabel="wavelength, um", ylabel="depth, ppm")


def _corner_panels(part: SubFigure, posterior: DepthPosterior, fit: PlanetFit | None) -> None:
    """Draws from the posterior of orbit and depths, one panel a pair."""
    names = ("a/R*", "impact", "AIRS, ppm", "FGS1, ppm")
    if fit is None or not np.isfinite(fit.orbit_covariance).all():
        part.subplots().set_axis_off()
        return
    geometry = posterior.geometry
    centre = [np.log(geometry["a_over_rs"]), geometry["impact"]]
    centre += [float(posterior.depth[1:].mean()), float(posterior.depth[0])]
    rng = np.random.default_rng(posterior.planet_id)
    draws = rng.multivariate_normal(centre, fit.orbit_covariance, _DRAWS)
    draws[:, 0] = np.exp(draws[:, 0])
    draws[:, 2:] *= _PPM
    axes = part.subplots(len(names), len(names), squeeze=False)
    for row, column in np.ndindex(axes.shape):
        panel: Any = axes[row, column]
        if column > row:
            panel.set_axis_off()
        elif column == row:
            panel.hist(draws[:, row], bins=30, color=_SOFT)
            panel.set_yticks([])
        else:
            panel.plot(draws[:, column], draws[:, row], ",", color=_INK, alpha=0.5)
        panel.tick_params(labelsize=6)
        if row == len(names) - 1:
            panel.set_xlabel(names[column], fontsize=7)
        if column == 0 and row:
            panel.set_ylabel(names[row], fontsize=7)
