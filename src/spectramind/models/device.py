"""Where networks run: a GPU that this torch has code for, or the CPU, saying why."""

from __future__ import annotations

import warnings

import torch


def supported(capability: tuple[int, int], compiled: list[str]) -> bool:
    """Whether code for one of the `compiled` architectures runs on a GPU.

    Binary code (sm_XY) runs on its own major version from its minor one on; intermediate code
    (compute_XY) on everything newer. Source: CUDA C++ programming guide, "Application
    compatibility".
    """
    major, minor = capability
    for name in compiled:
        kind, _, digits = name.partition("_")
        number = digits.rstrip("af")
        if not number.isdigit():
            continue
        of, least = int(number[:-1]), int(number[-1])
        if kind == "sm" and of == major and least <= minor:
            return True
        if kind == "compute" and (of, least) <= capability:
            return True
    return False


def compute_device() -> torch.device:
    """The GPU of this process where it can be used, else the CPU; too old a one is warned of."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    capability, compiled = torch.cuda.get_device_capability(), torch.cuda.get_arch_list()
    if supported(capability, compiled):
        return torch.device("cuda")
    warnings.warn(
        f"{torch.cuda.get_device_name()} (sm_{capability[0]}{capability[1]}) is not among the "
        f"GPUs that torch {torch.__version__} has code for ({', '.join(compiled)}): CPU instead",
        RuntimeWarning,
        stacklevel=2,
    )
    return torch.device("cpu")
