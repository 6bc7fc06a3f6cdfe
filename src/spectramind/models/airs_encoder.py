"""The spectrum as a graph: 283 nodes, typed edges, messages weighted by how well each is known."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from spectramind.models.channel_graph import ChannelGraph
from spectramind.models.mamba_block import RmsNorm
from spectramind.models.typed_graph import (
    EdgeBiasedAttention,
    LearnedRelation,
    MessageShape,
    RelationalMessages,
)
from spectramind.survey.instruments import N_CHANNELS


@dataclass(frozen=True)
class GraphShape:
    """Size of the graph encoder.

    width      of the node features
    rounds     of messages
    learned    whether a learnt relation is added
    attention  edge-biased attention in place of relational messages
    readouts   weighted sums over the nodes that describe the whole spectrum
    """

    width: int = 32
    rounds: int = 2
    learned: bool = True
    attention: bool = False
    readouts: int = 16


def chosen_edges(graph: ChannelGraph, types: frozenset[str]) -> ChannelGraph:
    """The relations of some types, the first word of their name; `self` always stays."""
    kept = [i for i, name in enumerate(graph.relations) if name.split()[0] in types | {"self"}]
    return ChannelGraph(tuple(graph.relations[i] for i in kept), graph.operators[kept])


class MessageRound(nn.Module):
    """Residual round: nodes + silu(messages(norm(nodes)) + own(norm(nodes)))."""

    def __init__(self, shape: GraphShape, relations: int) -> None:
        super().__init__()
        width = shape.width
        self.norm = RmsNorm(width)
        self.own = nn.Linear(width, width)
        self.leave = nn.Linear(width, width, bias=False)
        bases = min(4, relations)
        self.messages: nn.Module = (
            EdgeBiasedAttention(relations, width)
            if shape.attention
            else RelationalMessages(MessageShape(relations, width, bases, max(width // 4, 4)))
        )

    def forward(self, nodes: Tensor, operators: Tensor, precision: Tensor) -> Tensor:
        """(planet, node, width) -> (planet, node, width)."""
        normed = self.norm(nodes)
        heard = self.messages(normed, operators, precision)
        out: Tensor = nodes + self.leave(functional.silu(heard + self.own(normed)))
        return out


class AirsEncoder(nn.Module):
    """Nodes of the spectrum, and what the spectrum as a whole looks like."""

    operators: Tensor

    def __init__(self, shape: GraphShape, features: int, graph: ChannelGraph) -> None:
        super().__init__()
        operators = torch.from_numpy(graph.operators).float()
        # Rebuilt from the wavelengths when a checkpoint is read: 5 MB that need not be kept.
        self.register_buffer("operators", operators, persistent=False)
        self.learned = LearnedRelation(N_CHANNELS) if shape.learned else None
        self.enter = nn.Linear(features, shape.width)
        self.embedding = nn.Parameter(0.1 * torch.randn(N_CHANNELS, shape.width))
        relations = len(operators) + int(shape.learned)
        rounds = [MessageRound(shape, relations) for _ in range(shape.rounds)]
        self.rounds = nn.ModuleList(rounds)
        self.norm = RmsNorm(shape.width)
        scale = N_CHANNELS**-0.5
        self.first_readout = nn.Parameter(scale * torch.randn(shape.readouts, N_CHANNELS))
        self.last_readout = nn.Parameter(scale * torch.randn(shape.readouts, N_CHANNELS))
        self.narrow = nn.Linear(shape.width, 4)
        self.described = shape.readouts * (features + 4)

    def forward(self, features: Tensor, precision: Tensor) -> tuple[Tensor, Tensor]:
        """Encode spectra.

        Parameters
        ----------
        features : (planet, 283, feature)
        precision : (planet, 283) inverse variance of each channel's shape

        Returns
        -------
        nodes : (planet, 283, width)
        described : (planet, readouts * (feature + 4)) projections of features and of encoded nodes
        """
        operators = self.operators
        if self.learned is not None:
            operators = torch.cat([operators, self.learned()[None]])
        nodes = self.enter(features) + self.embedding
        for messages in self.rounds:
            nodes = messages(nodes, operators, precision)
        nodes = self.norm(nodes)
        first = torch.einsum("kn,pnf->pkf", self.first_readout, features)
        last = torch.einsum("kn,pnf->pkf", self.last_readout, self.narrow(nodes))
        return nodes, torch.cat([first.flatten(1), last.flatten(1)], dim=-1)
