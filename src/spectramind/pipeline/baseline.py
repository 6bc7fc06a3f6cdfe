"""The baselines as models: no transit fit, a regression on a first look at the light curves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.config import Config
from spectramind.errors import ConfigurationError, DataError
from spectramind.models.baseline import (
    BaselineModel,
    BaselineName,
    member_mean,
    read_baseline,
    regression_of,
)
from spectramind.models.light_features import LightFeatures
from spectramind.pipeline.answer import Answer
from spectramind.pipeline.fit import checkpoint_digest
from spectramind.pipeline.light import look_at_planet, read_flags, read_look, stacked
from spectramind.pipeline.places import places
from spectramind.pipeline.planets import PlanetTask, Progress
from spectramind.pipeline.survey_priors import NO_PRIORS, SurveyPriors
from spectramind.pipeline.train_baseline import train_baseline
from spectramind.pipeline.training import TrainSummary
from spectramind.provenance.run import Run
from spectramind.transit.doubts import doubts_of
from spectramind.transit.polynomial import POPULATION_SPREAD

FloatArray = NDArray[np.float64]


@lru_cache(maxsize=2)
def _model_at(path: Path, name: BaselineName, _digest: str) -> BaselineModel:
    return read_baseline(path, name)


def _model(config: Config, name: BaselineName) -> BaselineModel:
    if config.model.ckpt is None:
        text = f"model={name} knows nothing untrained: add +model.ckpt=FILE that `train` wrote"
        raise ConfigurationError(text)
    return _model_at(config.model.ckpt, name, checkpoint_digest(config))


def _answer(mu: FloatArray, model: BaselineModel, flags: str) -> Answer:
    """What is learnt for planets without a doubt does not hold for others: they know nothing."""
    if not doubts_of(flags.split()):
        return Answer(mu, model.sigma, model.sigma_common, flags)
    sigma = np.hypot(model.sigma, POPULATION_SPREAD)
    return Answer(mu, sigma, float(np.hypot(model.sigma_common, POPULATION_SPREAD)), flags)


class BaselineEstimator:
    """One of the baselines."""

    finds_transits = False

    def __init__(self, name: BaselineName) -> None:
        self.name = name

    def check(self, config: Config) -> None:
        """Read the checkpoint, and see that what evaluates it is installed."""
        regression_of(self.name)
        _model(config, self.name)

    def fit(self, task: PlanetTask) -> str:
        """Write the planet's features."""
        return look_at_planet(task)

    def learn_from_survey(
        self, _config: Config, _planets: Sequence[int], _run: Run, _progress: Progress, /
    ) -> SurveyPriors:
        """Nothing: no priors are used."""
        return NO_PRIORS

    def answers(
        self, config: Config, planets: Sequence[int]
    ) -> Iterator[tuple[int, Answer | DataError]]:
        """Mean of the members, with the same sigma for every planet."""
        model = _model(config, self.name)
        looks: dict[int, LightFeatures] = {}
        for planet in planets:
            try:
                looks[planet] = read_look(places(config).light(planet))
            except DataError as error:
                yield planet, error
        if not looks:
            return
        features, white = stacked(looks.values())
        # A mean is a depth: the regression does not know that there is none below zero.
        mu = np.maximum(member_mean(regression_of(self.name), model, features, white), 0.0)
        for planet, row in zip(looks, mu, strict=True):
            yield planet, _answer(row, model, read_flags(places(config).light(planet)))

    def train(self, config: Config, run: Run, progress: Progress) -> TrainSummary:
        """Learn a regression on each fold's other planets."""
        return train_baseline(config, self.name, run, progress)
