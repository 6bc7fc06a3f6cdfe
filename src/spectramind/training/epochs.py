"""The epochs of one network: pretraining on drawn spectra, then learning from known planets."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from spectramind.models.ensemble import corrected
from spectramind.models.planet_batch import PlanetBatch
from spectramind.models.v50 import V50, Corrected
from spectramind.submission.score import NaiveModel
from spectramind.training.accumulation import Accumulation, Terms
from spectramind.training.augmentation import AugmentationStrength, measured_anew, moved
from spectramind.training.learner import Learner
from spectramind.training.score_loss import SymbolicWeights, score_loss, symbolic_loss

Record = dict[str, Any]
STRENGTH = AugmentationStrength(noise=0.2, gain=0.02, flip=0.5)


@dataclass(frozen=True)
class Lesson:
    """What a network learns from.

    planets, truth        real ones to learn from, (planet, 283) ppm; None while pretraining
    judges, judges_truth  planets that tell when to stop; None while pretraining
    measured              planets whose errors are lent to drawn spectra
    spectra               (population, 283) ppm, drawn spectra; may be empty
    naive                 of the official score
    symbolic              weights of the constraints
    """

    measured: PlanetBatch
    spectra: Tensor
    naive: NaiveModel
    symbolic: SymbolicWeights
    planets: PlanetBatch | None = None
    truth: Tensor | None = None
    judges: PlanetBatch | None = None
    judges_truth: Tensor | None = None


@dataclass(frozen=True)
class Journal:
    """Where a training leaves its state and tells how it goes.

    state   file of the state, written after every epoch
    digest  of configuration and data
    tell    called with a record after every epoch
    """

    state: Path
    digest: str
    tell: Callable[[Record], None]


def device_of(network: V50) -> torch.device:
    """Where the network's weights are."""
    return next(network.parameters()).device


def half_precision(device: torch.device) -> torch.autocast:
    """Matrix products in half precision on a GPU, nothing on a CPU."""
    return torch.autocast(device.type, dtype=torch.float16, enabled=device.type == "cuda")


def _terms(
    network: V50, batch: PlanetBatch, truth: Tensor, lesson: Lesson, mode: tuple[bool, bool]
) -> Terms:
    """Loss terms of a batch; mode says whether sigma is learnt and light curves are read."""
    sigma, listen = mode
    device = device_of(network)
    batch, truth = batch.to(device), truth.to(device)
    with half_precision(device):
        answer = network(batch, listen)
    if not sigma:
        own = torch.cat([batch.sigma[:, :1], batch.sigma[:, 2:]], dim=1)
        answer = Corrected(answer.mu, batch.sigma[:, 1], own)
    score = score_loss(answer, truth, lesson.naive).mean()
    return {"score": score, **symbolic_loss(answer, lesson.symbolic)}


def _drawn(lesson: Lesson, count: int) -> tuple[PlanetBatch, Tensor]:
    generator = torch.default_generator
    rows = torch.randint(len(lesson.measured), (count,), generator=generator)
    return measured_anew(lesson.measured.take(rows), lesson.spectra, generator)


def _known(lesson: Lesson, count: int) -> tuple[PlanetBatch, Tensor]:
    generator = torch.default_generator
    assert lesson.planets is not None and lesson.truth is not None
    rows = torch.randint(len(lesson.planets), (count,), generator=generator)
    batch, truth = lesson.planets.take(rows), lesson.truth[rows]
    return moved(batch, truth, STRENGTH, generator)


def _step(learner: Learner, lesson: Lesson, parts: Accumulation, sigma: bool) -> dict[str, float]:
    """One step: half of the batch are known planets, the other half drawn spectra."""
    network = learner.model
    assert isinstance(network, V50)
    count = learner.schedule.batch
    sources = [(_drawn, False)] if len(lesson.spectra) else []
    sources += [(_known, True)] if lesson.planets is not None else []
    batches = [(draw(lesson, count), listen) for draw, listen in sources]

    def loss(rows: slice) -> Terms:
        terms: Terms = {}
        for (batch, truth), listen in batches:
            found = _terms(network, batch.take(rows), truth[rows], lesson, (sigma, listen))
            source = "known" if listen else "drawn"
            terms |= {f"{source} {name}": term / len(batches) for name, term in found.items()}
        return terms

    gathered = parts.gradients(count, loss, learner.zero)
    learner.step()
    return gathered


def _judgement(learner: Learner, lesson: Lesson) -> tuple[float, float]:
    """Score and mean z^2 that the moving average reaches on the planets that judge."""
    network = learner.model
    assert isinstance(network, V50) and lesson.judges is not None
    assert lesson.judges_truth is not None
    weights = {name: value.clone() for name, value in network.state_dict().items()}
    network.load_state_dict(learner.average)
    answer = corrected(network, lesson.judges)
    network.load_state_dict(weights)
    z = (lesson.judges_truth - answer.mu) / answer.sigma
    score = 1.0 - float(score_loss(answer, lesson.judges_truth, lesson.naive).mean())
    return score, float(z.square().mean())


def train_epochs(learner: Learner, lesson: Lesson, journal: Journal) -> None:
    """Train to the end, going on from the journal's state if it holds one.

    Raises
    ------
    OutputError : the state cannot be written
    DataError : the state is damaged
    """
    learner.resume(journal.state, journal.digest)
    parts = Accumulation(learner.schedule.batch)
    if lesson.judges is not None and learner.counters.epoch == 0:
        # The start counts: nothing that is worse than it is kept.
        learner.judged(_judgement(learner, lesson)[0])
    started, first = time.monotonic(), learner.counters.epoch
    while not learner.finished:
        epoch = learner.counters.epoch
        sums: dict[str, float] = {}
        for _ in range(learner.schedule.steps):
            sigma = learner.schedule.learns_sigma(epoch)
            for name, value in _step(learner, lesson, parts, sigma).items():
                sums[name] = sums.get(name, 0.0) + value / learner.schedule.steps
        record: Record = {"epoch": epoch + 1, "loss": sums, "rows": parts.rows}
        if lesson.judges is not None:
            record["score"], record["mean_z2"] = _judgement(learner, lesson)
            learner.judged(record["score"])
        else:
            learner.settled()
        learner.counters.epoch += 1
        learner.save(journal.state, journal.digest)
        done = learner.counters.epoch - first
        left = (time.monotonic() - started) / done * (learner.schedule.epochs - epoch - 1)
        journal.tell({**record, "seconds_left": round(left, 1)})


def with_weights(network: V50, learner: Learner) -> V50:
    """The network with the best weights of its training."""
    network.load_state_dict(learner.best)
    return network.eval()
