"""The chunked scan against the textbook recurrence, values and gradients."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from spectramind.models.selective_scan import selective_scan


def recurrence(
    x: Tensor, log_decay: Tensor, b: Tensor, c: Tensor, state: Tensor
) -> tuple[Tensor, Tensor]:
    """Sample by sample, as the definition is written."""
    outputs = []
    for t in range(x.shape[1]):
        gained = torch.einsum("zs,zhp->zhsp", b[:, t], x[:, t])
        state = torch.exp(log_decay[:, t])[..., None, None] * state + gained
        outputs.append(torch.einsum("zs,zhsp->zhp", c[:, t], state))
    return torch.stack(outputs, 1), state


def operands(length: int, dtype: torch.dtype, decay: float = 0.3) -> list[Tensor]:
    generator = torch.Generator().manual_seed(length)
    batch, heads, width, state = 2, 3, 4, 5

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64).to(dtype)

    return [
        normal(batch, length, heads, width),
        -decay * normal(batch, length, heads).abs(),
        normal(batch, length, state),
        normal(batch, length, state),
        normal(batch, heads, state, width),
    ]


def with_gradients(function: object, values: list[Tensor], weights: list[Tensor]) -> list[Tensor]:
    leaves = [value.clone().requires_grad_() for value in values]
    outputs = function(*leaves)  # type: ignore[operator]
    sum((out * w.to(out.dtype)).sum() for out, w in zip(outputs, weights, strict=True)).backward()
    return [out.detach() for out in outputs] + [leaf.grad for leaf in leaves]


def weights_for(values: list[Tensor]) -> list[Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [
        torch.randn(v.shape, generator=generator, dtype=v.dtype) for v in (values[0], values[4])
    ]


@pytest.mark.parametrize("length", [1, 7, 8, 9, 64, 65, 200])
def test_equals_the_recurrence_with_gradients(length: int) -> None:
    values = operands(length, torch.float64)
    weights = weights_for(values)
    found = with_gradients(lambda *v: selective_scan(*v, chunk=8), values, weights)
    wanted = with_gradients(recurrence, values, weights)
    for a, b in zip(found, wanted, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("length", [5, 1024, 1500])
def test_default_chunk_without_initial_state(length: int) -> None:
    *values, state = operands(length, torch.float64)
    y, last = selective_scan(*values)
    wanted, wanted_last = recurrence(*values, torch.zeros_like(state))
    torch.testing.assert_close(y, wanted, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(last, wanted_last, rtol=1e-10, atol=1e-10)


def test_finite_differences() -> None:
    values = [value[:1].requires_grad_() for value in operands(6, torch.float64)]
    assert torch.autograd.gradcheck(lambda *v: selective_scan(*v, chunk=2), values)


def test_state_carries_over_a_cut() -> None:
    *values, state = operands(100, torch.float64)
    whole, last = selective_scan(*values, state, chunk=8)
    first, middle = selective_scan(*(v[:, :37] for v in values), state, chunk=8)
    second, end = selective_scan(*(v[:, 37:] for v in values), middle, chunk=8)
    torch.testing.assert_close(torch.cat([first, second], 1), whole, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(end, last, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("decay", [0.0, 1e-6, 30.0, 1e4])
def test_finite_for_any_decay(decay: float) -> None:
    values = operands(300, torch.float32, decay)
    weights = weights_for(values)
    found = with_gradients(selective_scan, values, weights)
    wanted = with_gradients(recurrence, [v.double() for v in values], weights)
    for a, b in zip(found, wanted, strict=True):
        assert torch.isfinite(a).all()
        # A decay is as exact as the sum of logarithms over a chunk.
        assert (a - b).norm() <= (1e-5 + 1e-6 * decay) * b.norm() + 1e-30


@pytest.mark.parametrize(
    ("half", "tolerance"), [(torch.float16, 1e-3), (torch.bfloat16, 8e-3)], ids=["fp16", "bf16"]
)
def test_autocast_keeps_decays_in_single_precision(half: torch.dtype, tolerance: float) -> None:
    values = operands(2000, torch.float32, 0.02)
    weights = weights_for(values)
    wanted = with_gradients(selective_scan, values, weights)

    def under_autocast(*operand: Tensor) -> tuple[Tensor, Tensor]:
        with torch.autocast("cpu", dtype=half):
            return selective_scan(*operand)

    found = with_gradients(under_autocast, values, weights)
    errors = [float((a - b).norm() / b.norm()) for a, b in zip(found, wanted, strict=True)]
    assert found[1].dtype == torch.float32
    assert max(errors[:2]) <= tolerance, errors
    assert max(errors[2:]) <= 3 * tolerance, errors


def test_half_precision_input_gives_half_precision_output() -> None:
    x, log_decay, b, c, _ = operands(70, torch.float32)
    y, state = selective_scan(x.half(), log_decay, b.half(), c.half())
    assert (y.dtype, state.dtype) == (torch.float16, torch.float32)
    wanted, _ = selective_scan(x, log_decay, b, c)
    assert (y - wanted).norm() <= 1e-3 * wanted.norm()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_gpu_half_precision() -> None:
    values = operands(20000, torch.float32, 0.02)
    wanted, _ = selective_scan(*values)
    with torch.autocast("cuda", dtype=torch.float16):
        found, _ = selective_scan(*(value.cuda() for value in values))
    assert (found.cpu() - wanted).norm() <= 1e-3 * wanted.norm()
