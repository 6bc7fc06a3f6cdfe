"""The V50 network as an estimator: the joint inference, and what the networks make of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spectramind.conf.schema.config import Config
from spectramind.errors import ConfigurationError, DataError
from spectramind.pipeline.answer import Answer, not_narrower, physics_answer
from spectramind.pipeline.fit import (
    checkpoint_digest,
    checkpoint_of,
    fit_planet_to,
    physics_model,
)
from spectramind.pipeline.network_inputs import input_of, write_sequence
from spectramind.pipeline.places import places
from spectramind.pipeline.planets import PlanetTask, Progress
from spectramind.pipeline.sources import source_of
from spectramind.pipeline.survey_priors import SurveyPriors, adapt_survey
from spectramind.pipeline.training import TrainSummary
from spectramind.provenance.run import Run
from spectramind.scale.launcher import launched
from spectramind.transit.planet_fit_product import read_planet_fit

if TYPE_CHECKING:
    from spectramind.models.v50 import V50, Corrected
    from spectramind.models.v50_checkpoint import V50Plan

_TOGETHER = 32
"""Planets that pass through the networks at a time."""


class V50Estimator:
    """Physics first; the networks correct its mean and sigma where it found a transit."""

    finds_transits = True

    def check(self, config: Config) -> None:
        """Read the checkpoint.

        Raises
        ------
        ConfigurationError : torch is not installed, or the light curve that it needs is not read
        DataError : no checkpoint, damaged, or of another model
        """
        need_torch()
        plan, _ = _networks(config)
        if plan.shape.mamba and not config.model.mamba:
            raise ConfigurationError("model.mamba=false, but the checkpoint reads light curves")

    def fit(self, task: PlanetTask) -> str:
        """Write the planet's fit, and its FGS1 light curve as the networks read it."""
        config = task.config
        path = places(config).posterior(task.planet_id)
        digest = fit_planet_to(path, task)
        if config.model.mamba:
            write_sequence(task, path)
        return digest

    def learn_from_survey(
        self, config: Config, planets: Sequence[int], run: Run, progress: Progress
    ) -> SurveyPriors:
        """Priors of star and drift that the survey's own light curves teach."""
        return adapt_survey(config, planets, run, progress)

    def answers(
        self, config: Config, planets: Sequence[int]
    ) -> Iterator[tuple[int, Answer | DataError]]:
        """Corrected posteriors; physics alone where the joint inference fell back."""
        for start in range(0, len(planets), _TOGETHER):
            yield from _some(config, planets[start : start + _TOGETHER])

    def train(self, config: Config, run: Run, progress: Progress) -> TrainSummary:
        """Learn physics, then the networks, with the other processes that torchrun started."""
        need_torch()
        from spectramind.pipeline.train_v50 import train_v50
        from spectramind.training.distributed import joined

        with joined(launched()) as team:
            return train_v50(config, run, progress, team)


def need_torch() -> None:
    """Say how to get torch where it is missing.

    Raises
    ------
    ConfigurationError : torch is not installed
    """
    if find_spec("torch") is None:
        raise ConfigurationError(
            "model=v50 needs torch: install it with `pip install torch`, or use model=physics"
        )


@lru_cache(maxsize=2)
def _networks_at(path: Path, _digest: str) -> tuple[V50Plan, tuple[V50, ...]]:
    from spectramind.models.v50_checkpoint import read_v50

    return read_v50(path)


def _networks(config: Config) -> tuple[V50Plan, tuple[V50, ...]]:
    path = checkpoint_of(config)
    assert path is not None
    return _networks_at(path, checkpoint_digest(config))


def _some(config: Config, planets: Sequence[int]) -> Iterator[tuple[int, Answer | DataError]]:
    from spectramind.models.ensemble import averaged, corrected
    from spectramind.models.network_input import stacked
    from spectramind.models.planet_batch import planet_batch
    from spectramind.models.trust import trusted

    physics, source, (plan, networks) = physics_model(config), source_of(config), _networks(config)
    answers: dict[int, Answer | DataError] = {}
    inputs = {}
    for planet in planets:
        try:
            fit, star = read_planet_fit(places(config).posterior(planet)), source.star(planet)
            answers[planet] = physics_answer(fit, star, physics)
            if fit.posterior.estimator == "joint":
                inputs[planet] = input_of(config, fit, star, physics.calibration)
        except DataError as error:
            answers[planet] = error
    if inputs:
        batch = planet_batch(stacked(list(inputs.values())))
        said = averaged([corrected(network, batch) for network in networks])
        together = trusted(said, batch, plan.trust)
        for row, planet in enumerate(inputs):
            answer = answers[planet]
            assert isinstance(answer, Answer)
            answers[planet] = not_narrower(corrected_answer(answer, together, row), answer)
    yield from answers.items()


def corrected_answer(answer: Answer, corrected: Corrected, row: int) -> Answer:
    """The answer of physics with the networks' mean and sigma."""
    mu = corrected.mu[row].double().numpy() * 1e-6
    return replace(
        answer,
        mu=np.maximum(mu, 0.0),
        sigma=corrected.sigma[row].double().numpy() * 1e-6,
        sigma_common=float(corrected.common[row]) * 1e-6,
    )
