"""Residual multilayer perceptrons, the class of the challenge's public baseline.

Each block adds dropout(norm(relu(W x + b))) to x; the norm's scale starts at zero, so that a
network of 80 blocks starts as a linear one and can be trained at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from spectramind.models.spectrum_regression import Arrays, FloatArray

_BATCH = 64
_JITTER = 0.1  # standard deviations, added to every feature in training


@dataclass(frozen=True)
class MlpSettings:
    """Size of a network and how long it learns."""

    blocks: int
    width: int
    dropout: float
    epochs: int
    rate: float = 2e-3
    decay: float = 0.05


class ResidualBlock(nn.Module):
    """x + dropout(norm(relu(W x + b)))."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.linear = nn.Linear(width, width)
        self.norm = nn.BatchNorm1d(width)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.norm.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(planet, width) -> (planet, width)."""
        added: torch.Tensor = self.dropout(self.norm(torch.relu(self.linear(x))))
        return x + added


def residual_network(settings: MlpSettings, features: int, targets: int) -> nn.Sequential:
    """Features to targets through `settings.blocks` residual blocks."""
    blocks = [ResidualBlock(settings.width, settings.dropout) for _ in range(settings.blocks)]
    first, last = nn.Linear(features, settings.width), nn.Linear(settings.width, targets)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return nn.Sequential(first, *blocks, last)


class ResidualMlp:
    """A residual network as a `SpectrumRegression`."""

    def __init__(self, settings: MlpSettings, seed: int = 0) -> None:
        self.settings = settings
        self.seed = seed

    def learn(self, features: FloatArray, targets: FloatArray) -> dict[str, FloatArray]:
        """Learn (planet, 283) from (planet, feature) with AdamW and a one-cycle rate."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            network = residual_network(self.settings, features.shape[1], targets.shape[1])
            _train(network, self.settings, _tensor(features), _tensor(targets))
        return {name: value.numpy() for name, value in network.state_dict().items()}

    def apply(self, arrays: Arrays, features: FloatArray) -> FloatArray:
        """(planet, 283) for (planet, feature)."""
        targets = arrays["target_mean"].size
        network = residual_network(self.settings, features.shape[1], targets)
        names = network.state_dict().keys()
        network.load_state_dict({name: torch.from_numpy(arrays[name]) for name in names})
        network.eval()
        with torch.inference_mode():
            predicted: FloatArray = network(_tensor(features)).numpy().astype(np.float64)
        return predicted


def _tensor(values: FloatArray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))


def _train(
    network: nn.Module, settings: MlpSettings, features: torch.Tensor, targets: torch.Tensor
) -> None:
    """Train in place; no batch is left with a single planet, which has no batch statistics."""
    batches = max(1, features.shape[0] // _BATCH)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=settings.rate, weight_decay=settings.decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, total_steps=settings.epochs * batches
    )
    network.train()
    for _ in range(settings.epochs):
        for chosen in torch.tensor_split(torch.randperm(features.shape[0]), batches):
            noisy = features[chosen] + _JITTER * torch.randn_like(features[chosen])
            loss = nn.functional.huber_loss(network(noisy), targets[chosen])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
