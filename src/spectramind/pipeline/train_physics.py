"""Stage `train model=physics`: priors and calibration learnt from planets with known depths.

Every planet is judged by what other planets taught: priors and calibration of its fold come from
the other folds. What goes into the checkpoint is learnt from all planets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.models.checkpoint import FILE_NAME, write_checkpoint
from spectramind.models.physics import PhysicsModel, generic_model, physics_checkpoint
from spectramind.models.predictions import Predictions, write_predictions
from spectramind.pipeline.fit import fit_joint_to
from spectramind.pipeline.places import required
from spectramind.pipeline.planets import PlanetTask, Progress, for_each_planet, selected_planets
from spectramind.pipeline.sources import source_of
from spectramind.provenance.digest import canonical_json, config_hash, sha256
from spectramind.provenance.run import Run
from spectramind.submission.score import naive_model, official_score
from spectramind.survey.stars import Star
from spectramind.survey.tables import read_truth
from spectramind.transit.calibration import learn_calibration
from spectramind.transit.cross_validation import (
    OutOfFold,
    TrainingPlanet,
    calibrate_folds,
    folds,
)
from spectramind.transit.hierarchy import learn_priors
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.planet_fit_product import read_planet_fit
from spectramind.transit.priors import TransitPriors, read_priors, write_priors

FloatArray = NDArray[np.float64]

OUT_OF_FOLD = "out_of_fold.nc"


@dataclass(frozen=True)
class TrainSummary:
    """What a training of the physics model reached, out of fold.

    mean_z2       mean squared normalised error over all channels
    median_ppm    median absolute error of FGS1 and AIRS mean, median rms error of the AIRS shape
    sigma_factors what sigma of FGS1, AIRS mean and AIRS shape is multiplied with
    """

    planets: int
    failed: dict[int, str]
    score: float
    fgs1: float
    airs: float
    mean_z2: float
    median_ppm: tuple[float, float, float]
    sigma_factors: tuple[float, float, float]
    checkpoint: str


@dataclass(frozen=True)
class _Training:
    """A configured training: where it writes, and what it may learn from."""

    config: Config
    out: Path
    depth: Mapping[int, FloatArray]
    stars: Mapping[int, Star]
    generic: TransitPriors

    def product(self, stage: str, planet_id: int) -> Path:
        """Fit of one planet in the first or the second pass."""
        return self.out / "train" / stage / f"{planet_id}.nc"

    def fold_file(self, fold: int) -> Path:
        """Priors that the other folds teach to this one."""
        return self.out / "train" / f"priors_{fold}.json"


@lru_cache(maxsize=8)
def _priors_at(path: Path, _digest: str) -> TransitPriors:
    return read_priors(path)


def _fit_generic(task: PlanetTask, out: Path) -> str:
    """First pass: priors that never saw a depth."""
    config = task.config
    generic = generic_model(source_of(config).wavelength, config.transit).priors
    return fit_joint_to(out / f"{task.planet_id}.nc", task, generic, "generic")


def _fit_in_fold(task: PlanetTask, out: Path, priors: Mapping[int, Path]) -> str:
    """Second pass: priors that other planets taught."""
    file = priors[task.planet_id]
    digest = sha256(file)
    return fit_joint_to(out / f"{task.planet_id}.nc", task, _priors_at(file, digest), digest)


def _learn(training: _Training, fits: Mapping[int, PlanetFit], origin: str) -> TransitPriors:
    return learn_priors(
        fits=fits,
        depth={planet: training.depth[planet] for planet in fits},
        stars={planet: training.stars[planet] for planet in fits},
        generic=training.generic,
        learnt_from=origin,
    )


def _prepare(config: Config) -> _Training:
    source = source_of(config)
    root = required(config.paths.input, "paths.input")
    truth = read_truth(root / "train.csv")
    row_of = {planet: row for row, planet in enumerate(truth.planet_ids)}
    planets = selected_planets(config)
    missing = [planet for planet in planets if planet not in row_of]
    if missing:
        remedy = "add its depths, or leave it out with data.planets"
        raise DataError(root / "train.csv", f"a row for planet {missing[0]}", "none", remedy)
    return _Training(
        config=config,
        out=required(config.paths.out, "paths.out"),
        depth={planet: truth.depth[row_of[planet]] for planet in planets},
        stars={planet: source.star(planet) for planet in planets},
        generic=generic_model(source.wavelength, config.transit).priors,
    )


def _half(progress: Progress, part: int, done: int, total: int, failed: int) -> None:
    """Show one of two passes as half of the work."""
    progress(part * total + done, 2 * total, failed)


def _second_pass(
    training: _Training, first: Mapping[int, PlanetFit], run: Run, progress: Progress
) -> tuple[dict[int, PlanetFit], dict[int, str]]:
    """Fit every planet with what the other folds teach."""
    files: dict[int, Path] = {}
    for number, fold in enumerate(folds(list(first), training.config.train.folds)):
        others = {planet: fit for planet, fit in first.items() if planet not in fold}
        file = training.fold_file(number)
        write_priors(file, _learn(training, others, f"all folds but {number}"))
        files.update(dict.fromkeys(fold, file))
    folder = training.out / "train" / "second"
    work = partial(_fit_in_fold, out=folder, priors=files)
    half = partial(_half, progress, 1)
    done, failed = for_each_planet(work, sorted(first), training.config, run, half)
    fits = {planet: read_planet_fit(training.product("second", planet)) for planet in sorted(done)}
    return fits, failed


def train_physics(config: Config, run: Run, progress: Progress) -> TrainSummary:
    """Learn priors and calibration, write the checkpoint and the out-of-fold predictions.

    Raises
    ------
    DataError : the survey has no truth, or fewer planets than can teach anything
    """
    training = _prepare(config)
    folder = training.out / "train" / "first"
    work = partial(_fit_generic, out=folder)
    half = partial(_half, progress, 0)
    done, failed = for_each_planet(work, sorted(training.depth), config, run, half)
    first = {planet: read_planet_fit(training.product("first", planet)) for planet in sorted(done)}
    second, failed_again = _second_pass(training, first, run, progress)
    result = calibrate_folds(_known(training, second), second, config.train.folds)
    model = PhysicsModel(
        priors=_learn(training, first, config_hash({str(k): v for k, v in done.items()})),
        calibration=learn_calibration(
            [fit.posterior for fit in second.values()],
            [training.depth[planet] for planet in second],
            [training.stars[planet] for planet in second],
        ),
    )
    path = training.out / FILE_NAME
    texts = {
        "config": canonical_json(config.portable()),
        "run_hash": run.hash,
        "planets": str(len(second)),
    }
    write_checkpoint(path, physics_checkpoint(model, texts))
    return _report(training, result, model, failed | failed_again, path)


def _known(training: _Training, fits: Mapping[int, PlanetFit]) -> list[TrainingPlanet]:
    return [
        TrainingPlanet(planet, (), training.stars[planet], training.depth[planet])
        for planet in sorted(fits)
    ]


def _report(
    training: _Training,
    result: OutOfFold,
    model: PhysicsModel,
    failed: dict[int, str],
    checkpoint: Path,
) -> TrainSummary:
    """Keep the out-of-fold predictions and say how good they are."""
    planets = tuple(sorted(result.mean))
    truth = np.stack([training.depth[planet] for planet in planets])
    mu = np.stack([result.mean[planet] for planet in planets])
    sigma = np.stack([result.sigma[planet] for planet in planets])
    raw = np.stack([result.fits[planet].posterior.sigma for planet in planets])
    predictions = Predictions(
        planet_ids=planets,
        wavelength=source_of(training.config).wavelength,
        mu=mu,
        sigma_raw=raw,
        sigma=sigma,
        status=tuple("ok" for _ in planets),
        note=tuple(" ".join(result.fits[planet].posterior.flags) for planet in planets),
        attributes={"estimator": "physics", "calibration": "factors learnt from the other folds"},
    )
    write_predictions(training.out / OUT_OF_FOLD, predictions)
    score = official_score(truth, mu, sigma, naive_model(truth), planets)
    error = truth - mu
    shape = (error[:, 1:] - error[:, 1:].mean(axis=1, keepdims=True)).std(axis=1)
    parts = (np.abs(error[:, 0]), np.abs(error[:, 1:].mean(axis=1)), shape)
    fgs1, mean, rest = (1e6 * float(np.median(part)) for part in parts)
    factors = model.calibration.factors
    return TrainSummary(
        planets=len(planets),
        failed=failed,
        score=score.score,
        fgs1=score.fgs1,
        airs=score.airs,
        mean_z2=float(np.mean((error / sigma) ** 2)),
        median_ppm=(fgs1, mean, rest),
        sigma_factors=(float(factors[0]), float(factors[1]), float(factors[2])),
        checkpoint=str(checkpoint),
    )
