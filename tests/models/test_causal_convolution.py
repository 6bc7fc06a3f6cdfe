"""The short convolution against torch's grouped one."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from spectramind.models import causal_convolution
from spectramind.models.causal_convolution import CausalConvolution


@pytest.mark.parametrize("length", [1, 2, 5, 16, 17, 18, 50])
@pytest.mark.parametrize("lags", [1, 4])
def test_equals_grouped_convolution(
    length: int, lags: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(causal_convolution, "CPU_STRETCH", 16)
    torch.manual_seed(length)
    layer = CausalConvolution(6, lags).double()
    x = torch.randn(2, length, 6, dtype=torch.float64, requires_grad=True)
    kernel = layer.weight.flip(0).T[:, None]
    past = functional.pad(x.mT, (lags - 1, 0))
    wanted = functional.conv1d(past, kernel, layer.bias, groups=6).mT
    found = layer(x)
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=1e-12)
    d_y, leaves = torch.randn_like(x), [x, *layer.parameters()]
    for a, b in zip(
        torch.autograd.grad(found, leaves, d_y),
        torch.autograd.grad(wanted, leaves, d_y),
        strict=True,
    ):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


def test_half_precision_sums_its_weight_gradient_in_single() -> None:
    torch.manual_seed(0)
    layer = CausalConvolution(3, 4)
    x = 1.0 + torch.rand(4, 20000, 3)
    layer(x).sum().backward()
    wanted = layer.weight.grad.clone()  # type: ignore[union-attr]
    layer.weight.grad = None
    layer(x.half()).sum(dtype=torch.float32).backward()
    torch.testing.assert_close(layer.weight.grad, wanted, rtol=1e-3, atol=0.0)
