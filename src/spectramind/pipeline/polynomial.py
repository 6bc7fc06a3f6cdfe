"""The first estimator as a model: nothing to learn, nothing to go wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from spectramind.conf.schema.config import Config
from spectramind.errors import ConfigurationError, DataError
from spectramind.pipeline.answer import Answer
from spectramind.pipeline.fit import planet_digest
from spectramind.pipeline.places import places
from spectramind.pipeline.planets import PlanetTask, Progress
from spectramind.pipeline.sources import source_of
from spectramind.pipeline.survey_priors import NO_PRIORS, SurveyPriors
from spectramind.pipeline.training import TrainSummary
from spectramind.provenance.product import is_current, product_attributes
from spectramind.provenance.run import Run
from spectramind.transit.calibration import error_parts
from spectramind.transit.polynomial import estimate_depths
from spectramind.transit.product import read_posterior, write_posterior


class PolynomialEstimator:
    """Per-channel depth over an out-of-transit polynomial."""

    finds_transits = True

    def check(self, config: Config) -> None:
        """Refuse a checkpoint: there is nothing to read from it."""
        if config.model.ckpt is not None:
            raise ConfigurationError("model.ckpt: model=polynomial takes none; use model=physics")

    def fit(self, task: PlanetTask) -> str:
        """Write the planet's posterior."""
        config, digest = task.config, planet_digest(task)
        path = places(config).posterior(task.planet_id)
        settings = {"detector": config.detector, "model": "polynomial"}
        attributes = product_attributes(settings, digest)
        if not is_current(path, attributes):
            source = source_of(config)
            curves, star = source.light_curves(task.planet_id), source.star(task.planet_id)
            posterior = estimate_depths(curves, star)
            flags = (*posterior.flags, *star.flags)
            write_posterior(path, replace(posterior, flags=flags), attributes)
        return digest

    def learn_from_survey(
        self, _config: Config, _planets: Sequence[int], _run: Run, _progress: Progress, /
    ) -> SurveyPriors:
        """Nothing: no priors are used."""
        return NO_PRIORS

    def answers(
        self, config: Config, planets: Sequence[int]
    ) -> Iterator[tuple[int, Answer | DataError]]:
        """The posteriors as they are."""
        for planet in planets:
            try:
                posterior = read_posterior(places(config).posterior(planet))
            except DataError as error:
                yield planet, error
                continue
            yield (
                planet,
                Answer(
                    mu=posterior.depth,
                    sigma=posterior.sigma,
                    sigma_common=error_parts(posterior).airs_mean,
                    note=" ".join(posterior.flags),
                ),
            )

    def train(self, _config: Config, _run: Run, _progress: Progress, /) -> TrainSummary:
        """Refuse: there is nothing to learn."""
        raise ConfigurationError("model=polynomial has nothing to train; use model=physics")
