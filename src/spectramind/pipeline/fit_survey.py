"""Stage `fit`: every planet of a split, one product each and one tidy table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from spectramind.conf.schema.config import Config
from spectramind.errors import ConfigurationError
from spectramind.pipeline.estimator import estimator_of, fit_planet
from spectramind.pipeline.fit_figure import write_fit_figure
from spectramind.pipeline.places import Places, places
from spectramind.pipeline.planets import Progress, for_each_planet, selected_planets
from spectramind.provenance.atomic import atomic_path
from spectramind.provenance.run import Run
from spectramind.report.fit_figure import new_figure
from spectramind.transit.product import read_posterior


@dataclass(frozen=True)
class FitSummary:
    """What a `fit` wrote."""

    planets: int
    failed: dict[int, str]
    table: str
    figures: tuple[str, ...]


def _row(where: Places, planet_id: int) -> dict[str, str | int | float]:
    posterior = read_posterior(where.posterior(planet_id))
    return {
        "planet_id": planet_id,
        "estimator": posterior.estimator,
        "flags": " ".join(posterior.flags),
        "depth_fgs1": float(posterior.depth[0]),
        "sigma_fgs1": float(posterior.sigma[0]),
        "depth_airs": float(posterior.depth[1:].mean()),
        "sigma_airs_median": float(np.median(posterior.sigma[1:])),
        **posterior.geometry,
    }


def _write_table(path: Path, rows: list[dict[str, str | int | float]]) -> None:
    """One row a planet; what a planet does not have stays empty."""
    with atomic_path(path) as temporary:
        pl.from_dicts(rows, infer_schema_length=None).write_csv(temporary, line_terminator="\n")


def fit_survey(config: Config, plot: bool, run: Run, progress: Progress) -> FitSummary:
    """Fit every selected planet; with `plot`, draw each of them.

    Raises
    ------
    ConfigurationError : the model fits no transit, or `plot` without matplotlib
    DataError : survey or checkpoint cannot be read, or a planet fails under `runtime.strict`
    """
    estimator = estimator_of(config)
    if not estimator.finds_transits:
        text = f"model={config.model.name} fits no transit; use model=physics"
        raise ConfigurationError(text)
    if plot:
        # Whether figures can be drawn is found out before hours of fits, not after.
        new_figure()
    where, planets = places(config), selected_planets(config)
    estimator.check(config)
    done, failed = for_each_planet(fit_planet, planets, config, run, progress)
    said = estimator.learn_from_survey(config, list(done), run, progress)
    failed |= said.failed
    table = where.out / "fit" / f"{config.data.split}.csv"
    fitted = [planet for planet in planets if planet in done]
    if fitted:
        _write_table(table, [_row(where, planet) for planet in fitted])
    figures = [write_fit_figure(config, planet) for planet in fitted] if plot else []
    return FitSummary(len(planets), failed, str(table), tuple(map(str, figures)))
