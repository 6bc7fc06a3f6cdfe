"""Foreground: light that is not the star's, measured on dim pixels beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from spectramind.detector.light_curves import FloatArray
from spectramind.detector.window_sums import filled_bins, weighted_series

CountArray = NDArray[np.uint16]


def foreground_level(mean: FloatArray, count: CountArray) -> FloatArray:
    """Level of the foreground in each channel over the whole visit.

    The median over dim pixels of their mean over time, so that one strange pixel counts little;
    a channel without a usable dim pixel takes the median of the others.

    Parameters
    ----------
    mean : (pixel, channel, time) electron / pair, dim pixels
    count : (pixel, channel, time) usable samples, zero where there is none

    Returns
    -------
    (channel,) electron / pixel / pair
    """
    filled = filled_bins(count)
    usable = filled > 0
    pixels = mean.sum(axis=2) / np.maximum(filled, 1)
    known = usable.any(axis=0)
    level = np.zeros(mean.shape[1])
    for channel in np.flatnonzero(known):
        level[channel] = np.median(pixels[usable[:, channel], channel])
    level[~known] = np.median(level[known]) if known.any() else 0.0
    return level


def foreground_drift(mean: FloatArray, count: CountArray, width: int) -> FloatArray:
    """How the foreground, summed over all dim pixels, changes with time relative to its mean.

    Dim pixels hold scattered starlight too. A level constant in time would then dilute the
    transit; one that follows a running mean does not. A level below five times its own error
    has no measurable shape: it counts as constant. Pixels with a gap in time have no part in this.

    Parameters
    ----------
    mean, count : (pixel, channel, time) as for `foreground_level`
    width : bins of the running mean

    Returns
    -------
    (time,) relative to the mean over the visit
    """
    complete = filled_bins(count) == count.shape[2]
    if not complete.any():
        return np.ones(mean.shape[2])
    weights = complete / np.count_nonzero(complete)
    white = weighted_series(weights[None], mean)[0]
    level = white.mean()
    error = white.std() / np.sqrt(white.size)
    if level <= 5.0 * error:
        return np.ones(white.size)
    smooth = uniform_filter1d(white, size=min(width, white.size), mode="nearest")
    return np.asarray(smooth / smooth.mean())
