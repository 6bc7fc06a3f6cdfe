"""Stage `train` of the baselines: a regression for each fold, judged on planets it never saw."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.models.baseline import (
    BaselineModel,
    BaselineName,
    baseline_checkpoint,
    earned_sigma,
    regression_of,
)
from spectramind.models.checkpoint import FILE_NAME, write_checkpoint
from spectramind.models.predictions import write_predictions
from spectramind.models.spectrum_regression import (
    Arrays,
    SpectrumRegression,
    apply_spectra,
    learn_spectra,
)
from spectramind.pipeline.answer import Answer, predictions_of
from spectramind.pipeline.light import look_at_planet, read_look, stacked
from spectramind.pipeline.places import places
from spectramind.pipeline.planets import Progress, for_each_planet
from spectramind.pipeline.sources import source_of
from spectramind.pipeline.training import (
    OUT_OF_FOLD,
    KnownPlanets,
    TrainSummary,
    known_planets,
    summarise,
)
from spectramind.provenance.digest import canonical_json
from spectramind.provenance.run import Run
from spectramind.transit.cross_validation import folds

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class _Lessons:
    """Planets with known depths, as a regression takes them.

    features, white, depth : (planet, feature), (planet,), (planet, 283)
    held_out               : (planet,) members of each fold
    """

    planets: tuple[int, ...]
    features: FloatArray
    white: FloatArray
    depth: FloatArray
    held_out: tuple[BoolArray, ...]


def _lessons(config: Config, known: KnownPlanets, planets: tuple[int, ...]) -> _Lessons:
    if len(planets) < 2 * config.train.folds:
        remedy = "lower train.folds, or give a survey of more planets"
        expected = f"two planets for each of {config.train.folds} folds"
        raise DataError("the training planets", expected, str(len(planets)), remedy)
    where = places(config)
    features, white = stacked(read_look(where.light(planet)) for planet in planets)
    depth = np.stack([known.depth[planet] for planet in planets])
    parts = folds(planets, config.train.folds)
    return _Lessons(
        planets, features, white, depth, tuple(np.isin(planets, fold) for fold in parts)
    )


def _learn(
    regression: SpectrumRegression, lessons: _Lessons, run: Run
) -> tuple[list[Arrays], FloatArray]:
    """What each fold's other planets teach, and (planet, 283) depths of those it never saw."""
    members: list[Arrays] = []
    features, white, depth = lessons.features, lessons.white, lessons.depth
    mu = np.zeros_like(depth)
    for fold in lessons.held_out:
        member = learn_spectra(regression, features[~fold], white[~fold], depth[~fold])
        # A mean is a depth: the regression does not know that there is none below zero.
        mu[fold] = np.maximum(apply_spectra(regression, member, features[fold], white[fold]), 0.0)
        members.append(member)
        run.event("fold_learnt", fold=len(members), folds=len(lessons.held_out))
    return members, mu


def _out_of_fold(lessons: _Lessons, mu: FloatArray) -> dict[int, Answer]:
    """Answer of every planet; sigma of a fold is the rms of the other folds' residuals."""
    answers: dict[int, Answer] = {}
    for fold in lessons.held_out:
        sigma, common = earned_sigma((lessons.depth - mu)[~fold])
        for row in fold.nonzero()[0]:
            answers[lessons.planets[row]] = Answer(mu[row], sigma, common, "")
    return {planet: answers[planet] for planet in lessons.planets}


def train_baseline(
    config: Config, name: BaselineName, run: Run, progress: Progress
) -> TrainSummary:
    """Learn, write the checkpoint and the out-of-fold predictions.

    Raises
    ------
    DataError : the survey has no truth, or fewer planets than two a fold
    """
    regression, known = regression_of(name), known_planets(config)
    done, failed = for_each_planet(look_at_planet, sorted(known.depth), config, run, progress)
    lessons = _lessons(config, known, tuple(sorted(done)))
    members, mu = _learn(regression, lessons, run)
    attributes = {"estimator": name, "calibration": "none: sigma is sigma_raw"}
    answers = _out_of_fold(lessons, mu)
    table = predictions_of(answers, (), source_of(config).wavelength, attributes)
    out_of_fold = replace(table, truth=lessons.depth)
    write_predictions(known.out / OUT_OF_FOLD, out_of_fold)
    texts = {
        "config": canonical_json(config.portable()),
        "run_hash": run.hash,
        "planets": str(len(lessons.planets)),
    }
    model = BaselineModel(members, *earned_sigma(lessons.depth - mu))
    write_checkpoint(known.out / FILE_NAME, baseline_checkpoint(name, model, texts))
    return summarise(out_of_fold, failed, known.out / FILE_NAME)
