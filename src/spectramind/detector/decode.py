"""From ADC counts to electrons: the first step of the chain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import BoolArray, FloatArray

ADC_FULL = 65535
"""Largest count of the 16-bit converter; it and zero say that the signal was out of range."""


def decode(counts: NDArray[np.uint16], gain: float, offset: float) -> FloatArray:
    """Electrons read from each pixel: `counts / gain + offset`.

    Parameters
    ----------
    counts : (frame, row, column) ADU
    gain : ADU / electron
    offset : electron, what zero ADU stands for

    Returns
    -------
    (frame, row, column) electron

    Source: the rim of the real frames comes out at +0.2 electron with this sign of the offset.
    """
    return counts.astype(np.float64) / gain + offset


def out_of_range(counts: NDArray[np.uint16]) -> BoolArray:
    """True where the converter was at either end of its range, so that the value is unknown."""
    return np.asarray((counts == 0) | (counts == ADC_FULL))
