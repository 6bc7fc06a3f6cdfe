"""Compilation of numeric kernels: one typed door to numba, so that kernels stay typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile `function` to machine code on first call, cached on disk, GIL released.

    Strict IEEE arithmetic (no fast-math): results are the same on every run and machine type.
    """
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
