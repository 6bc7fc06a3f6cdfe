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

    Its mean is taken out: a template without colour would absorb the transit itself.

    Parameters
    ----------
    level : (channel,) electron / pair
    """
    if level.size < 2:
        return np.zeros((0, level.size))
    slope = np.gradient(np.log(np.maximum(level, 1e-3 * np.median(level))))
    return np.asarray((slope - slope.mean())[None])


def signal_series(transit: FloatArray, drift: FloatArray) -> FloatArray:
    """(bin, series) orthonormal time series that belong to the transit and to slow drift.

    Parameters
    ----------
    transit : (bin, channel) model flux relative to the star
    drift : (bin, order) basis of slow drift, with the constant
    """
    dip = transit.mean(axis=1) - 1.0
    slope = np.gradient(dip)
    place = np.linspace(-1.0, 1.0, dip.size)
    series = np.column_stack([drift, dip, dip**2, slope, place * slope, np.gradient(slope)])
    left, size, _ = np.linalg.svd(
        series / np.maximum(np.linalg.norm(series, axis=0), 1e-300),
        full_matrices=False,
    )
    return np.asarray(left[:, : int(np.sum(size > 1e-10 * size[0]))])


def residual_templates(
    residual: FloatArray, noise: FloatArray, signal: FloatArray, most: int
) -> FloatArray:
    """Patterns that stand above the noise.

    They are sought in what no transit and no slow drift can make, so that a fit that has not
    settled yet leaves no trace in them.

    Parameters
    ----------
    residual : (bin, channel) relative, nothing but transit, drift and level taken out
    noise : (channel,) relative standard deviation of a bin; inf for channels to leave out
    signal : (bin, series) orthonormal, from `signal_series`
    most : largest number of patterns

    Returns
    -------
    (template, channel), at most `most` of them
    """
    used = np.isfinite(noise)
    bins, channels = residual.shape[0], int(used.sum())
    if channels < 2 or most == 0:
        return np.zeros((0, residual.shape[1]))
    scaled = residual[:, used] / noise[used]
    scaled = scaled - signal @ (signal.T @ scaled)
    _, size, rows = np.linalg.svd(scaled, full_matrices=False)
    edge = _MARGIN * (np.sqrt(bins) + np.sqrt(channels))
    count = min(most, int(np.sum(size > edge)))
    templates = np.zeros((count, residual.shape[1]))
    templates[:, used] = rows[:count] * noise[used]
    return templates
