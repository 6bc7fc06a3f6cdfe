"""Stage `train model=physics`: priors and calibration learnt from planets with known depths.

Every planet is judged by what other planets taught: priors and calibration of its fold come from
the other folds. What goes into the checkpoint is learnt from all planets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from spectramind.conf.schema.config import Config
from spectramind.models.checkpoint import FILE_NAME, write_checkpoint
from spectramind.models.physics import PhysicsModel, generic_model, physics_checkpoint
from spectramind.models.predictions import write_predictions
from spectramind.pipeline.answer import Answer, physics_answer, predictions_of
from spectramind.pipeline.fit import competing, fit_joint_to
from spectramind.pipeline.planets import PlanetTask, Progress, for_each_planet
from spectramind.pipeline.sources import source_of
from spectramind.pipeline.survey_priors import families_of, learn_from_survey, refine_fit
from spectramind.pipeline.training import (
    OUT_OF_FOLD,
    KnownPlanets,
    TrainSummary,
    known_planets,
    summarise,
    survey_folds,
)
from spectramind.provenance.digest import canonical_json, config_hash, sha256
from spectramind.provenance.run import Run
from spectramind.transit.calibration import TransitCalibration, learn_calibration
from spectramind.transit.learning import learn_priors
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.planet_fit_product import read_planet_fit
from spectramind.transit.prior_choices import PriorChoices
from spectramind.transit.priors import TransitPriors, read_priors, write_priors


@dataclass(frozen=True)
class _Training:
    """A configured training: where it writes, and what it may learn from."""

    config: Config
    known: KnownPlanets
    generic: TransitPriors

    def fits(self, stage: str) -> Path:
        """Folder of the fits of the first or the second pass."""
        return self.known.out.absolute() / "train" / stage

    def read(self, stage: str, planets: Iterable[int]) -> dict[int, PlanetFit]:
        """Fits of one pass, by ascending planet id."""
        files = {planet: self.fits(stage) / f"{planet}.nc" for planet in sorted(planets)}
        return {planet: read_planet_fit(file) for planet, file in files.items()}

    def folds(self, planets: Sequence[int]) -> list[tuple[int, ...]]:
        """Planets dealt into folds; those of one instrument stay together."""
        return survey_folds(self.config, planets)

    def fold_file(self, fold: int) -> Path:
        """Priors that the other folds teach to this one."""
        return self.known.out.absolute() / "train" / f"priors_{fold}.json"


@lru_cache(maxsize=8)
def _priors_at(path: Path, _digest: str) -> TransitPriors:
    return read_priors(path)


def _fit_generic(task: PlanetTask, out: Path) -> str:
    """First pass: priors that never saw a depth."""
    config = task.config
    generic = generic_model(source_of(config).wavelength, config.transit).priors
    return fit_joint_to(out / f"{task.planet_id}.nc", task, generic, "generic")


@lru_cache(maxsize=8)
def _choices_at(path: Path, digest: str, channels: tuple[float, ...], mode: str) -> PriorChoices:
    return competing(_priors_at(path, digest), np.array(channels), overruled=mode != "off")


def _fold_choices(config: Config, file: Path) -> PriorChoices:
    """Priors that other planets taught, and the generic ones: what `predict` will offer."""
    channels = tuple(source_of(config).wavelength.tolist())
    return _choices_at(file, sha256(file), channels, config.transit.adapt)


def _fit_in_fold(task: PlanetTask, out: Path, priors: Mapping[int, Path]) -> str:
    """Second pass: priors that other planets taught."""
    file = priors[task.planet_id]
    choices = _fold_choices(task.config, file)
    return fit_joint_to(out / f"{task.planet_id}.nc", task, choices, sha256(file))


def _refine_in_fold(
    task: PlanetTask, out: Path, priors: Mapping[int, Path], adapted: Mapping[int, Path | None]
) -> str:
    """What the planets of a fold teach each other, as those of a survey do in `predict`."""
    planet = task.planet_id
    choices = _fold_choices(task.config, priors[planet])
    return refine_fit(task, out / f"{planet}.nc", choices, adapted[planet])


def _learn(training: _Training, fits: Mapping[int, PlanetFit], origin: str) -> TransitPriors:
    known = training.known
    return learn_priors(
        fits=fits,
        depth={planet: known.depth[planet] for planet in fits},
        stars={planet: known.stars[planet] for planet in fits},
        generic=training.generic,
        learnt_from=origin,
    )


def _half(progress: Progress, part: int, done: int, total: int, failed: int) -> None:
    """Show one of two passes as half of the work."""
    progress(part * total + done, 2 * total, failed)


def _second_pass(
    training: _Training, first: Mapping[int, PlanetFit], run: Run, progress: Progress
) -> tuple[dict[int, PlanetFit], dict[int, TransitPriors], dict[int, str]]:
    """Fit every planet with the priors that the other folds teach; fits, priors, failures."""
    files: dict[int, Path] = {}
    taught: dict[int, TransitPriors] = {}
    for number, fold in enumerate(training.folds(list(first))):
        others = {planet: fit for planet, fit in first.items() if planet not in fold}
        file = training.fold_file(number)
        priors = _learn(training, others, f"all folds but {number}")
        write_priors(file, priors)
        files.update(dict.fromkeys(fold, file))
        taught.update(dict.fromkeys(fold, priors))
    work = partial(_fit_in_fold, out=training.fits("second"), priors=files)
    half = partial(_half, progress, 1)
    done, failed = for_each_planet(work, sorted(first), training.config, run, half)
    failed |= _adapted_folds(training, list(done), files, run)
    fitted = [planet for planet in done if planet not in failed]
    return training.read("second", fitted), taught, failed


def _adapted_folds(
    training: _Training, planets: Sequence[int], files: Mapping[int, Path], run: Run
) -> dict[int, str]:
    """Let planets that nothing was learnt from teach each other; failures by planet id.

    As in `predict`, planets of one instrument are one survey.
    """
    config, adapted = training.config, dict[int, Path | None]()
    if config.transit.adapt != "survey":
        return {}
    for file in dict.fromkeys(files[planet] for planet in planets):
        members = [planet for planet in planets if files[planet] == file]
        for name, family in families_of(config, members).items():
            choices = _fold_choices(config, file)
            found, _ = learn_from_survey(config, family, choices, training.fits("second"))
            path = file.with_name(f"{file.stem}_adapted{f'_{name}' if name else ''}.json")
            if found is not None:
                write_priors(path, found.priors)
            adapted |= dict.fromkeys(family, path if found is not None else None)
    work = partial(
        _refine_in_fold, out=training.fits("second"), priors=dict(files), adapted=adapted
    )
    _, failed = for_each_planet(work, planets, config, run, _quiet)
    return failed


def _quiet(done: int, total: int, failed: int) -> None:
    """Show no progress: it takes seconds."""


@dataclass(frozen=True)
class PhysicsTraining:
    """What a training of physics ends with.

    model    learnt from all planets
    answers  of every planet, with priors and mean correction that the other folds teach
    taught   calibration that the other folds teach, by planet id
    fits     of every planet, with priors that the other folds teach
    priors   those priors, by planet id
    failed   reason by planet id
    """

    model: PhysicsModel
    answers: dict[int, Answer]
    taught: dict[int, TransitCalibration]
    fits: dict[int, PlanetFit]
    priors: dict[int, TransitPriors]
    failed: dict[int, str]


def learn_physics(config: Config, run: Run, progress: Progress) -> PhysicsTraining:
    """Learn priors and calibration from all planets, and judge each by what the others teach.

    Raises
    ------
    DataError : the survey has no truth, or fewer planets than can teach anything
    """
    generic = generic_model(source_of(config).wavelength, config.transit).priors
    training = _Training(config, known_planets(config), generic)
    known = training.known
    work = partial(_fit_generic, out=training.fits("first"))
    half = partial(_half, progress, 0)
    done, failed = for_each_planet(work, sorted(known.depth), config, run, half)
    first = training.read("first", done)
    second, priors, failed_again = _second_pass(training, first, run, progress)
    answers: dict[int, Answer] = {}
    calibrations: dict[int, TransitCalibration] = {}
    for fold in training.folds(sorted(second)):
        others = {planet: fit for planet, fit in second.items() if planet not in fold}
        taught = PhysicsModel(training.generic, _calibration(known, others))
        for planet in fold:
            answers[planet] = physics_answer(second[planet], known.stars[planet], taught)
            calibrations[planet] = taught.calibration
    origin = config_hash({str(planet): digest for planet, digest in done.items()})
    model = PhysicsModel(_learn(training, first, origin), _calibration(known, second))
    ascending = {planet: answers[planet] for planet in sorted(answers)}
    return PhysicsTraining(model, ascending, calibrations, second, priors, failed | failed_again)


def _calibration(known: KnownPlanets, fits: Mapping[int, PlanetFit]) -> TransitCalibration:
    return learn_calibration(
        [fit.posterior for fit in fits.values()],
        [known.depth[planet] for planet in fits],
        [known.stars[planet] for planet in fits],
        # What moves a mean by the star or the orbit at home misleads elsewhere.
        correct_mean=False,
    )


def train_physics(config: Config, run: Run, progress: Progress) -> TrainSummary:
    """Learn physics, write the checkpoint and the out-of-fold predictions.

    Raises
    ------
    DataError : the survey has no truth, or fewer planets than can teach anything
    """
    training, known = learn_physics(config, run, progress), known_planets(config)
    path = known.out / FILE_NAME
    texts = {
        "config": canonical_json(config.portable()),
        "run_hash": run.hash,
        "planets": str(len(training.answers)),
    }
    write_checkpoint(path, physics_checkpoint(training.model, texts))
    attributes = {"estimator": "physics", "calibration": "none: sigma is sigma_raw"}
    table = predictions_of(training.answers, (), source_of(config).wavelength, attributes)
    out_of_fold = replace(
        table,
        truth=np.stack([known.depth[planet] for planet in table.planet_ids]),
    )
    write_predictions(known.out / OUT_OF_FOLD, out_of_fold)
    return summarise(out_of_fold, training.failed, path)
