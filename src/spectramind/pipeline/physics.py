"""The joint transit inference as a model: priors and calibration learnt, or generic ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.pipeline.answer import Answer, physics_answer
from spectramind.pipeline.fit import fit_planet_to, physics_model
from spectramind.pipeline.places import places
from spectramind.pipeline.planets import PlanetTask, Progress
from spectramind.pipeline.sources import source_of
from spectramind.pipeline.survey_priors import SurveyPriors, adapt_survey
from spectramind.pipeline.train_physics import train_physics
from spectramind.pipeline.training import TrainSummary
from spectramind.provenance.run import Run
from spectramind.transit.planet_fit_product import read_planet_fit


class PhysicsEstimator:
    """Joint Bayesian transit inference; falls back to the polynomial where it must."""

    finds_transits = True

    def check(self, config: Config) -> None:
        """Read the checkpoint, if there is one."""
        physics_model(config)

    def fit(self, task: PlanetTask) -> str:
        """Write the planet's fit."""
        return fit_planet_to(places(task.config).posterior(task.planet_id), task)

    def learn_from_survey(
        self, config: Config, planets: Sequence[int], run: Run, progress: Progress
    ) -> SurveyPriors:
        """Priors of star and drift that the survey's own light curves teach."""
        return adapt_survey(config, planets, run, progress)

    def answers(
        self, config: Config, planets: Sequence[int]
    ) -> Iterator[tuple[int, Answer | DataError]]:
        """Posterior means, moved by what out-of-fold residuals have taught."""
        model, source = physics_model(config), source_of(config)
        for planet in planets:
            try:
                fit = read_planet_fit(places(config).posterior(planet))
            except DataError as error:
                yield planet, error
            else:
                yield planet, physics_answer(fit, source.star(planet), model)

    def train(self, config: Config, run: Run, progress: Progress) -> TrainSummary:
        """Learn priors and calibration."""
        return train_physics(config, run, progress)
