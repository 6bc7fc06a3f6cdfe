"""Selective state space in linear time: chunked state-space duality with one decay per head.

The recurrence (Dao & Gu 2024, arXiv:2405.21060), with a state h of (state, width) per head,

    h_t = exp(a_t) h_{t-1} + b_t x_t^T,      y_t = h_t^T c_t

is cut into chunks. Inside one, with s the running sum of a, it is a masked matrix product,

    y_i = sum_{j <= i} exp(s_i - s_j) (c_i . b_j) x_j  +  exp(s_i) H^T c_i,

where H is the state that enters the chunk. The states of `chunk` consecutive chunks, a segment,
follow from one another by a product of the same form, and segments are visited one after the other,
so that the working set does not grow with the length. Only the inputs and one state per segment are
kept; the backward pass computes the products of a segment again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

CPU_CHUNK = 32
GPU_CHUNK = 64
"""Measured best chunks: the masked product grows with the chunk, its number of calls falls."""


@dataclass(frozen=True)
class _Products:
    """Samples per chunk and precision of the matrix products."""

    chunk: int
    dtype: torch.dtype


@dataclass(frozen=True)
class _Segment:
    """Operands of `chunk` chunks or fewer, and the decays between their samples.

    Letters: z batch, n chunk, q sample within a chunk, h head, p width of a head, s state.
    Sums of decays and states are in single precision (or double), operands in that of the products.
    """

    x: Tensor  # (z, n, h, q, p)
    b: Tensor  # (z, n, 1, q, s)
    c: Tensor  # (z, n, 1, q, s)
    within: Tensor  # (z, n, h, q, q) exp(s_i - s_j), 0 above the diagonal
    from_start: Tensor  # (z, n, h, q, 1) exp(s_i)
    to_end: Tensor  # (z, n, h, q, 1) exp(s_last - s_j)
    between: Tensor  # (z, h, n + 1, n + 1) decay from the end of one chunk to that of another

    def scores(self) -> Tensor:
        """(z, n, 1, q, q) c_i . b_j."""
        return self.c @ self.b.transpose(-1, -2)

    def states(self, entering: Tensor) -> Tensor:
        """(z, n + 1, h, s, p) states before each chunk and after the last one.

        Parameters
        ----------
        entering : (z, h, s, p) state before the first chunk
        """
        weighted = (self.x * self.to_end).to(self.x.dtype)
        gained = (self.b.transpose(-1, -2) @ weighted).to(entering.dtype)
        return _propagate(self.between, torch.cat([entering[:, None], gained], dim=1))


def _propagate(between: Tensor, gained: Tensor) -> Tensor:
    """Decayed sum of what the chunks gained: (z, h, m, n), (z, n, h, s, p) -> (z, m, h, s, p)."""
    z, n, h, s, p = gained.shape
    flat = gained.permute(0, 2, 1, 3, 4).reshape(z, h, n, s * p)
    return (between @ flat).view(z, h, -1, s, p).permute(0, 2, 1, 3, 4)


def _decays(running: Tensor) -> Tensor:
    """(..., q) running sums of log decays -> (..., q, q) decay from sample j to sample i >= j.

    Differences are clamped at zero before the exponential, so that rounding and the discarded upper
    triangle cannot overflow.
    """
    difference = running[..., :, None] - running[..., None, :]
    return difference.clamp_(max=0.0).exp_().tril_()


def _chunked(values: Tensor, chunk: int) -> Tensor:
    """(z, t, h, p) -> (z, n, h, q, p), the last chunk filled up with zeros."""
    missing = -values.shape[1] % chunk
    if missing:
        values = torch.nn.functional.pad(values, (0, 0, 0, 0, 0, missing))
    z, t, h, p = values.shape
    return values.view(z, t // chunk, chunk, h, p).transpose(2, 3).contiguous()


def _flat(values: Tensor, length: int) -> Tensor:
    """(z, n, h, q, p) -> (z, t, h, p), without what filled up the last chunk."""
    z, n, h, q, p = values.shape
    return values.transpose(2, 3).reshape(z, n * q, h, p)[:, :length]


def _segment(operands: tuple[Tensor, ...], part: slice, products: _Products) -> _Segment:
    x, log_decay, projections = (operand[:, part] for operand in operands)
    b, c = projections.chunk(2, dim=-1)
    chunk, product = products.chunk, products.dtype
    steps = _chunked(log_decay[..., None], chunk)[..., 0]
    running = steps.cumsum(-1)
    last = running[..., -1:]
    # Sums over a segment are `chunk` times larger: double precision keeps their differences exact.
    ends = torch.nn.functional.pad(last[..., 0].transpose(1, 2).double().cumsum(-1), (1, 0))
    return _Segment(
        _chunked(x.to(product), chunk),
        _chunked(b.to(product)[:, :, None], chunk),
        _chunked(c.to(product)[:, :, None], chunk),
        _decays(running),
        running.clamp(max=0.0).exp()[..., None],
        (last - running).clamp_(max=0.0).exp_()[..., None],
        _decays(ends).to(running.dtype),
    )


class _Scan(torch.autograd.Function):
    """The scan over all segments; gradients by the adjoint recurrence, segment by segment."""

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        log_decay: Tensor,
        projections: Tensor,
        initial: Tensor,
        products: _Products,
    ) -> tuple[Tensor, Tensor]:
        """Outputs and last state; `projections` is b beside c, (batch, time, 2 state)."""
        y = torch.empty_like(x)
        state, entering, product = initial, [], products.dtype
        for part in _parts(x.shape[1], products.chunk):
            entering.append(state)
            segment = _segment((x, log_decay, projections), part, products)
            states = segment.states(state)
            mixed = (segment.scores() * segment.within).to(product)
            inside = mixed @ segment.x
            carried = segment.c @ states[:, :-1].to(product)
            y[:, part] = _flat(inside + carried * segment.from_start, part.stop - part.start)
            # A copy: a view would keep the states of all chunks until the backward pass.
            state = states[:, -1].clone()
        ctx.save_for_backward(x, log_decay, projections, *entering)
        ctx.products = products
        return y, state

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_y: Tensor, d_state: Tensor) -> tuple[Tensor | None, ...]:
        x, log_decay, projections, *entering = ctx.saved_tensors
        operands, products = (x, log_decay, projections), ctx.products
        gradients = tuple(torch.empty_like(operand) for operand in operands)
        parts = _parts(d_y.shape[1], products.chunk)
        for part, state in zip(reversed(parts), reversed(entering), strict=True):
            segment = _segment(operands, part, products)
            d_chunked = _chunked(d_y[:, part].to(products.dtype), products.chunk)
            *found, d_state = _segment_gradients(segment, state, d_chunked, d_state)
            for whole, value in zip(gradients, found, strict=True):
                flat = _flat(value, part.stop - part.start)
                whole[:, part] = flat.view_as(whole[:, part])
        return (*gradients, d_state, None)


def _parts(length: int, chunk: int) -> list[slice]:
    step = chunk * chunk
    return [slice(start, min(start + step, length)) for start in range(0, length, step)]


def _segment_gradients(
    segment: _Segment, entering: Tensor, d_y: Tensor, d_leaving: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Gradients of x, log decay, projections (chunked) and of the state that enters the segment.

    The decay of sample t acts on every pair of an input j < t and an output i >= t. Its gradient is
    summed over just these pairs (the state that enters counts as an input, the one that leaves as
    an output): the shorter form, sum of y . dy - x . dx, cancels badly where the decay is strong.
    """
    product, single = segment.x.dtype, entering.dtype
    states = segment.states(entering)
    scores = segment.scores()
    mixed = (scores * segment.within).to(product)
    d_started = (d_y * segment.from_start).to(product)

    # Adjoint states: what leaves chunk n matters through every later chunk's output.
    d_read = (segment.c.transpose(-1, -2) @ d_started).to(single)
    d_states = _propagate(
        segment.between.transpose(-1, -2), torch.cat([d_read, d_leaving[:, None]], dim=1)
    )
    read, d_kept = states[:, :-1].to(product), d_states[:, 1:].to(product)

    carried = (segment.c @ read) * segment.from_start
    d_carried = (segment.b @ d_kept) * segment.to_end
    d_x = mixed.transpose(-1, -2) @ d_y + d_carried
    d_mixed = (d_y @ segment.x.transpose(-1, -2)) * segment.within
    d_scores = d_mixed.sum(2, keepdim=True).to(product)
    weighted = (segment.x * segment.to_end).to(product)
    d_c = d_scores @ segment.b + _over_heads(d_started, read)
    d_b = d_scores.transpose(-1, -2) @ segment.c + _over_heads(weighted, d_kept)

    d_steps = _pairs_across(d_mixed.mul_(scores))
    d_steps += (carried * d_y).sum(-1).flip(-1).cumsum(-1).flip(-1)
    d_steps[..., 1:] += (d_carried * segment.x).sum(-1)[..., :-1].cumsum(-1)
    passed = (states[:, :-1] * d_states[:, 1:]).sum((-1, -2))[..., None]
    d_steps += passed * segment.from_start[..., -1, :]
    return d_x, d_steps[..., None], torch.cat([d_b, d_c], dim=-1), d_states[:, 0]


def _pairs_across(pairs: Tensor) -> Tensor:
    """(..., q, q) -> (..., q) for each t the sum over rows i >= t and columns j < t."""
    before = torch.zeros_like(pairs)
    torch.cumsum(pairs[..., :-1], -1, out=before[..., 1:])
    return before.tril_().sum(-2)


def _over_heads(values: Tensor, states: Tensor) -> Tensor:
    """Sum over heads and width: (z, n, h, q, p), (z, n, h, s, p) -> (z, n, 1, q, s)."""
    z, n, h, q, p = values.shape
    rows = values.transpose(2, 3).reshape(z, n, q, h * p)
    columns = states.transpose(3, 4).reshape(z, n, h * p, -1)
    return (rows @ columns)[:, :, None]


def _product_dtype(x: Tensor) -> torch.dtype:
    kind = x.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else x.dtype


def selective_scan(
    x: Tensor,
    log_decay: Tensor,
    b: Tensor,
    c: Tensor,
    initial_state: Tensor | None = None,
    chunk: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Output and last state of a selective state space; time and memory linear in the length.

    Under autocast the matrix products run in its precision; decays, their sums and the states stay
    in single precision.

    Parameters
    ----------
    x : (batch, time, head, width) input, already multiplied by the step size
    log_decay : (batch, time, head) logarithm of the decay, at most 0, single or double precision
    b : (batch, time, state) how the input enters the state, common to all heads
    c : (batch, time, state) how the state is read, common to all heads
    initial_state : (batch, head, state, width), zero if None
    chunk : samples treated by one matrix product; 32 on a CPU and 64 on a GPU if None

    Returns
    -------
    y : (batch, time, head, width) in the precision of `x`
    state : (batch, head, state, width) after the last sample
    """
    chunk = chunk or (CPU_CHUNK if x.device.type == "cpu" else GPU_CHUNK)
    if initial_state is None:
        z, _, h, p = x.shape
        initial_state = log_decay.new_zeros(z, h, b.shape[-1], p)
    initial_state = initial_state.to(log_decay.dtype)
    products = _Products(chunk, _product_dtype(x))
    with torch.autocast(x.device.type, enabled=False):
        result: tuple[Tensor, Tensor] = _Scan.apply(  # type: ignore[no-untyped-call]
            x, log_decay, torch.cat([b, c], dim=-1), initial_state, products
        )
    return result
