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
from spectramind.training.augmentation import AugmentationStrength, moved
from spectramind.training.distributed import Team
from spectramind.training.drawn_planets import DrawnPlanets
from spectramind.training.learner import Learner
from spectramind.training.score_loss import SymbolicWeights, score_loss, symbolic_loss

Record = dict[str, Any]
STRENGTH = AugmentationStrength(noise=0.2, gain=0.02, flip=0.5)


@dataclass(frozen=True)
class Lesson:
    """What a network learns from.

    planets, truth        real ones to learn from, (planet, 283) ppm; None while pretraining
    judges, judges_truth  planets that tell when to stop; None while pretraining
    measured              planets whose light curves measured the drawn spectra
    drawn                 spectra measured by the light curves of `measured`
    rows                  of `drawn` that may be learnt from; may be empty
    naive                 of the official score
    symbolic              weights of the constraints
    """

    measured: PlanetBatch
    drawn: DrawnPlanets
    rows: Tensor
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


@dataclass(frozen=True)
class _Drawn:
    """A batch with everything that is random about a step.

    truth   (planet, 283) ppm
    kept    (planet, hidden) factors of dropout
    listen  whether light curves belong to the depths
    """

    planets: PlanetBatch
    truth: Tensor
    kept: Tensor
    listen: bool

    def part(self, rows: slice, device: torch.device) -> _Drawn:
        """Some of the planets, on a device."""
        planets, truth = self.planets.take(rows).to(device), self.truth[rows].to(device)
        return _Drawn(planets, truth, self.kept[rows].to(device), self.listen)


def _terms(network: V50, drawn: _Drawn, lesson: Lesson, sigma: bool) -> Terms:
    """Loss terms of a batch; `sigma` says whether sigma is learnt."""
    planets = drawn.planets
    with half_precision(device_of(network)):
        answer = network(planets, drawn.listen, drawn.kept)
    if not sigma:
        own = torch.cat([planets.sigma[:, :1], planets.sigma[:, 2:]], dim=1)
        answer = Corrected(answer.mu, planets.sigma[:, 1], own)
    score = score_loss(answer, drawn.truth, lesson.naive).mean()
    return {"score": score, **symbolic_loss(answer, lesson.symbolic)}


def _measured(lesson: Lesson, count: int) -> tuple[PlanetBatch, Tensor]:
    rows = torch.randint(len(lesson.rows), (count,), generator=torch.default_generator)
    return lesson.drawn.take(lesson.rows[rows], lesson.measured)


def _known(lesson: Lesson, count: int) -> tuple[PlanetBatch, Tensor]:
    generator = torch.default_generator
    assert lesson.planets is not None and lesson.truth is not None
    rows = torch.randint(len(lesson.planets), (count,), generator=generator)
    batch, truth = lesson.planets.take(rows), lesson.truth[rows]
    return moved(batch, truth, STRENGTH, generator)


def _batches(network: V50, lesson: Lesson, count: int) -> dict[str, _Drawn]:
    """Half of what a step learns from are drawn spectra, the other half known planets."""
    sources = {"drawn": _measured} if len(lesson.rows) else {}
    sources |= {"known": _known} if lesson.planets is not None else {}
    found = {}
    for source, draw in sources.items():
        planets, truth = draw(lesson, count)
        kept = network.shape.kept(count, torch.default_generator)
        found[source] = _Drawn(planets, truth, kept, listen=source == "known")
    return found


def _step(learner: Learner, lesson: Lesson, parts: Accumulation, sigma: bool) -> dict[str, float]:
    network = learner.model
    assert isinstance(network, V50)
    count, device = learner.schedule.batch, device_of(network)
    batches = _batches(network, lesson, count)

    def loss(rows: slice) -> Terms:
        terms: Terms = {}
        for source, drawn in batches.items():
            found = _terms(network, drawn.part(rows, device), lesson, sigma)
            terms |= {f"{source} {name}": term / len(batches) for name, term in found.items()}
        return terms

    gathered = parts.gradients(count, loss, list(network.parameters()))
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


def train_epochs(
    learner: Learner, lesson: Lesson, journal: Journal | None, team: Team | None = None
) -> None:
    """Train to the end, going on from the journal's state if it holds one.

    Parameters
    ----------
    journal : None in a process that only lends a hand
    team : processes that share each batch, all of which call this with the same lesson

    Raises
    ------
    OutputError : the state cannot be written
    DataError : the state is damaged
    """
    team = team or Team()
    if journal is not None:
        learner.resume(journal.state, journal.digest)
    if team.size > 1:
        learner.take(team.content_of_first(learner.state("")), "")
    parts = Accumulation(learner.schedule.batch, team)
    if lesson.judges is not None and learner.counters.epoch == 0:
        # The start counts: nothing that is worse than it is kept.
        learner.judged(team.of_first(_judgement(learner, lesson))[0])
    started, first = time.monotonic(), learner.counters.epoch
    while not learner.finished:
        record = _epoch(learner, lesson, parts)
        if journal is None:
            continue
        learner.save(journal.state, journal.digest)
        done = learner.counters.epoch - first
        left = learner.schedule.epochs - learner.counters.epoch
        seconds = (time.monotonic() - started) / done * left
        journal.tell({**record, "seconds_left": round(seconds, 1)})


def _epoch(learner: Learner, lesson: Lesson, parts: Accumulation) -> Record:
    """One epoch and its judgement."""
    counters, sums = learner.counters, dict[str, float]()
    sigma = learner.schedule.learns_sigma(counters.epoch)
    for _ in range(learner.schedule.steps):
        for name, value in _step(learner, lesson, parts, sigma).items():
            sums[name] = sums.get(name, 0.0) + value / learner.schedule.steps
    counters.epoch += 1
    record: Record = {"epoch": counters.epoch, "loss": sums, "rows": parts.rows}
    if lesson.judges is None:
        learner.settled()
        return record
    score, square = parts.team.of_first(_judgement(learner, lesson))
    learner.judged(score)
    return {**record, "score": score, "mean_z2": square}
