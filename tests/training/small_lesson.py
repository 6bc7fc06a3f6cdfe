"""A small network and a lesson that it learns something from within seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from spectramind.models.airs_encoder import GraphShape
from spectramind.models.network_input import OF_CHANNEL, OF_PLANET, RANK
from spectramind.models.planet_batch import PlanetBatch
from spectramind.models.v50 import V50Shape
from spectramind.models.v50_checkpoint import V50Plan, build
from spectramind.submission.score import NaiveModel
from spectramind.training.drawn_planets import DRAWN, DrawnPlanets
from spectramind.training.epochs import Journal, Lesson
from spectramind.training.learner import Learner
from spectramind.training.schedule import Schedule
from spectramind.training.score_loss import SymbolicWeights

NAIVE = NaiveModel(0.0147, 0.0107)
NO_CONSTRAINT = SymbolicWeights(0.0, 0.0, 0.0, 0.0)
SHAPE = V50Shape(GraphShape(width=8, rounds=1, readouts=2), width=8, patch=8, hidden=16)
WAVELENGTH = (0.705, *np.linspace(1.95, 3.9, 282).tolist())
PLAN = V50Plan(SHAPE, ("neighbour", "photometer"), 64, 2, WAVELENGTH)


def planets(count: int) -> tuple[PlanetBatch, torch.Tensor]:
    """Posteriors whose FGS1 depth is two sigma too small, and the truth in ppm."""
    generator = torch.Generator().manual_seed(5)
    truth = 14_000 + 100 * torch.randn(count, 283, generator=generator)
    sigma = torch.full((count, 284), 30.0)
    depth = truth + 3 * torch.randn(count, 283, generator=generator)
    depth[:, 0] = truth[:, 0] - 60.0
    sequence = torch.zeros(count, 2, 64, 5)
    sequence[:, 0, :, 4] = 1.0
    return PlanetBatch(
        depth=depth,
        sigma=sigma,
        correlation=torch.zeros(count),
        channel=torch.zeros(count, 283, len(OF_CHANNEL)),
        planet=torch.zeros(count, len(OF_PLANET)),
        sequence=sequence,
        diagonal=torch.full((count, 283), 2.0),
        factors=torch.ones(count, 283, RANK),
        conduct=torch.zeros(count, 14),
    ), truth


def drawn(truth: torch.Tensor) -> DrawnPlanets:
    """Measurements of some spectra by the first planet, without an error."""
    count = len(truth)
    return DrawnPlanets(
        lender=torch.zeros(count, dtype=torch.long),
        spectrum=torch.arange(count),
        depth=truth.clone(),
        ln_total=torch.full((count, 283), 40.0).log().half(),
        ln_parts=torch.full((count, 284), 30.0).log().half(),
        correlation=torch.zeros(count),
        spectra=truth,
        origin=torch.full((count,), DRAWN),
        factors=torch.ones(1, 3),
    )


def lesson(count: int = 24, judged: int = 8) -> Lesson:
    batch, truth = planets(count + judged)
    return Lesson(
        measured=batch,
        drawn=drawn(truth[:4]),
        rows=torch.arange(4),
        naive=NAIVE,
        symbolic=NO_CONSTRAINT,
        planets=batch.take(slice(0, count)),
        truth=truth[:count],
        judges=batch.take(slice(count, None)),
        judges_truth=truth[count:],
    )


def learner(epochs: int = 4, batch: int = 8) -> Learner:
    torch.manual_seed(11)
    schedule = Schedule(epochs=epochs, steps=3, batch=batch, rate=1e-2, mean_share=0.25)
    return Learner(build(PLAN), schedule)


def journal(folder: Path, tell: Callable[[dict[str, Any]], None] = lambda _: None) -> Journal:
    return Journal(folder / "state.safetensors", "digest", tell)
