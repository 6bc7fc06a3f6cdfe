"""Foreground: light that is not the star's, measured on dim pixels beside it."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d

from spectramind.detector.light_curves import FloatArray


def foreground_level(mean: FloatArray, count: FloatArray) -> FloatArray:
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
    samples = count.sum(axis=2, dtype=np.float64)
    total = np.einsum("pct,pct->pc", mean, count)
    pixels = np.ma.masked_array(total / np.maximum(samples, 1.0), samples == 0)
    level = np.ma.median(pixels, axis=0)
    if np.ma.count(level) == 0:
        return np.zeros(mean.shape[1])
    return np.asarray(np.ma.filled(level, np.ma.median(level)), dtype=np.float64)


def foreground_drift(mean: FloatArray, count: FloatArray, width: int) -> FloatArray:
    """How the foreground, summed over all dim pixels, changes with time relative to its mean.

    Dim pixels hold scattered starlight too. A level constant in time would then dilute the
    transit; one that follows a running mean does not. A level below five times its own error
    has no measurable shape: it counts as constant.

    Parameters
    ----------
    mean, count : (pixel, channel, time) as for `foreground_level`
    width : bins of the running mean

    Returns
    -------
    (time,) relative to the mean over the visit
    """
    samples = count.sum(axis=(0, 1), dtype=np.float64)
    white = np.einsum("pct,pct->t", mean, count) / np.maximum(samples, 1.0)
    level = white.mean()
    error = white.std() / np.sqrt(white.size)
    if samples.min() == 0 or level <= 5.0 * error:
        return np.ones(white.size)
    smooth = uniform_filter1d(white, size=min(width, white.size), mode="nearest")
    return np.asarray(smooth / smooth.mean())
