"""Patterns over wavelength that jitter imprints on the spectrum, one amplitude in every time bin.

A shift of the spectrum along the detector changes channel c by s(t) d ln S / dc. That is the first
guess. Bad pixels, and shifts across the dispersion, make the true patterns differ from it, so that
they are then taken from the residuals themselves: the leading singular vectors, as many as stand
above the largest one that noise alone gives (V. Marchenko & L. Pastur 1967; the edge for a matrix
of unit noise is sqrt(bins) + sqrt(channels)).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_MARGIN = 1.04  # the largest noise value scatters about the edge by about 1 %


def shift_template(level: FloatArray) -> FloatArray:
    """(1, channel) relative change for a shift by one channel, from the spectrum's own slope.

    Parameters
    ----------
    level : (channel,) electron / pair
    """
    if level.size < 2:
        return np.zeros((0, level.size))
    return np.asarray(np.gradient(np.log(np.maximum(level, 1e-3 * np.median(level))))[None])


def residual_templates(residual: FloatArray, noise: FloatArray, most: int) -> FloatArray:
    """Patterns that stand above the noise.

    Parameters
    ----------
    residual : (bin, channel) relative, nothing but transit, drift and level taken out
    noise : (channel,) relative standard deviation of a bin; inf for channels to leave out
    most : largest number of patterns

    Returns
    -------
    (template, channel), at most `most` of them
    """
    used = np.isfinite(noise)
    bins, channels = residual.shape[0], int(used.sum())
    if channels < 2 or most == 0:
        return np.zeros((0, residual.shape[1]))
    _, size, rows = np.linalg.svd(residual[:, used] / noise[used], full_matrices=False)
    edge = _MARGIN * (np.sqrt(bins) + np.sqrt(channels))
    count = min(most, int(np.sum(size > edge)))
    templates = np.zeros((count, residual.shape[1]))
    templates[:, used] = rows[:count] * noise[used]
    return templates
