"""Which share of each part of the correction to apply, from planets that the networks never saw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product

import torch
from torch import Tensor

from spectramind.models.conduct import usual_range
from spectramind.models.planet_batch import PlanetBatch
from spectramind.models.trust import Shares, Trust, trusted
from spectramind.models.v50 import Corrected
from spectramind.submission.score import NaiveModel
from spectramind.training.score_loss import score_loss

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class HeldOut:
    """Answers by networks that never saw the planets, and the truth (planet, 283) in ppm."""

    answer: Corrected
    planets: PlanetBatch
    truth: Tensor


def _gains(held_out: HeldOut, naive: NaiveModel, trust: Trust, shares: Iterable[Shares]) -> Tensor:
    """(share, planet) official score above physics alone, bounded against wild errors."""
    found = [(0.0, 0.0, 0.0), *shares]
    losses = [
        score_loss(
            trusted(held_out.answer, held_out.planets, replace(trust, shares=share)),
            held_out.truth,
            naive,
        )
        for share in found
    ]
    return losses[0] - torch.stack(losses[1:])


def _best(gains: Tensor) -> int:
    """The share whose gain is largest by one standard error: doubt speaks for physics."""
    error = gains.std(1, correction=0) / len(gains[0]) ** 0.5
    return int((gains.mean(1) - error).argmax())


def choose_trust(held_out: HeldOut, naive: NaiveModel, rows: Tensor) -> Trust:
    """Range of conduct and shares that some of the planets teach.

    FGS1 and AIRS are scored apart; mean and shape share a sigma and are chosen together.
    """
    planets = held_out.planets.take(rows)
    _, high, scale = usual_range(planets.conduct.double().numpy())
    start = Trust((0.0, 0.0, 0.0), tuple(high.tolist()), tuple(scale.tolist()))
    answer = held_out.answer
    part = HeldOut(
        Corrected(answer.mu[rows], answer.common[rows], answer.own[rows]),
        planets,
        held_out.truth[rows],
    )
    fgs1 = [(share, 0.0, 0.0) for share in SHARES]
    airs = [(0.0, mean, shape) for mean, shape in product(SHARES, SHARES)]
    chosen = fgs1[_best(_gains(part, naive, start, fgs1))]
    mean, shape = airs[_best(_gains(part, naive, start, airs))][1:]
    return replace(start, shares=(chosen[0], mean, shape))
