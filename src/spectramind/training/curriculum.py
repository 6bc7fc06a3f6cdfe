"""One network from start to end: pretraining that all folds share, then the known planets."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from spectramind.conf.schema.train import TrainConfig
from spectramind.models.device import compute_device
from spectramind.models.planet_batch import PlanetBatch
from spectramind.models.v50 import V50
from spectramind.models.v50_checkpoint import V50Plan, build
from spectramind.submission.score import NaiveModel
from spectramind.training.distributed import Team
from spectramind.training.drawn_planets import DrawnPlanets
from spectramind.training.epochs import Journal, Lesson, train_epochs
from spectramind.training.learner import Learner
from spectramind.training.schedule import Schedule
from spectramind.training.score_loss import SymbolicWeights

_PRETRAINING_STEPS = 100
_JUDGES = 0.15
_ENOUGH_TO_JUDGE = 100
_GENTLER = 0.4
"""Learning rate on known planets over that of pretraining: few planets, much learnt already."""


class Diary(Protocol):
    """Where the networks of a training tell how it goes."""

    def of(self, member: str) -> Callable[[dict[str, Any]], None]:
        """Called with a record after every epoch of a network."""


@dataclass(frozen=True)
class Logbook:
    """Where a training keeps the states of its networks and tells how they learn.

    digest  of configuration and data
    """

    folder: Path
    digest: str
    diary: Diary

    def of(self, name: str) -> Journal:
        """Journal of one network."""
        return Journal(self.folder / f"{name}.safetensors", self.digest, self.diary.of(name))


@dataclass(frozen=True)
class Curriculum:
    """What all networks of a training share.

    measured  planets whose light curves measured the drawn spectra
    drawn     spectra of the simulator and known ones, measured by the planets' light curves
    logbook   None in a process that only lends a hand
    team      processes that train each network together
    """

    plan: V50Plan
    train: TrainConfig
    measured: PlanetBatch
    drawn: DrawnPlanets
    naive: NaiveModel
    logbook: Logbook | None
    team: Team

    def symbolic(self) -> SymbolicWeights:
        """Weights of the constraints."""
        return SymbolicWeights(**self.train.symbolic.model_dump())

    def device(self) -> torch.device:
        """A GPU where there is one that can be used."""
        return compute_device()

    def teach(self, learner: Learner, lesson: Lesson, name: str) -> None:
        """Train one network to the end, and leave it with its best weights."""
        journal = self.logbook.of(name) if self.logbook is not None else None
        train_epochs(learner, lesson, journal, self.team)
        learner.model.load_state_dict(learner.best)


@dataclass(frozen=True)
class KnownSpectra:
    """Planets with known depths (planet, 283) in ppm, and their rows among all known ones."""

    planets: PlanetBatch
    truth: Tensor
    rows: Tensor


def pretrained(curriculum: Curriculum, seed: int) -> V50:
    """A network that has seen drawn spectra only, the same for every fold.

    Known depths enter only through the priors with which the planets were fitted.
    """
    train = curriculum.train
    torch.manual_seed(seed)
    network = build(curriculum.plan).to(curriculum.device())
    network.learn_features(curriculum.measured.to(curriculum.device()))
    rows = curriculum.drawn.allowed()
    if not len(rows) or not train.pretrain_epochs:
        return network
    schedule = Schedule(train.pretrain_epochs, _PRETRAINING_STEPS, train.batch, train.rate)
    learner = Learner(network, schedule)
    lesson = Lesson(
        curriculum.measured, curriculum.drawn, rows, curriculum.naive, curriculum.symbolic()
    )
    curriculum.teach(learner, lesson, f"pretrained_{seed}")
    return network


def train_member(curriculum: Curriculum, known: KnownSpectra, name: str, seed: int) -> V50:
    """One network of the ensemble, on the CPU and ready to predict.

    Parameters
    ----------
    known : planets of the other folds
    """
    network = pretrained(curriculum, seed)
    # The state of the random numbers depends on whether pretraining was resumed; this does not.
    torch.manual_seed(seed + 1)
    train, count = curriculum.train, len(known.truth)
    order = torch.randperm(count)
    judged = round(_JUDGES * count) if count >= _ENOUGH_TO_JUDGE else 0
    judges, taught = order[:judged], order[judged:]
    schedule = Schedule(
        epochs=train.epochs,
        steps=math.ceil(len(taught) / train.batch),
        batch=train.batch,
        rate=_GENTLER * train.rate,
        patience=train.patience if judged else None,
    )
    lesson = Lesson(
        measured=curriculum.measured,
        drawn=curriculum.drawn,
        rows=curriculum.drawn.allowed(known.rows[taught]),
        naive=curriculum.naive,
        symbolic=curriculum.symbolic(),
        planets=known.planets.take(taught),
        truth=known.truth[taught],
        judges=known.planets.take(judges) if judged else None,
        judges_truth=known.truth[judges] if judged else None,
    )
    curriculum.teach(Learner(network, schedule), lesson, f"member_{name}")
    return network.eval().cpu()
