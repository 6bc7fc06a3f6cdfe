"""Time series in a few equal bins, as many as a figure can show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

BINS = 96
"""Of a visit of 7.5 hours: 4.7 minutes each."""


def binned(time: FloatArray, values: FloatArray, weight: FloatArray, bins: int) -> FloatArray:
    """Weighted means in equal bins of time; NaN where no value counts.

    Parameters
    ----------
    time : (time,) ascending
    values : (series, time)
    weight : (time,) 0 where a value does not count, whatever it is

    Returns
    -------
    (series + 2, bins) mean time, mean of each series, (sum of weights)^-1/2
    """
    good = weight > 0
    rows = np.vstack([time[None], values])[:, good]
    edges = np.linspace(time[0], time[-1], bins + 1)
    index = np.clip(np.searchsorted(edges, time[good], side="right") - 1, 0, bins - 1)
    total = np.bincount(index, weight[good], bins)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = [np.bincount(index, weight[good] * row, bins) / total for row in rows]
        spread = np.where(total > 0, total**-0.5, np.nan)
    return np.vstack([*means, spread])
