"""FGS1 light curves to one vector a planet: patches, Mamba blocks, mean over time and visits."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from spectramind.models.fgs1_sequence import TOKEN_FEATURES
from spectramind.models.mamba_block import MambaBlock, MambaShape, RmsNorm


class Fgs1Encoder(nn.Module):
    """Encoder of sequences of any length; its cost grows linearly with the length.

    Each of the pooled vectors is a mean over time, one over all of it and one weighted by the depth
    of the transit model, so that what happens inside the transit is told apart from what does not.
    """

    def __init__(self, width: int, blocks: int, patch: int) -> None:
        super().__init__()
        self.patch = patch
        self.enter = nn.Linear(patch * len(TOKEN_FEATURES), width)
        shape = MambaShape(width=width, heads=4, bidirectional=True)
        self.blocks = nn.ModuleList([MambaBlock(shape) for _ in range(blocks)])
        self.norm = RmsNorm(width)

    def forward(self, sequence: Tensor) -> Tensor:
        """(planet, visit, sample, feature) -> (planet, 2 * width); absent visits count nothing."""
        planets, visits, samples, features = sequence.shape
        length = samples // self.patch
        there = sequence[..., -1].amax(-1).flatten() > 0
        curves = sequence.flatten(0, 1)[there, : length * self.patch]
        every = sequence.new_zeros(planets * visits, 2 * self.norm.scale.numel())
        if not len(curves):
            return every.view(planets, visits, -1).sum(1)
        patches = curves.reshape(len(curves), length, self.patch * features)
        tokens = self.enter(patches)
        for block in self.blocks:
            tokens = block(tokens)
        tokens = self.norm(tokens)
        inside = curves.reshape(len(curves), length, self.patch, features)[..., 3].mean(-1)
        inside = inside / inside.sum(-1, keepdim=True).clamp(min=1e-6)
        pooled = torch.cat([tokens.mean(1), (tokens * inside[..., None]).sum(1)], dim=-1)
        every = every.to(pooled.dtype)
        every[there] = pooled
        count = there.view(planets, visits).sum(1, keepdim=True).clamp(min=1)
        return every.view(planets, visits, -1).sum(1) / count
