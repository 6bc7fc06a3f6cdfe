"""Training of the quantile network: summed pinball loss, early stop on held-out interval score."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from spectramind.uncertainty.conformal import LEVELS
from spectramind.uncertainty.node_inputs import learn_input_scale, node_inputs
from spectramind.uncertainty.quantile_network import NetworkShape, QuantileNetwork
from spectramind.uncertainty.relational import Relational
from spectramind.uncertainty.sample import Sample

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class TrainingPlan:
    """How the network is trained.

    patience   epochs without a better held-out score before it stops
    held_out   share of the planets that judge and do not teach
    noise      standard deviation of the noise on standardised inputs
    """

    shape: NetworkShape = field(default_factory=NetworkShape)
    epochs: int = 80
    patience: int = 12
    batch: int = 32
    rate: float = 1e-3
    decay: float = 1.0
    noise: float = 0.5
    held_out: float = 0.2
    seed: int = 0


@dataclass(frozen=True)
class _Tensors:
    channel: Tensor
    planet: Tensor
    precision: Tensor
    residual: Tensor
    weight: Tensor

    def rows(self, index: Tensor) -> _Tensors:
        return _Tensors(**{name: values[index] for name, values in vars(self).items()})


def pinball_loss(residual: Tensor, widths: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean over cells of the pinball losses of |residual|, summed over the levels.

    Parameters
    ----------
    residual, weight : (planet, channel) weight zero where nothing is known
    widths : (planet, channel, level)
    """
    level = torch.tensor(LEVELS, dtype=widths.dtype)
    short = residual.abs()[..., None] - widths
    loss = torch.maximum(level * short, (level - 1.0) * short).sum(-1)
    return (loss * weight).sum() / weight.sum()


def _interval_score(residual: Tensor, widths: Tensor, weight: Tensor) -> float:
    """Weighted mean of the Winkler score over cells and levels, in units of sigma."""
    alpha = 1.0 - torch.tensor(LEVELS, dtype=widths.dtype)
    missed = (residual.abs()[..., None] - widths).clamp(min=0.0)
    score = (2.0 * widths + 2.0 / alpha * missed).mean(-1)
    return float((score * weight).sum() / weight.sum())


def train_relational(
    sample: Sample,
    sigma: FloatArray,
    operators: FloatArray,
    weights: FloatArray,
    plan: TrainingPlan,
) -> Relational:
    """Learn half-widths of error / sigma from planets with known depths.

    Parameters
    ----------
    sigma : (planet, 283) after temperature
    operators : (relation, 283, 283) physical edges
    weights : (283,) of the channels in the loss
    """
    scale = learn_input_scale(sample)
    channel, planet = node_inputs(sample, scale)
    usable = np.isfinite(sample.error) & (sigma > 0)
    safe = np.where(usable, sigma, 1.0)
    arrays = {
        "channel": channel,
        "planet": planet,
        "precision": np.where(usable, safe**-2.0, 0.0) * np.median(safe) ** 2,
        "residual": np.where(usable, np.nan_to_num(sample.error) / safe, 0.0),
        "weight": usable * weights,
    }
    data = _Tensors(**{k: torch.tensor(v, dtype=torch.float32) for k, v in arrays.items()})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(plan.seed)
        network = QuantileNetwork(plan.shape, operators)
        _descend(network, data, plan)
    return Relational((network.weights(),), (scale,))


def _descend(network: QuantileNetwork, data: _Tensors, plan: TrainingPlan) -> None:
    """Train until the held-out score no longer falls, then go back to where it was best."""
    planets = len(data.residual)
    order = torch.randperm(planets)
    held = max(1, round(plan.held_out * planets))
    judge, teach = data.rows(order[:held]), data.rows(order[held:])
    optimiser = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=plan.decay)
    best, state, since = _judged(network, judge), _copy(network), 0
    for _ in range(plan.epochs):
        for index in torch.split(torch.randperm(len(teach.residual)), plan.batch):
            _step(network, optimiser, teach.rows(index), plan.noise)
        score = _judged(network, judge)
        since += 1
        if score < best:
            best, state, since = score, _copy(network), 0
        if since >= plan.patience:
            break
    network.load_state_dict(state)


def _copy(network: QuantileNetwork) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def _step(
    network: QuantileNetwork, optimiser: torch.optim.Optimizer, batch: _Tensors, noise: float
) -> None:
    channel = batch.channel + noise * torch.randn(1, 1, batch.channel.shape[-1])
    planet = batch.planet + noise * torch.randn_like(batch.planet)
    widths = network.half_widths(network(channel, planet, batch.precision))
    loss = pinball_loss(batch.residual, widths, batch.weight)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()


@torch.no_grad()
def _judged(network: QuantileNetwork, judge: _Tensors) -> float:
    widths = network.half_widths(network(judge.channel, judge.planet, judge.precision))
    return _interval_score(judge.residual, widths, judge.weight)
