"""What every training shares: what may be learnt from, and how the result is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.models.predictions import Predictions
from spectramind.pipeline.places import required
from spectramind.pipeline.planets import selected_planets
from spectramind.pipeline.sources import source_of
from spectramind.submission.score import naive_model, official_score
from spectramind.survey.edition import edition_of_channels, truth_path
from spectramind.survey.families import read_families
from spectramind.survey.stars import Star
from spectramind.survey.tables import read_truth
from spectramind.transit.cross_validation import folds

FloatArray = NDArray[np.float64]

OUT_OF_FOLD = "out_of_fold.nc"
"""Predictions of every training planet by what other planets taught, with their truth."""


@dataclass(frozen=True)
class TrainSummary:
    """What a training reached, out of fold.

    mean_z2       mean squared normalised error over all channels
    median_ppm    median absolute error of FGS1 and AIRS mean, median rms error of the AIRS shape
    checkpoint    file of the model
    calibrators   verdicts on the calibrators, one each
    """

    planets: int
    failed: dict[int, str]
    score: float
    fgs1: float
    airs: float
    mean_z2: float
    median_ppm: tuple[float, float, float]
    checkpoint: str
    calibrators: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownPlanets:
    """Training planets: depths (283,) and stars by planet id."""

    out: Path
    depth: Mapping[int, FloatArray]
    stars: Mapping[int, Star]


def survey_folds(config: Config, planets: Sequence[int]) -> list[tuple[int, ...]]:
    """Planets dealt into `train.folds`; those of one instrument (`families.csv`) stay together."""
    families = read_families(required(config.paths.input, "paths.input")) or {}
    count = config.train.folds
    if len({families.get(planet, "") for planet in planets}) < count:
        return folds(planets, count)
    dealt: list[list[int]] = [[] for _ in range(count)]
    for place, name in enumerate(sorted({families.get(planet, "") for planet in planets})):
        dealt[place % count] += [p for p in sorted(planets) if families.get(p, "") == name]
    return [tuple(sorted(fold)) for fold in dealt]


def known_planets(config: Config) -> KnownPlanets:
    """Planets that a training may learn from.

    Raises
    ------
    DataError : the survey has no truth, or none for a planet
    """
    source = source_of(config)
    root = required(config.paths.input, "paths.input")
    truth = read_truth(truth_path(root))
    row_of = {planet: row for row, planet in enumerate(truth.planet_ids)}
    planets = selected_planets(config)
    missing = [planet for planet in planets if planet not in row_of]
    if missing:
        remedy = "add its depths, or leave it out with data.planets"
        raise DataError(truth_path(root), f"a row for planet {missing[0]}", "none", remedy)
    return KnownPlanets(
        out=required(config.paths.out, "paths.out"),
        depth={planet: truth.depth[row_of[planet]] for planet in planets},
        stars={planet: source.star(planet) for planet in planets},
    )


def summarise(
    out_of_fold: Predictions, failed: Mapping[int, str], checkpoint: Path
) -> TrainSummary:
    """How good out-of-fold predictions are, by the official score and part by part."""
    truth = out_of_fold.truth
    assert truth is not None
    mu, sigma = out_of_fold.mu, out_of_fold.sigma
    naive = naive_model(truth, edition_of_channels(out_of_fold.wavelength))
    score = official_score(truth, mu, sigma, naive, out_of_fold.planet_ids)
    error = truth - mu
    shape = (error[:, 1:] - error[:, 1:].mean(axis=1, keepdims=True)).std(axis=1)
    parts = (np.abs(error[:, 0]), np.abs(error[:, 1:].mean(axis=1)), shape)
    fgs1, mean, rest = (1e6 * float(np.median(part)) for part in parts)
    return TrainSummary(
        planets=len(out_of_fold.planet_ids),
        failed=dict(failed),
        score=score.score,
        fgs1=score.fgs1,
        airs=score.airs,
        mean_z2=float(np.mean((error / sigma) ** 2)),
        median_ppm=(fgs1, mean, rest),
        checkpoint=str(checkpoint),
    )
