"""Patterns over wavelength that jitter imprints on the spectrum, one amplitude in every time bin.

A shift of the spectrum along the detector changes channel c by s(t) d ln S / dc, with s as large as
the light curve says (`pointing_wander`). Bad pixels, and shifts across the dispersion, leave other
patterns, which are taken from the residuals themselves: the leading singular vectors, as many as
stand above the largest one that noise alone gives (V. Marchenko & L. Pastur 1967; the edge for a
matrix of unit noise is sqrt(bins) + sqrt(channels)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.transit.pointing_wander import STILL, Wander

FloatArray = NDArray[np.float64]

_MARGIN = 1.04  # the largest noise value scatters about the edge by about 1 %


@dataclass(frozen=True)
class Jitter:
    """What jitters in one light curve.

    patterns  (pattern, channel) relative flux, with a free amplitude in every bin
    shift     (channel,) relative change for a shift by one channel
    wander    prior of that shift
    """

    patterns: FloatArray
    shift: FloatArray
    wander: Wander

    @property
    def count(self) -> int:
        """Number of patterns that are taken out."""
        return len(self.patterns) + int(self.wander.slow > 0.0 or self.wander.fast > 0.0)


def no_jitter(level: FloatArray) -> Jitter:
    """Of a light curve that does not move; parameters as `shift_template`."""
    return Jitter(np.zeros((0, level.size)), shift_template(level), STILL)


def shift_template(level: FloatArray) -> FloatArray:
    """(channel,) relative change for a shift by one channel, from the spectrum's own slope.

    Parameters
    ----------
    level : (channel,) electron / pair
    """
    if level.size < 2:
        return np.zeros(level.size)
    return np.asarray(np.gradient(np.log(np.maximum(level, 1e-3 * np.median(level)))))


def projected(
    pattern: FloatArray, basis: FloatArray, weight: FloatArray
) -> tuple[FloatArray, float]:
    """The part of a pattern that a basis does not hold, of unit length, and its length.

    Parameters
    ----------
    pattern : (channel,)
    basis : (pattern, channel) orthonormal under the weights
    weight : (channel,)
    """
    rest = pattern - (basis @ (weight * pattern)) @ basis
    length = float(np.sqrt(weight @ rest**2))
    return (rest / length if length > 0.0 else rest), length


def measured_shift(
    residual: FloatArray, shift: FloatArray, noise: FloatArray
) -> tuple[FloatArray, float, FloatArray]:
    """Shift in every bin, its noise, and the residuals without it.

    Parameters
    ----------
    residual : (bin, channel), shift : (channel,), noise : (channel,) inf for channels to leave out
    """
    weight = noise**-2.0
    unit, length = projected(shift, np.zeros((0, shift.size)), weight)
    amplitude = residual @ (weight * unit)
    return amplitude / length, 1.0 / length, residual - np.outer(amplitude, unit)


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
