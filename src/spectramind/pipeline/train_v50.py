"""Stage `train model=v50`: physics, then networks that start from it, fold by fold.

A planet of a fold is answered by networks that learnt from the other folds, whose input is a fit
with priors of the other folds. The checkpoint is the ensemble of all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.models.checkpoint import FILE_NAME, write_checkpoint
from spectramind.models.network_input import NetworkInput, stacked
from spectramind.models.planet_batch import planet_batch
from spectramind.models.predictions import Predictions, write_predictions
from spectramind.models.trust import Trust, trusted
from spectramind.models.v50 import Corrected
from spectramind.models.v50_checkpoint import v50_checkpoint
from spectramind.pipeline.answer import Answer, predictions_of
from spectramind.pipeline.drawn_planets import drawn_planets
from spectramind.pipeline.fold_networks import (
    Learnable,
    fold_networks,
    plan_of,
    send_to_followers,
)
from spectramind.pipeline.network_inputs import input_of, write_sequence
from spectramind.pipeline.planets import PlanetTask, Progress, for_each_planet
from spectramind.pipeline.sources import source_of
from spectramind.pipeline.train_physics import PhysicsTraining, learn_physics
from spectramind.pipeline.training import (
    OUT_OF_FOLD,
    KnownPlanets,
    TrainSummary,
    known_planets,
    summarise,
    survey_folds,
)
from spectramind.pipeline.training_journal import FILE_NAME as JOURNAL
from spectramind.pipeline.training_journal import TrainingJournal
from spectramind.pipeline.v50 import corrected_answer
from spectramind.provenance.digest import canonical_json, config_hash, sha256
from spectramind.provenance.run import Run
from spectramind.provenance.versions import code_digest
from spectramind.submission.score import NaiveModel, naive_model
from spectramind.survey.edition import edition_of_channels
from spectramind.training.curriculum import Curriculum, Logbook
from spectramind.training.distributed import Team
from spectramind.training.share_choice import HeldOut, choose_trust

LEAST_PLANETS = 10


def _sequence(task: PlanetTask, fits: Path) -> str:
    return write_sequence(task, fits / f"{task.planet_id}.nc")


def _learnable(
    config: Config, known: KnownPlanets, physics: PhysicsTraining, run: Run, progress: Progress
) -> Learnable:
    """Inputs of every planet whose transit was found.

    Raises
    ------
    DataError : fewer planets than networks can learn from
    """
    joint = [p for p, fit in physics.fits.items() if fit.posterior.estimator == "joint"]
    if config.model.mamba:
        work = partial(_sequence, fits=known.out / "train" / "second")
        done, failed = for_each_planet(work, sorted(joint), config, run, progress)
        physics.failed.update(failed)
        joint = list(done)
    if len(joint) < LEAST_PLANETS:
        found = f"{len(joint)} with a transit"
        remedy = "use model=physics, or the V50 that comes with the package"
        raise DataError(known.out, f"at least {LEAST_PLANETS} planets", found, remedy)
    inputs: dict[int, NetworkInput] = {
        planet: input_of(config, physics.fits[planet], known.stars[planet], physics.taught[planet])
        for planet in sorted(joint)
    }
    truth = 1e6 * np.stack([known.depth[planet] for planet in inputs])
    batch = planet_batch(stacked(list(inputs.values())))
    parts = survey_folds(config, list(inputs))
    return Learnable(tuple(inputs), tuple(parts), batch, torch.from_numpy(truth).float())


def _curriculum(
    config: Config, known: KnownPlanets, physics: PhysicsTraining, learnable: Learnable, team: Team
) -> Curriculum:
    """What all networks share."""
    depth = np.stack([known.depth[planet] for planet in learnable.planets])
    seen = [getattr(learnable.batch, name) for name in ("depth", "sigma", "channel", "planet")]
    digests = [str(float(values.double().sum())) for values in (*seen, learnable.truth)]
    settings = [config.model, config.train, code_digest(), learnable.planets, digests]
    return Curriculum(
        plan=plan_of(config, source_of(config).wavelength),
        train=config.train,
        measured=learnable.batch,
        drawn=drawn_planets(config, physics, learnable.planets, depth),
        naive=naive_model(
            np.stack(list(known.depth.values())),
            edition_of_channels(source_of(config).wavelength),
        ),
        logbook=Logbook(
            folder=known.out / "train" / "networks",
            digest=config_hash(settings),
            diary=TrainingJournal(known.out / JOURNAL, show=True),
        ),
        team=team,
    )


def _trusted_out_of_fold(
    learnable: Learnable, naive: NaiveModel, answer: Corrected
) -> tuple[dict[int, tuple[Corrected, int]], Trust]:
    """Answers with the trust that the other folds teach, and the trust that all of them teach."""
    held_out = HeldOut(answer, learnable.batch, learnable.truth)
    found: dict[int, tuple[Corrected, int]] = {}
    for fold in learnable.folds:
        others = learnable.rows(tuple(set(learnable.planets) - set(fold)))
        chosen = trusted(answer, learnable.batch, choose_trust(held_out, naive, others))
        found |= {learnable.planets[row]: (chosen, row) for row in learnable.rows(fold).tolist()}
    return found, choose_trust(held_out, naive, torch.arange(len(learnable.planets)))


def _table(
    config: Config,
    known: KnownPlanets,
    physics: PhysicsTraining,
    found: Mapping[int, tuple[Corrected, int]],
) -> Predictions:
    """Out-of-fold predictions of all planets; physics alone where there was no transit."""
    answers: dict[int, Answer] = {}
    for planet, answer in physics.answers.items():
        there = planet in found
        answers[planet] = corrected_answer(answer, *found[planet]) if there else answer
    attributes = {"estimator": "v50", "calibration": "none: sigma is sigma_raw"}
    table = predictions_of(answers, (), source_of(config).wavelength, attributes)
    return replace(table, truth=np.stack([known.depth[planet] for planet in table.planet_ids]))


def train_v50(config: Config, run: Run, progress: Progress, team: Team) -> TrainSummary:
    """Learn physics and networks; write the checkpoint and the out-of-fold predictions.

    Parameters
    ----------
    team : whose other processes `follow`; physics is learnt by this one and its executor

    Raises
    ------
    DataError : the survey has no truth, or fewer planets than can teach anything
    """
    physics, known = learn_physics(config, run, progress), known_planets(config)
    learnable = _learnable(config, known, physics, run, progress)
    with torch.random.fork_rng(devices=[]):
        curriculum = _curriculum(config, known, physics, learnable, team)
        send_to_followers(learnable, curriculum)
        answer, members = fold_networks(config, learnable, curriculum)
    found, trust = _trusted_out_of_fold(learnable, curriculum.naive, answer)
    table = _table(config, known, physics, found)
    write_predictions(known.out / OUT_OF_FOLD, table)
    texts = {
        "config": canonical_json(config.portable()),
        "run_hash": run.hash,
        "planets": str(len(table.planet_ids)),
        "out_of_fold": sha256(known.out / OUT_OF_FOLD),
    }
    path = known.out / FILE_NAME
    write_checkpoint(
        path, v50_checkpoint(replace(curriculum.plan, trust=trust), members, physics.model, texts)
    )
    return summarise(table, physics.failed, path)
