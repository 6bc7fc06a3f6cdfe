"""How much of the networks' correction is applied to a planet.

Each part of the correction has the share that out-of-fold scores gave it. All of it fades where a
fit behaved worse than those of the training planets: what the networks learnt about errors does not
hold there, and the physics posterior is what is left. A level is moved by little more than its own
sigma: a network that contradicts the measurement itself has seen other air, not a better spectrum.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from spectramind.models.planet_batch import PlanetBatch
from spectramind.models.v50 import Corrected

Shares = tuple[float, float, float]

_HALF = 2.0
"""Distance from the training planets, in their standard deviations, at which half is left."""


@dataclass(frozen=True)
class Trust:
    """What a training learnt about its own correction.

    shares  of the corrections of FGS1, AIRS mean and AIRS shape, of mean and sigma alike
    high    (conduct,) end of the training planets' range; empty where nothing fades
    scale   (conduct,) their standard deviation
    """

    shares: Shares = (1.0, 1.0, 1.0)
    high: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()


def familiarity(trust: Trust, conduct: Tensor) -> Tensor:
    """(planet,) 1 within the range of the training planets, towards 0 with (distance / 2)^-4.

    Parameters
    ----------
    conduct : (planet, 14)
    """
    if not trust.high:
        return torch.ones(len(conduct))
    beyond = (conduct - torch.tensor(trust.high)) / torch.tensor(trust.scale)
    square = beyond.clamp(min=0.0).square().sum(1)
    return 1.0 / (1.0 + (square / _HALF**2).square())


def bounded(shift: Tensor, sigma: Tensor) -> Tensor:
    """Share of a correction (planet,) that its own size allows: half where it is one sigma."""
    return 1.0 / (1.0 + (shift / sigma) ** 4)


def trusted(answer: Corrected, batch: PlanetBatch, trust: Trust) -> Corrected:
    """The shares of the correction: 0 is the physics posterior, 1 what the networks say.

    Depths lie on the line between both, standard deviations between their logarithms.
    """
    known = familiarity(trust, batch.conduct)[:, None]
    fgs1, mean, shape = (share * known for share in trust.shares)
    moved = answer.mu - batch.depth
    level = moved[:, 1:].mean(1, keepdim=True)
    fgs1 = fgs1 * bounded(moved[:, :1], batch.sigma[:, :1])
    mean = mean * bounded(level, batch.sigma[:, 1:2])
    shift = torch.cat([fgs1 * moved[:, :1], mean * level + shape * (moved[:, 1:] - level)], dim=1)
    own = torch.cat([batch.sigma[:, :1], batch.sigma[:, 2:]], dim=1)
    common = batch.sigma[:, 1]
    power = torch.cat([fgs1, shape.expand(-1, own.shape[1] - 1)], dim=1)
    return Corrected(
        mu=batch.depth + shift,
        common=common * (answer.common / common) ** mean[:, 0],
        own=own * (answer.own / own) ** power,
    )
