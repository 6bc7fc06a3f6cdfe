"""The V50 network: what a spectrum, a light curve and a fit together say about the posterior.

It answers with a correction of the physics posterior, in units of the posterior's own errors: it
moves FGS1, the AIRS mean and the AIRS shape and scales the three parts of sigma. Its last layers
start at zero, so that an untrained network is the physics posterior.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from spectramind.models.airs_encoder import AirsEncoder, GraphShape
from spectramind.models.channel_graph import ChannelGraph
from spectramind.models.fgs1_encoder import Fgs1Encoder
from spectramind.models.network_input import OF_CHANNEL, OF_PLANET
from spectramind.models.planet_batch import PlanetBatch
from spectramind.models.spectrum_features import (
    OF_NODE,
    OF_SPECTRUM,
    node_features,
    spectrum_features,
)
from spectramind.survey.instruments import N_CHANNELS

_LARGEST_FACTOR = 1.6  # of ln sigma: a factor of five either way
_CLIP = 5.0  # standard deviations of a feature


@dataclass(frozen=True)
class V50Shape:
    """Size of the network.

    graph    of the AIRS encoder
    mamba    whether the FGS1 light curve is read at all
    width    of the Mamba tokens
    blocks   Mamba blocks
    patch    samples a token
    hidden   width of the fused description of a planet
    dropout  share of the fused description that is dropped in training
    """

    graph: GraphShape = field(default_factory=GraphShape)
    mamba: bool = True
    width: int = 16
    blocks: int = 1
    patch: int = 1
    hidden: int = 96
    dropout: float = 0.1

    def kept(self, planets: int, generator: torch.Generator) -> Tensor:
        """(planet, hidden) factors of dropout: 0, or what keeps the mean.

        Drawn for a whole batch, so that it may be worked on in any number of parts.
        """
        chance = 1.0 - self.dropout
        return (torch.rand(planets, self.hidden, generator=generator) < chance).float() / chance


@dataclass(frozen=True)
class Corrected:
    """Spectra after the correction, ppm.

    mu      (planet, 283)
    common  (planet,) standard deviation of the error that all AIRS channels share
    own     (planet, 283) of what is left: FGS1, AIRS shape
    """

    mu: Tensor
    common: Tensor
    own: Tensor

    @property
    def sigma(self) -> Tensor:
        """(planet, 283) ppm."""
        airs = torch.hypot(self.common[:, None], self.own[:, 1:])
        return torch.cat([self.own[:, :1], airs], dim=1)


class Standardise(nn.Module):
    """Features with the mean and scatter that training planets have."""

    mean: Tensor
    scatter: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("scatter", torch.ones(features))

    def learn(self, values: Tensor) -> None:
        """Take mean and scatter from (..., feature) values."""
        flat = values.flatten(0, -2)
        self.mean.copy_(flat.mean(0))
        # A feature that does not vary in training says nothing; it must not blow up later.
        self.scatter.copy_(flat.std(0, correction=0).clamp(min=1e-2))

    def forward(self, values: Tensor) -> Tensor:
        """(..., feature) -> (..., feature), clipped."""
        return ((values - self.mean) / self.scatter).clamp(-_CLIP, _CLIP)


class V50(nn.Module):
    """Encoders of both instruments, gated fusion, heads for mean and sigma."""

    def __init__(self, shape: V50Shape, graph: ChannelGraph) -> None:
        super().__init__()
        self.shape = shape
        self.channel = Standardise(len(OF_CHANNEL))
        self.planet = Standardise(len(OF_PLANET))
        features = len(OF_NODE) + len(OF_CHANNEL) + 1
        self.airs = AirsEncoder(shape.graph, features, graph)
        known = len(OF_PLANET) + len(OF_SPECTRUM)
        self.describe = nn.Linear(self.airs.described + known, shape.hidden)
        self.fgs1 = Fgs1Encoder(shape.width, shape.blocks, shape.patch) if shape.mamba else None
        self.hear = nn.Linear(2 * shape.width, shape.hidden)
        self.gate = nn.Linear(known, shape.hidden)
        self.mix = nn.Sequential(nn.SiLU(), nn.Linear(shape.hidden, shape.hidden), nn.SiLU())
        self.deepen = nn.Sequential(nn.Linear(shape.hidden, shape.hidden), nn.SiLU())
        width = shape.graph.width
        self.tell = nn.Linear(shape.hidden, width)
        self.planet_head = nn.Linear(shape.hidden, 5)
        self.node_head = nn.Linear(width, 2)
        for head in (self.planet_head, self.node_head):
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)

    def learn_features(self, batch: PlanetBatch) -> None:
        """Take mean and scatter of the fit's features from training planets."""
        self.channel.learn(batch.channel)
        self.planet.learn(batch.planet)

    def forward(
        self, batch: PlanetBatch, listen: bool = True, kept: Tensor | None = None
    ) -> Corrected:
        """Correct the posteriors of a batch.

        Parameters
        ----------
        listen : whether the FGS1 sequences belong to the depths; those of a drawn spectrum do not
        kept : (planet, hidden) factors of dropout while it learns
        """
        place = torch.linspace(-1.0, 1.0, N_CHANNELS, device=batch.depth.device)
        nodes = torch.cat(
            [
                node_features(batch),
                self.channel(batch.channel),
                place[:, None].expand(len(batch), -1, 1),
            ],
            dim=-1,
        )
        own = torch.cat([batch.sigma[:, :1], batch.sigma[:, 2:]], dim=1)
        encoded, described = self.airs(nodes, own**-2.0)
        known = torch.cat([spectrum_features(batch), self.planet(batch.planet)], dim=-1)
        fused = self.describe(torch.cat([described, known], dim=-1))
        if self.fgs1 is not None and listen:
            heard = self.hear(self.fgs1(batch.sequence))
            fused = fused + heard * torch.sigmoid(self.gate(known))
        fused = self.mix(fused)
        if kept is not None:
            fused = fused * kept
        fused = fused + self.deepen(fused)
        return self._corrected(batch, self.planet_head(fused), encoded, self.tell(fused))

    def _corrected(
        self, batch: PlanetBatch, whole: Tensor, encoded: Tensor, told: Tensor
    ) -> Corrected:
        nodes = self.node_head(functional.silu(encoded + told[:, None])).float()
        whole = whole.float()
        bend = nodes[:, 1:, 0] - nodes[:, 1:, 0].mean(1, keepdim=True)
        wider = nodes[:, 1:, 1] - nodes[:, 1:, 1].mean(1, keepdim=True)
        fgs1, common, shape = batch.sigma[:, 0], batch.sigma[:, 1], batch.sigma[:, 2:]
        moved = torch.cat(
            [
                (whole[:, 0] * fgs1)[:, None],
                (whole[:, 1] * common)[:, None] + bend * shape,
            ],
            dim=1,
        )
        factor = _bounded(whole[:, 2:]).exp()
        own = torch.cat(
            [
                (fgs1 * factor[:, 0])[:, None],
                shape * (factor[:, 2:3] * _bounded(wider).exp()),
            ],
            dim=1,
        )
        return Corrected(batch.depth + moved, common * factor[:, 1], own)


def _bounded(values: Tensor) -> Tensor:
    """Smoothly within plus or minus `_LARGEST_FACTOR`, the identity near zero."""
    return _LARGEST_FACTOR * torch.tanh(values / _LARGEST_FACTOR)
