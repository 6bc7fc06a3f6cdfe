"""Known planets as they might have been measured otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from spectramind.models.planet_batch import PlanetBatch


@dataclass(frozen=True)
class AugmentationStrength:
    """How far real planets are moved.

    noise   share of the posterior's own error that is added once more
    gain    relative scatter of a common calibration error of the whole spectrum
    flip    chance that the FGS1 light curve is read from its end
    """

    noise: float
    gain: float
    flip: float


def posterior_noise(batch: PlanetBatch, generator: torch.Generator) -> Tensor:
    """(planet, 283) ppm, drawn from the posterior's covariance."""
    rank = batch.factors.shape[-1]
    common = torch.randn(len(batch), rank, 1, generator=generator)
    own = torch.randn(batch.depth.shape, generator=generator)
    noise: Tensor = (batch.factors @ common)[..., 0] + batch.diagonal * own
    return noise


def moved(
    batch: PlanetBatch, truth: Tensor, strength: AugmentationStrength, generator: torch.Generator
) -> tuple[PlanetBatch, Tensor]:
    """Real planets with noise, gain error, reversed light curve, one of two visits dropped.

    A gain error changes the truth and the measurement alike: it is the same planet around a star
    of another size.
    """
    gain = 1.0 + strength.gain * torch.randn(len(batch), 1, generator=generator)
    noise = strength.noise * posterior_noise(batch, generator)
    turned = torch.rand(len(batch), generator=generator) < strength.flip
    sequence = torch.where(
        turned[:, None, None, None], reversed_in_time(batch.sequence), batch.sequence
    )
    dropped = torch.rand(len(batch), generator=generator) < 0.5
    sequence = without_a_visit(sequence, dropped)
    depth = batch.depth * gain + noise
    return replace(batch, depth=depth, sequence=sequence), truth * gain


def reversed_in_time(sequence: Tensor) -> Tensor:
    """The light curve read from its end: a transit is symmetric, its phase changes sign."""
    turned = sequence.flip(2).clone()
    turned[..., 2] = -turned[..., 2]
    return turned


def without_a_visit(sequence: Tensor, dropped: Tensor) -> Tensor:
    """Sequences without their last visit where `dropped` and where another one is left."""
    present = sequence[..., -1].amax(-1) > 0
    drop = dropped & (present.sum(1) > 1)
    keep = torch.ones_like(present)
    keep[:, -1] = ~drop
    return sequence * keep[..., None, None]
