"""What the pages show of each planet, gathered from the products of a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.health_overview import HealthOverview, read_health
from spectramind.errors import DataError
from spectramind.pipeline.places import below_folders
from spectramind.report.content import Fact, HealthCurves, PhysicsPosterior, WhiteCurves
from spectramind.report.time_bins import BINS, binned
from spectramind.survey.instruments import N_CHANNELS
from spectramind.transit.posterior import WhiteLightCurve
from spectramind.transit.product import read_posterior

FloatArray = NDArray[np.float64]
Progress = Callable[[int, int, int], None]

_GEOMETRY = {
    "duration": ("duration", "{:.2f} h"),
    "a_over_rs": ("a / R*", "{:.2f}"),
    "impact": ("impact parameter", "{:.3f}"),
    "t0_0": ("mid-transit of visit 0", "{:.2f} h"),
    "chi2": ("χ² of the fit", "{:.3f}"),
}


@dataclass
class Panels:
    """What was found of all planets.

    unread  what was wrong with a product, by planet
    """

    physics: PhysicsPosterior
    white: tuple[WhiteCurves, ...]
    health: tuple[HealthCurves, ...]
    facts: tuple[Fact, ...]
    unread: dict[int, str] = field(default_factory=dict)


@dataclass
class _Gathered:
    """Arrays that fill up planet by planet."""

    count: int
    depth: FloatArray
    sigma: FloatArray
    white: dict[str, FloatArray] = field(default_factory=dict)
    health: dict[str, FloatArray] = field(default_factory=dict)
    facts: dict[str, list[str]] = field(default_factory=dict)

    def series(self, table: dict[str, FloatArray], name: str, row: int, values: FloatArray) -> None:
        """Keep the (series, bin) values of a planet."""
        shape = (self.count, *values.shape)
        table.setdefault(name, np.full(shape, np.nan))[row] = values

    def fact(self, name: str, row: int, text: str) -> None:
        """Keep a property of a planet."""
        self.facts.setdefault(name, [""] * self.count)[row] = text


def gather(planet_ids: Sequence[int], fits: Path, reduced: Path, progress: Progress) -> Panels:
    """Read the fit and the detector health of every planet.

    Parameters
    ----------
    fits : folder of `<planet>.nc`
    reduced : folder of `<planet>_<visit>.nc`
    progress : called with (done, total, failed) after each planet
    """
    shape = (len(planet_ids), N_CHANNELS)
    found = _Gathered(len(planet_ids), np.full(shape, np.nan), np.full(shape, np.nan))
    visits = _visit_files(reduced)
    unread: dict[int, str] = {}
    for row, planet in enumerate(planet_ids):
        try:
            _add_fit(found, row, fits / f"{planet}.nc")
            for visit, path in visits.get(planet, ()):
                _add_health(found, row, visit, path)
        except DataError as error:
            # Products below the folder of the run, light curves below that of the survey.
            roots = (fits.parent.parent, reduced.parent.parent)
            unread[planet] = below_folders(str(error), roots)
        progress(row + 1, len(planet_ids), len(unread))
    return Panels(
        physics=PhysicsPosterior(found.depth, found.sigma, None, None),
        white=tuple(
            WhiteCurves(name, *np.moveaxis(series, 1, 0)) for name, series in _sorted(found.white)
        ),
        health=tuple(
            HealthCurves(name, *np.moveaxis(series, 1, 0)) for name, series in _sorted(found.health)
        ),
        facts=tuple(Fact(name, tuple(texts)) for name, texts in found.facts.items()),
        unread=unread,
    )


def _sorted(table: dict[str, FloatArray]) -> list[tuple[str, FloatArray]]:
    """By visit, FGS1 first."""
    return sorted(table.items(), key=lambda item: (item[0][-1], item[0][0] != "F"))


def _visit_files(folder: Path) -> dict[int, list[tuple[int, Path]]]:
    """Light-curve files by planet, in order of the visits."""
    files: dict[int, list[tuple[int, Path]]] = {}
    for path in sorted(folder.glob("*_*.nc")) if folder.is_dir() else ():
        planet, _, visit = path.stem.partition("_")
        if planet.isdigit() and visit.isdigit():
            files.setdefault(int(planet), []).append((int(visit), path))
    return files


def _add_fit(found: _Gathered, row: int, path: Path) -> None:
    if not path.is_file():
        return
    fit = read_posterior(path)
    found.depth[row], found.sigma[row] = fit.depth, fit.sigma
    for curve in fit.white:
        name = f"{curve.instrument}, visit {curve.visit}"
        found.series(found.white, name, row, white_bins(curve))
    found.fact("visits", row, str(len({curve.visit for curve in fit.white})))
    for key, (name, form) in _GEOMETRY.items():
        if key in fit.geometry:
            found.fact(name, row, form.format(fit.geometry[key]))


def white_bins(curve: WhiteLightCurve) -> FloatArray:
    """(time, flux, model, sigma) in bins; masked samples do not count."""
    good = np.isfinite(curve.flux) & np.isfinite(curve.sigma) & (curve.sigma > 0)
    weight: FloatArray = np.zeros(good.shape)
    weight[good] = curve.sigma[good] ** -2.0
    return binned(curve.time, np.vstack([curve.flux, curve.model]), weight, BINS)


def _add_health(found: _Gathered, row: int, visit: int, path: Path) -> None:
    for health in read_health(path):
        name = f"{health.instrument}, visit {visit}"
        found.series(found.health, name, row, _health_bins(health))
        counts = f"{health.bad_pixels} / {health.cosmic_rays:,} / {health.masked:.1%}"
        found.fact(f"bad pixels / cosmic rays / masked, {name}", row, counts)


def _health_bins(health: HealthOverview) -> FloatArray:
    """(time, foreground, centroid) in bins."""
    shift = health.centroid - np.nanmedian(health.centroid)
    values = np.vstack([health.foreground, shift])
    weight: FloatArray = np.asarray(np.isfinite(values).all(axis=0), dtype=np.float64)
    return binned(health.time, values, weight, BINS)[:3]
