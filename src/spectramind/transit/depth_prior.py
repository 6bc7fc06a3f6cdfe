"""What is believed about a spectrum before the light curves are seen.

    depth = D0 + amplitude (learnt shapes + Gaussian process over wavelength), FGS1 offset beside

D0 is free. The amplitude, the rms of the AIRS spectrum about its mean, varies over two decades
between planets, so that no one Gaussian fits: the prior is a mixture over amplitudes with lognormal
weights, and the light curves choose among them by their evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lu_factor, lu_solve

from spectramind.survey.instruments import N_CHANNELS

FloatArray = NDArray[np.float64]

FREE_DEPTH = 0.02
"""Standard deviation of D0: far wider than any light curve leaves it."""
WHITE_FLOOR = 3e-7
AMPLITUDES: FloatArray = np.geomspace(3e-6, 4e-4, 8)
"""Of the mixture: rms of an AIRS spectrum about its mean."""
_NUGGET = 0.01
_ROUGHNESS = 2e-6  # independent between channels, only while iterating
_SLOW = 5.0


@dataclass(frozen=True)
class DepthPrior:
    """Prior over the 283 depths of a planet.

    shapes         (shape, 282) AIRS spectra about their mean, for unit amplitude, one row each
                   with its standard deviation as length
    process_size   standard deviation of the Gaussian process for unit amplitude; 0 leaves it out
    process_scale  micrometre, correlation length of the process
    offset         standard deviation of FGS1 minus the AIRS mean
    log_amplitude  mean and standard deviation of ln(amplitude)
    """

    shapes: FloatArray
    process_size: float
    process_scale: float
    offset: float
    log_amplitude: tuple[float, float]

    @property
    def values(self) -> tuple[float, ...]:
        """All numbers but the shapes."""
        return (self.process_size, self.process_scale, self.offset, *self.log_amplitude)

    @property
    def typical_amplitude(self) -> float:
        """Amplitude that is large enough not to bind a planet's spectrum during iterations."""
        return float(np.exp(self.log_amplitude[0] + 0.7 * self.log_amplitude[1]))

    def unit_covariance(self, wavelength: FloatArray) -> FloatArray:
        """(283, 283) covariance of the shape for unit amplitude.

        Parameters
        ----------
        wavelength : (282,) micrometre, of the AIRS channels
        """
        covariance = np.zeros((N_CHANNELS, N_CHANNELS))
        distance = np.sqrt(3.0) * np.abs(wavelength[:, None] - wavelength) / self.process_scale
        process = _matern(distance) + _matern(distance / _SLOW)
        process += _NUGGET * np.eye(wavelength.size)
        covariance[1:, 1:] = self.shapes.T @ self.shapes + self.process_size**2 * process
        return covariance

    def covariance(self, unit: FloatArray, amplitude: float) -> FloatArray:
        """(283, 283) covariance of the depths for one amplitude, from `unit_covariance`."""
        covariance = amplitude**2 * unit + FREE_DEPTH**2
        covariance[0, 0] += self.offset**2
        covariance[np.diag_indices(N_CHANNELS)] += WHITE_FLOOR**2
        return np.asarray(covariance)

    def precision(self, unit: FloatArray) -> FloatArray:
        """(283, 283) inverse covariance of the depths for the typical amplitude.

        The free common depth is taken out before the inversion and put back by the Woodbury
        identity: beside a spread of 2e-2 a grazing transit's information would drown in rounding.
        """
        covariance = self.typical_amplitude**2 * unit
        covariance[0, 0] += self.offset**2
        covariance[np.diag_indices(N_CHANNELS)] += _ROUGHNESS**2
        inverse = np.linalg.inv(covariance)
        common = inverse.sum(axis=1)
        inverse -= np.outer(common, common) / (FREE_DEPTH**-2.0 + common.sum())
        return np.asarray(0.5 * (inverse + inverse.T))


def _matern(distance: FloatArray) -> FloatArray:
    return np.asarray((1.0 + distance) * np.exp(-distance))


def log_amplitude_weights(prior: DepthPrior) -> FloatArray:
    """(amplitude,) ln of the prior weights, which add up to one."""
    place = (np.log(AMPLITUDES) - prior.log_amplitude[0]) / prior.log_amplitude[1]
    weight = -0.5 * place**2
    return np.asarray(weight - np.log(np.sum(np.exp(weight))))


def conditioned(
    prior: DepthPrior, unit: FloatArray, matrix: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """What every amplitude makes of light curves, whatever depths they tell of.

    Parameters
    ----------
    prior, unit : the prior and its `unit_covariance`
    matrix : (283, 283) information about the depths

    Returns
    -------
    covariances (amplitude, 283, 283) of the posteriors, price (amplitude,): with h the information
    vector and m the posterior mean, the ln of an amplitude's weight is (h.m - price) / 2
    """
    covariances, price = [], []
    identity = np.eye(matrix.shape[0])
    for amplitude in AMPLITUDES:
        covariance = prior.covariance(unit, float(amplitude))
        factors = lu_factor(identity + covariance @ matrix, check_finite=False)
        posterior = lu_solve(factors, covariance, check_finite=False)
        log_determinant = float(np.sum(np.log(np.abs(np.diag(factors[0])))))
        place = (np.log(amplitude) - prior.log_amplitude[0]) / prior.log_amplitude[1]
        covariances.append(0.5 * (posterior + posterior.T))
        price.append(log_determinant + place**2)
    return np.array(covariances), np.array(price)


def combine(
    prior: DepthPrior, unit: FloatArray, matrix: FloatArray, vector: FloatArray, centre: FloatArray
) -> tuple[FloatArray, FloatArray, float]:
    """Posterior of the depths from what the light curves say, over all amplitudes.

    The clear version, channel by channel, that `evidence.posterior` is held against.

    Parameters
    ----------
    prior, unit : the prior and its `unit_covariance`
    matrix, vector : (283, 283), (283,) information about depth - centre
    centre : (283,) mean of the prior, the same depth in all channels

    Returns
    -------
    mean (283,), covariance (283, 283), amplitude (posterior mean)
    """
    covariances, price = conditioned(prior, unit, matrix)
    means = covariances @ vector
    evidence = 0.5 * (means @ vector - price)
    weight = np.exp(evidence - evidence.max())
    weight /= weight.sum()
    mean = np.einsum("a,ac->c", weight, means)
    spread = means - mean
    covariance = np.einsum("a,acd->cd", weight, covariances)
    covariance += np.einsum("a,ac,ad->cd", weight, spread, spread)
    return centre + mean, covariance, float(weight @ AMPLITUDES)


def learn_depth_prior(depth: FloatArray, most_shapes: int = 7) -> DepthPrior:
    """Prior from spectra that are known.

    Parameters
    ----------
    depth : (planet, 283), at least 3 planets
    most_shapes : principal components that are kept; the process stands in for the others
    """
    airs = depth[:, 1:]
    mean = airs.mean(axis=1)
    centred = airs - mean[:, None]
    amplitude = np.maximum(centred.std(axis=1), 1e-7)
    unit = centred / amplitude[:, None]
    planets = depth.shape[0]
    count = min(most_shapes, planets - 1)
    _, size, rows = np.linalg.svd(unit, full_matrices=False)
    # A planet that was not seen may differ more than those seen: a little is added to every shape.
    extra = 2e-3 * unit.shape[1] / (1.0 + np.arange(count)) ** 2
    length = np.sqrt(size[:count] ** 2 / planets + extra)
    offset = depth[:, 0] - mean
    spread = max(float(np.std(np.log(amplitude))), 0.3)
    return DepthPrior(
        shapes=rows[:count] * length[:, None],
        process_size=0.08,
        process_scale=0.06,
        offset=float(np.sqrt(np.mean(offset**2))),
        log_amplitude=(float(np.mean(np.log(amplitude))), spread),
    )
