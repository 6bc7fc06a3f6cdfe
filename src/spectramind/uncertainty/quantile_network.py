"""The quantile network of COREL: channels tell each other how wide their errors are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from spectramind.models.fit_features import CHANNEL_FEATURES, PLANET_FEATURES
from spectramind.models.typed_graph import LearnedRelation, MessageShape, RelationalMessages
from spectramind.survey.instruments import N_CHANNELS
from spectramind.uncertainty.conformal import LEVELS
from spectramind.uncertainty.half_widths import BOUND, STEPS
from spectramind.uncertainty.relational import Graph, NetworkWeights

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class NetworkShape:
    """Widths of the network.

    graph  edges between the channels: none is the pointwise network
    """

    graph: Graph = "both"
    width: int = 16
    bases: int = 4
    message_width: int = 4
    neighbours: int = 8


class QuantileNetwork(nn.Module):
    """Logarithms of the steps between half-widths, zero before training."""

    operators: Tensor

    def __init__(self, shape: NetworkShape, operators: FloatArray) -> None:
        """Parameters
        ----------
        operators : (relation, 283, 283) physical edges, not used by the other graphs
        """
        super().__init__()
        self.shape = shape
        physical = operators if shape.graph in ("physical", "both") else operators[:0]
        self.register_buffer("operators", torch.tensor(physical, dtype=torch.float32))
        learned = shape.graph in ("learned", "both")
        self.learned = LearnedRelation(N_CHANNELS, shape.neighbours) if learned else None
        relations = len(physical) + int(learned)
        bases = min(shape.bases, relations)
        self.messages = (
            RelationalMessages(
                MessageShape(relations, shape.width, bases, message_width=shape.message_width)
            )
            if relations
            else None
        )
        self.channel = nn.Linear(len(CHANNEL_FEATURES), shape.width, bias=False)
        self.planet = nn.Linear(len(PLANET_FEATURES), shape.width, bias=False)
        self.embedding = nn.Parameter(0.1 * torch.randn(N_CHANNELS, shape.width))
        self.head = nn.Linear(shape.width, len(LEVELS))
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def graph(self) -> Tensor:
        """(relation, 283, 283) all edges."""
        if self.learned is None:
            return self.operators
        return torch.cat([self.operators, self.learned()[None]])

    def forward(self, channel: Tensor, planet: Tensor, precision: Tensor) -> Tensor:
        """(planet, 283, level): arguments and result as `relational.forward`."""
        read = self.channel(channel) + self.planet(planet)[:, None]
        nodes = functional.gelu(read + self.embedding)
        if self.messages is not None:
            nodes = nodes + functional.gelu(self.messages(nodes, self.graph(), precision))
        out: Tensor = self.head(nodes)
        return out

    def half_widths(self, logarithms: Tensor) -> Tensor:
        """(..., level) as `half_widths.half_widths`."""
        steps = torch.tensor(STEPS, dtype=logarithms.dtype)
        return (steps * torch.exp(BOUND * torch.tanh(logarithms / BOUND))).cumsum(-1)

    @torch.no_grad()
    def weights(self) -> NetworkWeights:
        """What numpy needs to apply it."""
        width = self.shape.width
        nothing = torch.zeros(0, width)
        messages = self.messages
        operators = torch.zeros(0, N_CHANNELS, N_CHANNELS)
        leave, bias = torch.zeros(width, 0), torch.zeros(width)
        if messages is not None:
            operators, leave = messages.mixed(self.graph()), messages.leave.weight
            bias, nothing = messages.leave.bias, messages.enter.weight
        tensors = {
            "channel": self.channel.weight,
            "planet": self.planet.weight,
            "embedding": self.embedding,
            "operators": operators,
            "enter": nothing,
            "leave": leave,
            "leave_bias": bias,
            "head": self.head.weight,
            "head_bias": self.head.bias,
        }
        # Single precision is what was trained and what the checkpoint keeps.
        return NetworkWeights(**{k: v.detach().cpu().numpy().copy() for k, v in tensors.items()})
