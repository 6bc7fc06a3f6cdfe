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

CPU_STRETCH = 4096
"""Samples that pass through the block together on a CPU: what they need stays in the cache."""

Past = tuple[Tensor, Tensor]


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
    """One direction: projection, short convolution, selective scan, direct path.

    A sequence may come in stretches: what a stretch leaves behind is handed to the next one.
    """

    def __init__(self, shape: MambaShape) -> None:
        super().__init__()
        self.shape = shape
        channels = shape.inner + 2 * shape.state
        self.enter = nn.Linear(shape.width, channels + shape.heads, bias=False)
        self.convolution = CausalConvolution(channels, shape.convolution)
        start = torch.linspace(math.log(SLOWEST_STEP), math.log(FASTEST_STEP), shape.heads).exp()
        # The inverse of softplus, so that the steps start at these values.
        self.step_bias = nn.Parameter(start + torch.log(-torch.expm1(-start)))
        self.log_rate = nn.Parameter(torch.linspace(1.0, FASTEST_DECAY, shape.heads).log())
        self.direct = nn.Parameter(torch.ones(shape.heads))

    def forward(self, tokens: Tensor, past: Past | None) -> tuple[Tensor, Past]:
        """Mixed tokens of a stretch, and what the next one needs to know.

        Parameters
        ----------
        tokens : (batch, time, width)
        past : what the stretch before left behind; None at the start

        Returns
        -------
        mixed : (batch, time, inner)
        past : last projected samples (batch, convolution - 1, channel), state of the scan
        """
        shape, length = self.shape, tokens.shape[1]
        widths = [shape.inner + 2 * shape.state, shape.heads]
        channels, step = torch.split(self.enter(tokens), widths, dim=-1)
        if past is not None:
            channels = torch.cat([past[0], channels], dim=1)
        convolved = functional.silu(self.convolution(channels)[:, channels.shape[1] - length :])
        widths = [shape.inner, shape.state, shape.state]
        x, b, c = torch.split(convolved, widths, dim=-1)
        single = torch.promote_types(step.dtype, torch.float32)
        step = functional.softplus(step.to(single) + self.step_bias)
        x = x.view(*x.shape[:2], shape.heads, -1)
        y, state = selective_scan(
            (x * step[..., None]).to(x.dtype),
            -step * self.log_rate.exp(),
            b,
            c,
            None if past is None else past[1],
        )
        mixed: Tensor = (y + x * self.direct.to(x.dtype)[:, None]).flatten(-2)
        return mixed, (channels[:, max(channels.shape[1] - shape.convolution + 1, 0) :], state)


class MambaBlock(nn.Module):
    """Residual block: tokens + projection(norm(mixer(norm(tokens)) * silu(gate)))."""

    def __init__(self, shape: MambaShape) -> None:
        super().__init__()
        self.norm = RmsNorm(shape.width)
        self.gate = nn.Linear(shape.width, shape.inner, bias=False)
        self.onward = SelectiveMixer(shape)
        self.backward_in_time = SelectiveMixer(shape) if shape.bidirectional else None
        self.inner_norm = RmsNorm(shape.inner)
        self.leave = nn.Linear(shape.inner, shape.width, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """(batch, time, width) -> (batch, time, width)."""
        stretch = CPU_STRETCH if tokens.device.type == "cpu" else max(tokens.shape[1], 1)
        stretches = torch.split(tokens, stretch, dim=1)
        out, past = [], None
        for part, turned in zip(stretches, self._turned(stretches), strict=True):
            normed = self.norm(part)
            mixed, past = self.onward(normed, past)
            if turned is not None:
                mixed = mixed + turned
            gated = mixed * functional.silu(self.gate(normed))
            out.append(part + self.leave(self.inner_norm(gated)))
        return torch.cat(out, dim=1)

    def _turned(self, stretches: tuple[Tensor, ...]) -> list[Tensor | None]:
        """What the second scan makes of each stretch, coming from the end of the sequence."""
        if self.backward_in_time is None:
            return [None] * len(stretches)
        out: list[Tensor | None] = []
        past = None
        for part in reversed(stretches):
            mixed, past = self.backward_in_time(self.norm(part).flip(1), past)
            out.append(mixed.flip(1))
        return out[::-1]
