"""model=physics on a simulated survey: an oracle, the model, the model with one part left out.

120 training and 60 test planets at the light-curve level, seed 1; ten of the test planets also from
full-size frames. Priors and calibration are learnt from training planets only; all rows are about
test planets. The oracle knows orbit, limb darkening and drift, and is not calibrated.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench._inference_table import (
    ablated,
    header,
    normalised,
    row,
    single_factor,
    uncorrected,
)
from bench._learnt_survey import (
    TRAIN,
    WORKERS,
    Fits,
    Learnt,
    Survey,
    calibration,
    fitted,
    learnt,
    settings,
    simulated,
    survey_generic,
)
from bench._oracle import oracle_fit
from spectramind.conf.schema.config import Config
from spectramind.detector.light_curves import VisitLightCurves
from spectramind.detector.reduce import reduce_visit
from spectramind.scale.executor import run_tasks
from spectramind.simulator.planet_products import SimulationTask, write_planet_frames
from spectramind.simulator.population import SimulatedPlanet
from spectramind.simulator.survey_tables import write_instrument_tables, write_planet_tables
from spectramind.submission.score import NaiveModel
from spectramind.survey.discovery import open_survey
from spectramind.transit.calibration import TransitCalibration, calibrated, neutral_calibration
from spectramind.transit.cross_validation import TrainingPlanet
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.priors import TransitPriors

FRAMES = 10


def show(
    label: str,
    planets: Sequence[TrainingPlanet],
    fits: Fits,
    learnt_calibration: TransitCalibration,
    naive: NaiveModel,
) -> None:
    """One line about the test planets."""
    answers, squares = {}, []
    for planet in planets:
        posterior = fits[planet.planet_id].posterior
        answers[planet.planet_id] = calibrated(posterior, planet.star, learnt_calibration)
        error = planet.depth - answers[planet.planet_id][0]
        squares.append(normalised(posterior, error, learnt_calibration))
    row(label, planets, answers, squares, naive)


def _oracle(
    task: tuple[TrainingPlanet, TransitPriors],
    config: Config,
    drawn: Mapping[int, SimulatedPlanet],
) -> PlanetFit:
    planet, priors = task
    truth = drawn[planet.planet_id]
    return oracle_fit(config, truth, list(planet.visits), planet.star, priors)


def _ablations(survey: Survey, known: Learnt, fits: Fits) -> None:
    """The model with one part left out, calibrated anew from half of the training planets."""
    for label, learn in (
        ("without mean correction", uncorrected),
        ("single sigma factor", single_factor),
    ):
        factors = calibration(survey, known.out_of_fold, learn)
        show(label, survey.test, fits, factors, survey.naive)
    generic = survey_generic(survey)
    of_fold = {id(p): ablated(p, generic) for p in known.fold_priors.values()}
    for label, priors in ablated(known.priors, generic).items():

        def changed(planet: int, name: str = label) -> TransitPriors:
            return of_fold[id(known.fold_priors[planet])][name]

        half = replace(survey, train=survey.train[::2])
        factors = calibration(half, fitted(half.train, changed))
        test = fitted(survey.test, lambda _, p=priors: p)
        show(label, survey.test, test, factors, survey.naive)


def _reduced_frames(
    planet: SimulatedPlanet, folder: Path, config: Config
) -> list[VisitLightCurves]:
    """Light curves of one planet from full-size frames, which are removed again."""
    root = folder / str(planet.planet_id)
    sim = config.sim.model_copy(update={"level": "frames", "train": 0})
    try:
        write_planet_frames(SimulationTask(root, sim, config.detector, {}, 0), planet)
        write_instrument_tables(root, sim.decimate)
        write_planet_tables(root, "test", [planet])
        survey = open_survey(root, "test")
        visits = survey.planet(planet.planet_id).visits
        return [reduce_visit(visit, survey, config.detector) for visit in visits]
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _frames_level(
    survey: Survey, known: Learnt, fits: Fits, factors: TransitCalibration, folder: Path
) -> None:
    """The first test planets from light curves and from frames."""
    some = survey.test[:FRAMES]
    show(f"{FRAMES} planets, light curves", some, fits, factors, survey.naive)
    work = partial(_reduced_frames, folder=folder, config=survey.config)
    drawn = [survey.drawn[p.planet_id] for p in some]
    curves = {o.item.planet_id: o.value for o in run_tasks(work, drawn, WORKERS)}
    planets = [
        TrainingPlanet(p.planet_id, curves[p.planet_id] or [], p.star, p.depth) for p in some
    ]
    reduced = fitted(planets, lambda _: known.priors)
    show(f"{FRAMES} planets, frames", planets, reduced, factors, survey.naive)


def _plain_sum(folder: Path) -> None:
    """The same survey, its light curves the plain sums of the pixels; everything learnt anew."""
    survey = simulated(folder, settings("detector.extraction=sum"))
    known = learnt(survey)
    fits = fitted(survey.test, lambda _: known.priors)
    show(
        "plain-sum extraction",
        survey.test,
        fits,
        calibration(survey, known.out_of_fold),
        survey.naive,
    )


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="bench-physics-") as name:
        folder = Path(name)
        survey = simulated(folder / "survey", settings())
        print(f"{TRAIN} training planets, {len(survey.test)} test planets, official score")
        header()
        known = learnt(survey)
        factors = calibration(survey, known.out_of_fold)
        truth = partial(_oracle, config=survey.config, drawn=survey.drawn)
        oracle = fitted(survey.test, lambda _: known.priors, truth)
        show("oracle", survey.test, oracle, neutral_calibration(), survey.naive)
        fits = fitted(survey.test, lambda _: known.priors)
        show("model=physics", survey.test, fits, factors, survey.naive)
        _frames_level(survey, known, fits, factors, folder / "frames")
        _ablations(survey, known, fits)
        _plain_sum(folder / "sum")


if __name__ == "__main__":
    main()
