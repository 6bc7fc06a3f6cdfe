"""Sums over a window of binned pixels, each in one pass over memory.

The arrays are tens of megabytes, so that a temporary or a second pass costs as much as the sum
itself, and the threads of a matrix library cost more than they bring.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import FloatArray
from spectramind.jit import kernel


@kernel
def filled_bins(count: NDArray[np.uint16]) -> NDArray[np.int64]:
    """Number of time bins with at least one sample.

    Parameters
    ----------
    count : (pixel, channel, time) usable samples

    Returns
    -------
    (pixel, channel)
    """
    filled = np.empty(count.shape[:2], np.int64)
    for pixel in range(count.shape[0]):
        for channel in range(count.shape[1]):
            bins = 0
            for time in range(count.shape[2]):
                bins += count[pixel, channel, time] > 0
            filled[pixel, channel] = bins
    return filled


@kernel
def weighted_series(weights: FloatArray, values: FloatArray) -> FloatArray:
    """Sum over pixels and channels, for several sets of weights at once.

    Parameters
    ----------
    weights : (set, pixel, channel)
    values : (pixel, channel, time)

    Returns
    -------
    (set, time)
    """
    total = np.zeros((weights.shape[0], values.shape[2]))
    for pixel in range(values.shape[0]):
        for channel in range(values.shape[1]):
            for chosen in range(weights.shape[0]):
                weight = weights[chosen, pixel, channel]
                for time in range(values.shape[2]):
                    total[chosen, time] += weight * values[pixel, channel, time]
    return total
