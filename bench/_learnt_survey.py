"""A simulated survey, and what the transit inference learns from its training planets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench._inference_table import configuration
from spectramind.conf.compose import compose
from spectramind.conf.schema.config import Config
from spectramind.pipeline.sources import source_of
from spectramind.scale.executor import run_tasks
from spectramind.simulator.population import SimulatedPlanet, draw_planets
from spectramind.simulator.survey import simulate_survey
from spectramind.submission.score import NaiveModel, naive_model
from spectramind.transit.calibration import TransitCalibration, learn_calibration
from spectramind.transit.cross_validation import TrainingPlanet, folds
from spectramind.transit.joint import fit_planet
from spectramind.transit.learning import learn_priors
from spectramind.transit.parameter_layout import DriftOrders
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.priors import TransitPriors, generic_priors

TRAIN, TEST, FOLDS, WORKERS = 120, 60, 5, 2
Priors = Mapping[int, TransitPriors]
Fits = dict[int, PlanetFit]


@dataclass(frozen=True)
class Survey:
    """A simulated survey: what was asked for, training planets, test planets, their truth."""

    config: Config
    train: list[TrainingPlanet]
    test: list[TrainingPlanet]
    drawn: dict[int, SimulatedPlanet]

    @property
    def naive(self) -> NaiveModel:
        """Mean and scatter of the training depths."""
        return naive_model(np.array([p.depth for p in self.train]))


@dataclass(frozen=True)
class Learnt:
    """What the training planets taught, and their fits with what other folds taught."""

    priors: TransitPriors
    fold_priors: Priors
    out_of_fold: Fits


def settings(*overrides: str) -> Config:
    """The survey that is measured: 120 training and 60 test planets."""
    sizes = (f"sim.train={TRAIN}", f"sim.test={TEST}", "sim.seed=1", "sim.level=light_curves")
    return compose([*sizes, *overrides])


def simulated(folder: Path, config: Config) -> Survey:
    """Write the survey, or finish it, and open it."""
    simulate_survey(folder, config.sim, config.detector, WORKERS, lambda *_: None)
    drawn = {p.planet_id: p for p in draw_planets(config.sim.seed, range(TRAIN + TEST))}

    def planets(split: str) -> list[TrainingPlanet]:
        source = source_of(compose([f"paths.input={folder}", f"data.split={split}"]))
        return [
            TrainingPlanet(p, source.light_curves(p), source.star(p), drawn[p].spectrum)
            for p in source.planet_ids
        ]

    return Survey(config, planets("train"), planets("test"), drawn)


def _fit(task: tuple[TrainingPlanet, TransitPriors]) -> PlanetFit:
    planet, priors = task
    return fit_planet(planet.visits, planet.star, priors, configuration())


def fitted(
    planets: Sequence[TrainingPlanet],
    priors: Callable[[int], TransitPriors],
    fit: Callable[[tuple[TrainingPlanet, TransitPriors]], PlanetFit] = _fit,
) -> Fits:
    """Fits of all planets, in two processes."""
    fits = {}
    for outcome in run_tasks(fit, [(p, priors(p.planet_id)) for p in planets], WORKERS):
        assert outcome.value is not None, outcome.error
        fits[outcome.item[0].planet_id] = outcome.value
    return fits


def learnt(survey: Survey) -> Learnt:
    """First pass, priors of every fold and of all planets, second pass."""
    generic = survey_generic(survey)
    first = fitted(survey.train, lambda _: generic)

    def taught(planets: Sequence[TrainingPlanet]) -> TransitPriors:
        return learn_priors(
            fits={p.planet_id: first[p.planet_id] for p in planets},
            depth={p.planet_id: p.depth for p in planets},
            stars={p.planet_id: p.star for p in planets},
            generic=generic,
            learnt_from="training planets",
        )

    of_planet: dict[int, TransitPriors] = {}
    for fold in folds([p.planet_id for p in survey.train], FOLDS):
        others = [p for p in survey.train if p.planet_id not in fold]
        of_planet |= dict.fromkeys(fold, taught(others))
    return Learnt(taught(survey.train), of_planet, fitted(survey.train, of_planet.__getitem__))


def survey_generic(survey: Survey) -> TransitPriors:
    """Priors of the first pass."""
    curves, config = survey.train[0].visits[0], configuration()
    wavelength = np.concatenate([curves.fgs1.wavelength, curves.airs.wavelength])
    orders = DriftOrders(config.drift_order, config.drift_colours, config.limb_order)
    return generic_priors(wavelength, orders)


def calibration(
    survey: Survey, fits: Fits, learn: Callable[..., TransitCalibration] = learn_calibration
) -> TransitCalibration:
    """What out-of-fold residuals of the training planets teach."""
    return learn(
        [fits[p.planet_id].posterior for p in survey.train],
        [p.depth for p in survey.train],
        [p.star for p in survey.train],
    )
