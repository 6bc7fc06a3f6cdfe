"""Smoothing of noisy depths over wavelength, as strongly as their evidence asks for.

A spectrum is a constant plus a Gaussian process with a Matern-5/2 kernel. Amplitude and length are
not chosen but averaged over, each pair weighted with the evidence of the measured depths and a wide
prior on the amplitude (C. Rasmussen & C. Williams, Gaussian Processes for Machine Learning, 2006,
eq. 2.30, 4.17, 5.3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky

FloatArray = NDArray[np.float64]

AMPLITUDES: FloatArray = np.geomspace(2e-6, 6e-4, 8)
LENGTHS: tuple[float, ...] = (0.15, 0.4)  # micrometre: molecular bands
TYPICAL_AMPLITUDE = 5e-5  # of ln(amplitude), with unit standard deviation
LEVEL_SPREAD = 0.02


def _kernel(distance: FloatArray, length: float) -> FloatArray:
    scaled = np.sqrt(5.0) * distance / length
    return np.asarray((1.0 + scaled + scaled**2 / 3.0) * np.exp(-scaled))


def smooth_depths(
    wavelength: FloatArray, depth: FloatArray, covariance: FloatArray, level: float
) -> tuple[FloatArray, FloatArray]:
    """Posterior mean and covariance of the spectrum.

    Parameters
    ----------
    wavelength : (channel,) micrometre
    depth : (channel,) measured
    covariance : (channel, channel) of the measurement
    level : centre of the wide prior on the spectrum's mean

    Returns
    -------
    mean (channel,), covariance (channel, channel)
    """
    distance = np.abs(wavelength[:, None] - wavelength[None, :])
    rest = depth - level
    means, covariances, evidences = [], [], []
    for length in LENGTHS:
        shape = _kernel(distance, length)
        for amplitude in AMPLITUDES:
            prior = LEVEL_SPREAD**2 + amplitude**2 * shape
            factor = cholesky(prior + covariance, lower=True)
            solved = cho_solve((factor, True), np.column_stack([rest, prior]))
            means.append(prior @ solved[:, 0])
            covariances.append(prior - prior @ solved[:, 1:])
            evidence = -0.5 * float(rest @ solved[:, 0]) - float(np.log(np.diag(factor)).sum())
            evidences.append(evidence - 0.5 * float(np.log(amplitude / TYPICAL_AMPLITUDE)) ** 2)
    weight = np.exp(np.array(evidences) - max(evidences))
    weight /= weight.sum()
    mean = np.einsum("h,hc->c", weight, np.stack(means))
    total = np.zeros_like(covariance)
    for share, one_mean, one_covariance in zip(weight, means, covariances, strict=True):
        offset = one_mean - mean
        total += share * (one_covariance + np.outer(offset, offset))
    return level + mean, 0.5 * (total + total.T)
