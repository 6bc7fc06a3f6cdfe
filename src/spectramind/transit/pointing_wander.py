"""How far the spectrum wanders along the detector: a prior for its shift in every time bin.

The shift is an Ornstein-Uhlenbeck process beside white jitter. A shift that is free in every bin
would take with it what the transit and a featureless spectrum have in common, and a wander that is
left out is taken for a transit; so its size is learnt from the light curve itself, by the
likelihood of what neither transit nor slow drift can make (restricted likelihood: H. D. Patterson,
R. Thompson, Biometrika 58, 545, 1971). A shift that is not there then costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_MEMORY = 0.33  # hour; a wander that forgets three times faster or slower is described as well
_SIZES: FloatArray = np.concatenate([[0.0], 0.1 * 10.0 ** np.arange(0.0, 2.6, 0.25)])
"""Slow and fast rms that are tried, in units of the noise of a bin."""
_LEAST_GAIN = 4.0  # of ln(likelihood); a visit of the competition's kind gives 8 to 60


@dataclass(frozen=True)
class Wander:
    """Shift of the spectrum along the dispersion.

    slow, fast  rms of the slow part, and of the jitter of a bin, channel
    """

    slow: float
    fast: float


STILL = Wander(0.0, 0.0)


@lru_cache(maxsize=16)
def _modes(bins: int, step: float) -> tuple[FloatArray, FloatArray]:
    lag = np.abs(np.subtract.outer(np.arange(bins), np.arange(bins)))
    return np.linalg.eigh(np.exp(-step * lag))


def wander_modes(bins: int, spacing: float) -> tuple[FloatArray, FloatArray]:
    """Variance (mode,) and shape (bin, mode) of the modes of a slow part of unit size.

    Parameters
    ----------
    spacing : of the bins, hour
    """
    return _modes(bins, round(spacing / _MEMORY, 9))


def _likelihoods(series: FloatArray, signal: FloatArray, variance: FloatArray) -> FloatArray:
    """(trial,) restricted ln likelihood of a series in modes, up to a constant.

    Parameters
    ----------
    series : (mode,), signal : (mode, column) what is fitted out; variance : (trial, mode)
    """
    weight = 1.0 / variance
    gram = np.einsum("mi,tm,mj->tij", signal, weight, signal, optimize=True)
    right = (weight * series) @ signal
    fitted = np.einsum("ti,ti->t", right, np.linalg.solve(gram, right[..., None])[..., 0])
    square = weight @ series**2 - fitted
    return np.asarray(-0.5 * (np.log(variance).sum(1) + np.linalg.slogdet(gram)[1] + square))


def learn_wander(series: FloatArray, signal: FloatArray, spacing: float, noise: float) -> Wander:
    """Wander that makes a series of measured shifts most likely; STILL where that says little.

    Parameters
    ----------
    series : (bin,) shift, channel, with white noise
    signal : (bin, column) orthonormal time series that the shift may share with transit and drift
    spacing : of the bins, hour
    noise : standard deviation of the noise of a bin, channel
    """
    slow, fast = (size.ravel() for size in np.meshgrid(_SIZES, _SIZES))
    share, shape = wander_modes(series.size, spacing)
    variance = 1.0 + fast[:, None] ** 2 + slow[:, None] ** 2 * share
    value = _likelihoods(shape.T @ series / noise, shape.T @ signal, variance)
    best = int(np.argmax(value))  # the first trial is none at all
    if value[best] <= value[0] + _LEAST_GAIN:
        return STILL
    return Wander(noise * float(slow[best]), noise * float(fast[best]))
