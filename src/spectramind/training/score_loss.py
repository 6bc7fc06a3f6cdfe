"""The official score as a loss: its Gaussian log-likelihood with its weights, bounded.

An error beyond `BOUND` sigma costs linearly, not with its square: one wild planet must not set the
direction of a step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from spectramind.models.v50 import Corrected
from spectramind.submission.score import NaiveModel
from spectramind.symbolic.constraints import violations

BOUND = 4.0
_PPM = 1e-6


@dataclass(frozen=True)
class SymbolicWeights:
    """Weights of the constraints as loss terms; 0 leaves one out."""

    smoothness: float
    nonnegativity: float
    fft: float
    molecular: float


def bounded_square(z: Tensor) -> Tensor:
    """Square up to `BOUND`, then the tangent."""
    size = z.abs()
    return torch.where(size < BOUND, size.square(), BOUND * (2.0 * size - BOUND))


def score_loss(answer: Corrected, truth: Tensor, naive: NaiveModel) -> Tensor:
    """(planet,) one minus the official score of each planet.

    Parameters
    ----------
    truth : (planet, 283) ppm
    naive : mean and sigma of the training depths
    """
    metric = naive.metric
    ideal = torch.from_numpy(metric.ideal_sigma).to(truth)
    weight = torch.from_numpy(metric.weights / metric.weights.sum()).to(truth)
    sigma = answer.sigma * _PPM
    # The density of the naive answer drops out of the numerator's difference to the ideal one.
    lost = 0.5 * bounded_square((truth * _PPM - answer.mu * _PPM) / sigma) + (sigma / ideal).log()
    away = (truth * _PPM - naive.mean) / naive.sigma
    reach = float(np.log(naive.sigma)) - ideal.log() + 0.5 * away.square()
    if metric.of_sums:
        reach = reach.mean()
    loss: Tensor = (weight * lost / reach).sum(-1)
    return loss


def symbolic_loss(answer: Corrected, weights: SymbolicWeights) -> dict[str, Tensor]:
    """Weighted violation of each constraint with a weight, mean over the planets; unit-free."""
    used = {name: weight for name, weight in vars(weights).items() if weight > 0}
    if not used:
        return {}
    found = violations(answer.mu * _PPM, answer.own.detach() * _PPM)
    return {name: weight * found[name].total.mean() for name, weight in used.items()}
