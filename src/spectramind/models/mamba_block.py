"""Mamba-2 block: projection, causal convolution, selective scan, gate, normalisation, skip.

Source: Dao & Gu 2024, arXiv:2405.21060, section 7; the gate before the normalisation as there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from spectramind.errors import ConfigurationError
from spectramind.models.causal_convolution import CausalConvolution
from spectramind.models.selective_scan import selective_scan

SLOWEST_STEP, FASTEST_STEP = 1e-3, 1e-1
"""Step sizes among which the heads start, spread evenly in the logarithm."""
FASTEST_DECAY = 16.0
"""Decay rates per unit step start between 1 and this."""


@dataclass(frozen=True)
class MambaShape:
    """Widths of a block.

    width          of the tokens
    state          width of the state that each head keeps per feature
    heads          number of decays; must divide `expansion * width`
    expansion      inner width over `width`
    convolution    samples that the causal convolution sees
    bidirectional  whether a second, reversed scan reads the sequence from its end

    Raises
    ------
    ConfigurationError : the heads cannot share the inner width
    """

    width: int = 32
    state: int = 16
    heads: int = 4
    expansion: int = 2
    convolution: int = 4
    bidirectional: bool = False

    def __post_init__(self) -> None:
        if self.inner % self.heads:
            raise ConfigurationError(
                f"expected heads that divide the inner width {self.inner}, found {self.heads}"
            )

    @property
    def inner(self) -> int:
        """Width inside the block."""
        return self.expansion * self.width


class RmsNorm(nn.Module):
    """Division by the root mean square over the last axis, in single precision, and a scale."""

    def __init__(self, width: int, floor: float = 1e-5) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))
        self.floor = floor

    def forward(self, values: Tensor) -> Tensor:
        """(..., width) -> (..., width)."""
        single = values if values.dtype == torch.float64 else values.float()
        size = torch.rsqrt(single.square().mean(-1, keepdim=True) + self.floor)
        return (single * size).to(values.dtype) * self.scale.to(values.dtype)


class SelectiveMixer(nn.Module):
    """One direction: short convolution, input-dependent step, selective scan, direct path.

    Input and output are (batch, time, inner); the step and the two vectors of the state space are
    projected from the tokens by the block.
    """

    def __init__(self, shape: MambaShape) -> None:
        super().__init__()
        self.shape = shape
        channels = shape.inner + 2 * shape.state
        self.projected = channels + shape.heads
        self.convolution = CausalConvolution(channels, shape.convolution)
        start = torch.linspace(math.log(SLOWEST_STEP), math.log(FASTEST_STEP), shape.heads).exp()
        # The inverse of softplus, so that the steps start at these values.
        self.step_bias = nn.Parameter(start + torch.log(-torch.expm1(-start)))
        self.log_rate = nn.Parameter(torch.linspace(1.0, FASTEST_DECAY, shape.heads).log())
        self.direct = nn.Parameter(torch.ones(shape.heads))

    def forward(self, projected: Tensor, backwards: bool = False) -> Tensor:
        """(batch, time, projected) -> (batch, time, inner), read from the end if `backwards`."""
        if backwards:
            projected = projected.flip(1)
        shape = self.shape
        widths = [self.projected - shape.heads, shape.heads]
        channels, step = torch.split(projected, widths, dim=-1)
        widths = [shape.inner, shape.state, shape.state]
        x, b, c = torch.split(functional.silu(self.convolution(channels)), widths, dim=-1)
        single = torch.promote_types(step.dtype, torch.float32)
        step = functional.softplus(step.to(single) + self.step_bias)
        x = x.view(*x.shape[:2], shape.heads, -1)
        y, _ = selective_scan((x * step[..., None]).to(x.dtype), -step * self.log_rate.exp(), b, c)
        out: Tensor = (y + x * self.direct.to(x.dtype)[:, None]).flatten(-2)
        return out.flip(1) if backwards else out


class MambaBlock(nn.Module):
    """Residual block: tokens + projection(norm(mixer(norm(tokens)) * silu(gate)))."""

    def __init__(self, shape: MambaShape) -> None:
        super().__init__()
        self.shape = shape
        self.norm = RmsNorm(shape.width)
        mixers = [SelectiveMixer(shape) for _ in range(1 + shape.bidirectional)]
        self.mixers = nn.ModuleList(mixers)
        self.parts = [shape.inner, *(mixer.projected for mixer in mixers)]
        self.enter = nn.Linear(shape.width, sum(self.parts), bias=False)
        self.inner_norm = RmsNorm(shape.inner)
        self.leave = nn.Linear(shape.inner, shape.width, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """(batch, time, width) -> (batch, time, width)."""
        gate, *projected = torch.split(self.enter(self.norm(tokens)), self.parts, dim=-1)
        mixed = self.mixers[0](projected[0])
        if self.shape.bidirectional:
            mixed = mixed + self.mixers[1](projected[1], backwards=True)
        out: Tensor = self.leave(self.inner_norm(mixed * functional.silu(gate)))
        return tokens + out
