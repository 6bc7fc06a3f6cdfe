"""Which GPU a build of torch can use."""

from __future__ import annotations

import pytest
import torch

from spectramind.models.device import compute_device, supported

TORCH_2_6 = ["sm_50", "sm_60", "sm_70", "sm_75", "sm_80", "sm_86", "sm_90"]
TORCH_2_10 = ["sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120", "compute_120"]


@pytest.mark.parametrize(
    ("capability", "compiled", "expected"),
    [
        ((6, 0), TORCH_2_6, True),  # P100
        ((6, 0), TORCH_2_10, False),
        ((7, 5), TORCH_2_6, True),  # T4
        ((7, 5), TORCH_2_10, True),
        ((8, 9), TORCH_2_6, True),
        ((12, 1), TORCH_2_10, True),
        ((13, 0), TORCH_2_10, True),
        ((12, 0), TORCH_2_6, False),
        ((9, 0), ["sm_90a", "gfx90a"], True),
        ((6, 0), [], False),
    ],
)
def test_supported(capability: tuple[int, int], compiled: list[str], expected: bool) -> None:
    assert supported(capability, compiled) is expected


def test_old_gpu_falls_back_with_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (6, 0))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Tesla P100")
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: TORCH_2_10)
    with pytest.warns(RuntimeWarning, match=r"Tesla P100 \(sm_60\)"):
        assert compute_device().type == "cpu"
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: TORCH_2_6)
    assert compute_device().type == "cuda"
