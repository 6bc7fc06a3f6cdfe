"""The block against a step-by-step transcription, and its causality."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from spectramind.errors import ConfigurationError
from spectramind.models import mamba_block
from spectramind.models.mamba_block import MambaBlock, MambaShape, RmsNorm, SelectiveMixer


def block(**changes: int | bool) -> MambaBlock:
    torch.manual_seed(3)
    made = MambaBlock(MambaShape(width=8, state=5, heads=2, **changes))  # type: ignore[arg-type]
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return made


def tokens(length: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(2, length, 8, generator=torch.Generator().manual_seed(1)).to(dtype)


def mixed_step_by_step(mixer: SelectiveMixer, projected: Tensor) -> Tensor:
    """One sample and one head at a time."""
    shape = mixer.shape
    width = shape.inner // shape.heads
    z, length, _ = projected.shape
    lags, out = mixer.convolution.weight, []
    states = [torch.zeros(z, shape.state, width, dtype=projected.dtype)] * shape.heads
    for t in range(length):
        past = [projected[:, max(t - k, 0), : lags.shape[1]] * (t >= k) for k in range(4)]
        convolved = mixer.convolution.bias + sum(lags[k] * value for k, value in enumerate(past))
        x, b, c = functional.silu(convolved).split([shape.inner, shape.state, shape.state], -1)
        heads = []
        for h in range(shape.heads):
            step = functional.softplus(projected[:, t, lags.shape[1] + h] + mixer.step_bias[h])
            own = x[:, h * width : (h + 1) * width]
            decay = torch.exp(-step * mixer.log_rate[h].exp())[:, None, None]
            gained = step[:, None, None] * b[:, :, None] * own[:, None, :]
            states[h] = decay * states[h] + gained
            heads.append((c[:, :, None] * states[h]).sum(1) + mixer.direct[h] * own)
        out.append(torch.cat(heads, -1))
    return torch.stack(out, 1)


def normalised(norm: RmsNorm, values: Tensor) -> Tensor:
    return functional.rms_norm(values, values.shape[-1:], norm.scale, norm.floor)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("stretch", [2, 33, 4096])
def test_equals_the_transcription(
    bidirectional: bool, stretch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mamba_block, "CPU_STRETCH", stretch)
    made, x = block(bidirectional=bidirectional).double(), tokens(70)
    leaves = list(made.parameters())
    normed = normalised(made.norm, x)
    mixed = mixed_step_by_step(made.onward, made.onward.enter(normed))
    if made.backward_in_time is not None:
        turned = made.backward_in_time.enter(normed.flip(1))
        mixed = mixed + mixed_step_by_step(made.backward_in_time, turned).flip(1)
    inner = normalised(made.inner_norm, mixed * functional.silu(made.gate(normed)))
    wanted, found = x + made.leave(inner), made(x)
    torch.testing.assert_close(found, wanted, rtol=1e-10, atol=1e-10)
    for a, b in zip(
        torch.autograd.grad(found.square().sum(), leaves),
        torch.autograd.grad(wanted.square().sum(), leaves),
        strict=True,
    ):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


def test_only_the_past_is_seen_unless_bidirectional() -> None:
    x = tokens(100)
    changed = x.clone()
    changed[:, 60:] += 1.0
    with torch.no_grad():
        forward, both = block().double(), block(bidirectional=True).double()
        torch.testing.assert_close(forward(changed)[:, :60], forward(x)[:, :60])
        assert not torch.allclose(both(changed)[:, :60], both(x)[:, :60])


@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16], ids=["fp16", "bf16"])
def test_autocast_is_stable(half: torch.dtype) -> None:
    made, x = block(bidirectional=True), tokens(1500, torch.float32)
    wanted = made(x)
    with torch.autocast("cpu", dtype=half):
        found = made(x)
    found.square().mean().backward()
    assert (found - wanted).norm() <= 4 * torch.finfo(half).eps * wanted.norm()
    assert all(torch.isfinite(parameter.grad).all() for parameter in made.parameters())


def test_gradients_survive_checkpointing() -> None:
    made, x = block(bidirectional=True).double(), tokens(50).requires_grad_()
    leaves = [x, *made.parameters()]
    wanted = torch.autograd.grad(made(x).square().sum(), leaves)
    again = checkpoint(made, x, use_reentrant=False)
    for a, b in zip(torch.autograd.grad(again.square().sum(), leaves), wanted, strict=True):
        torch.testing.assert_close(a, b)


def test_default_start_is_sane() -> None:
    made = MambaBlock(MambaShape())
    mixer = made.onward
    step = functional.softplus(mixer.step_bias)
    torch.testing.assert_close(step[[0, -1]], torch.tensor([1e-3, 1e-1]), rtol=1e-4, atol=0.0)
    assert torch.isfinite(made(100.0 * torch.randn(1, 40, 32))).all()


def test_heads_must_divide_the_inner_width() -> None:
    with pytest.raises(ConfigurationError, match="inner width 64, found 5"):
        MambaShape(heads=5)
