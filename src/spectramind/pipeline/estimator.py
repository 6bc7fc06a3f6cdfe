"""The seam between the stages and the models: what every estimator can be asked to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.pipeline.answer import Answer
from spectramind.pipeline.planets import PlanetTask, Progress
from spectramind.pipeline.survey_priors import SurveyPriors
from spectramind.pipeline.training import TrainSummary
from spectramind.provenance.run import Run
from spectramind.transit.doubts import doubts_of, in_words, parse_flag


class Estimator(Protocol):
    """A model, as `fit`, `train` and `predict` see it.

    finds_transits  whether `fit` writes a posterior of the transit for every planet
    """

    finds_transits: bool

    def check(self, config: Config) -> None:
        """Read the model before the first planet does: a wrong path is no fault of any planet."""

    def fit(self, task: PlanetTask) -> str:
        """Do the work on one planet, in a worker, unless its product is current.

        Returns the digest of what the planet was made from.
        """

    def learn_from_survey(
        self, config: Config, planets: Sequence[int], run: Run, progress: Progress, /
    ) -> SurveyPriors:
        """Let planets that `fit` has worked on teach each other; no true depth is used."""

    def answers(
        self, config: Config, planets: Sequence[int]
    ) -> Iterator[tuple[int, Answer | DataError]]:
        """Spectra of planets that `fit` has worked on, or why there is none."""

    def train(self, config: Config, run: Run, progress: Progress, /) -> TrainSummary:
        """Learn from the training planets; write the checkpoint and out-of-fold predictions."""


def estimator_of(config: Config) -> Estimator:
    """The estimator that `model.name` names; only that one is imported."""
    match config.model.name:
        case "polynomial":
            from spectramind.pipeline.polynomial import PolynomialEstimator

            return PolynomialEstimator()
        case "residual_mlp" | "deep_residual_mlp" | "spectrum_regressor" as name:
            from spectramind.pipeline.baseline import BaselineEstimator

            return BaselineEstimator(name)
        case "v50":
            from spectramind.pipeline.v50 import V50Estimator

            return V50Estimator()
        case "physics":
            from spectramind.pipeline.physics import PhysicsEstimator

            return PhysicsEstimator()


def fit_planet(task: PlanetTask) -> str:
    """Let the configured estimator work on one planet; under `runtime.strict` doubt is a fault.

    Raises
    ------
    DataError : the planet cannot be worked on, or `runtime.strict` and its answer is doubtful
    """
    estimator = estimator_of(task.config)
    digest = estimator.fit(task)
    if task.config.runtime.strict:
        for _, answer in estimator.answers(task.config, [task.planet_id]):
            _refuse_doubt(task.planet_id, answer)
    return digest


def _refuse_doubt(planet: int, answer: Answer | DataError) -> None:
    if isinstance(answer, DataError):
        raise answer
    if doubts := doubts_of(answer.note.split()):
        first = parse_flag(doubts[0])
        found = "; ".join(map(in_words, doubts))
        where = first.look_at.replace("PLANET", str(planet))
        raise DataError(f"planet {planet}", "an answer without a doubt", found, f"look at {where}")
