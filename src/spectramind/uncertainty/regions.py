"""Regions of the spectrum that share a conformal factor and a line in the diagnostics."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import N_AIRS, N_CHANNELS

IntArray = NDArray[np.intp]

REGIONS = ("FGS1", "AIRS blue", "AIRS middle", "AIRS red")
Pooling = Literal["pooled", "region", "channel"]
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)


def regions_of() -> IntArray:
    """(283,) number of each channel's region in `REGIONS`."""
    airs = 1 + np.arange(N_AIRS) * (len(REGIONS) - 1) // N_AIRS
    return np.concatenate([[0], airs]).astype(np.intp)


def pools(pooling: Pooling) -> IntArray:
    """(283,) which channels pool their conformal scores."""
    if pooling == "pooled":
        return np.zeros(N_CHANNELS, dtype=np.intp)
    return regions_of() if pooling == "region" else np.arange(N_CHANNELS)
