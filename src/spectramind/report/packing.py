"""Arrays as short text for a page: whole multiples of a step, differences, deflate, base64.

Neighbours of a spectrum or a light curve are alike, so that their differences are small numbers,
whose upper bytes are zero: stored byte by byte they compress. `assets/arrays.js` reads them.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_NOT_A_NUMBER = np.uint32(0xFFFFFFFF)
_LARGEST = 2**29
"""In steps; two of them differ by less than what zigzag coding holds."""


@dataclass(frozen=True)
class PackedArray:
    """An array in the page.

    shape  of the array
    step   values are whole multiples of it
    text   base64 of the deflated bytes
    """

    shape: tuple[int, ...]
    step: float
    text: str


def pack(values: FloatArray, step: float) -> PackedArray:
    """Round `values` to multiples of `step` and compress them along the last axis.

    NaN stays NaN; what is infinite or beyond 2^29 steps becomes NaN, as no axis can show it.
    """
    rows = np.atleast_2d(values).reshape(-1, values.shape[-1] if values.ndim else 1)
    with np.errstate(over="ignore", invalid="ignore"):
        steps = np.rint(rows / step)
        shown = np.abs(steps) < _LARGEST
    steps = _carried(np.where(shown, steps, 0.0), shown)
    differences = np.diff(steps, axis=1, prepend=0).ravel()
    zigzag = ((differences << 1) ^ (differences >> 63)).astype(np.uint32)
    zigzag[~shown.ravel()] = _NOT_A_NUMBER
    planes = np.ascontiguousarray(zigzag.astype("<u4").view(np.uint8).reshape(-1, 4).T)
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    content = deflate.compress(planes.tobytes()) + deflate.flush()
    return PackedArray(values.shape, step, base64.b64encode(content).decode())


def _carried(steps: FloatArray, shown: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Steps with the last number before each gap carried on, 0 where there was none."""
    last = np.maximum.accumulate(np.where(shown, np.arange(steps.shape[1]), 0), axis=1)
    return np.take_along_axis(steps, last, axis=1).astype(np.int64)
