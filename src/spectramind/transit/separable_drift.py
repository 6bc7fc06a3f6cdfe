"""The separable part of a drift, found before anything else is fitted.

A bilinear model needs a start, for with both factors at zero nothing would move them. Every channel
is fitted by least squares with polynomials in time beside a transit of free depth; the leading
singular pair of the coefficients, channels weighted by their noise, is the start.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.transit.drift_priors import DriftPriors

FloatArray = NDArray[np.float64]


def channel_drifts(residual: FloatArray, time: FloatArray, dip: FloatArray) -> FloatArray:
    """Coefficients (order, channel) of each channel's drift, the depth of its transit free.

    Parameters
    ----------
    residual : (bin, channel) relative to the star with a transit, 0 where not usable
    time : (bin, order) polynomials without the constant
    dip : (bin,) shape of the transit
    """
    design = np.column_stack([time, np.ones(dip.size), dip])
    return np.asarray(np.linalg.lstsq(design, residual, rcond=None)[0][: time.shape[1]])


def separable_part(
    drift: FloatArray, weight: FloatArray, colour: FloatArray, priors: DriftPriors
) -> tuple[FloatArray, FloatArray]:
    """Factors (time order,) and (wavelength order,) of the leading part of a drift.

    Parameters
    ----------
    drift : (time order, channel) coefficients of each channel
    weight : (channel,) inverse variance, 0 where a channel is not seen
    colour : (channel, wavelength order) polynomials
    priors : what is likely; the factor in wavelength has unit length, the other one the size
    """
    in_time = np.sqrt(np.diag(priors.gain_time))
    in_colour = np.sqrt(np.diag(priors.gain_colour))
    gram = (colour * weight[:, None]).T @ colour
    ridge = np.diag(1e-6 * gram[0, 0] / in_colour**2)
    series = np.linalg.solve(gram + ridge, (colour * weight[:, None]).T @ drift.T)
    left, size, right = np.linalg.svd((series / in_colour[:, None] / in_time[None]).T)
    series, shape = in_time * left[:, 0] * size[0], in_colour * right[0]
    length = float(np.linalg.norm(shape))
    return np.asarray(series * length), np.asarray(shape / length)
