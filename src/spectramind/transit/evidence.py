"""How well light curves fit what was believed of their planet: evidence of priors, part by part.

With nuisance parameters w ~ N(m, P^-1) and depths d = centre + F x + a Y y, x and y standard normal
and the amplitude a from a mixture, everything is Gaussian but for a. Eliminating w and x first
leaves a matrix G and a vector g about y, and

    ln Z = ln Z0 + ln sum_a p(a) prod_i (1 + a^2 G_i)^(-1/2) exp(a^2 g_i^2 / (2 + 2 a^2 G_i))

along the principal axes of G, up to a constant of the light curves that all priors share: the
Bayes factor of two priors is exact in the linearised problem.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular

from spectramind.survey.stars import Star
from spectramind.transit.depth_prior import AMPLITUDES, log_amplitude_weights
from spectramind.transit.light_information import LightInformation
from spectramind.transit.nuisance_prior import (
    SIZED,
    drift_moments,
    expected_size,
    log_size_prior,
    nuisance_prior,
)
from spectramind.transit.prior_choices import DepthBasis, PriorChoices
from spectramind.transit.priors import TransitPriors

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_SIZE_ROUNDS = 4


@dataclass(frozen=True)
class PriorEvidence:
    """What light curves say of one prior.

    log_evidence  ln Z, up to a constant of the light curves
    amplitude     posterior mean of the amplitude of the spectrum
    drift_size    (visit, 3) of the drift under this prior
    """

    log_evidence: float
    amplitude: float
    drift_size: FloatArray


def log_evidence(
    information: LightInformation,
    priors: TransitPriors,
    basis: DepthBasis,
    star: Star,
    drift_size: FloatArray,
) -> PriorEvidence:
    """Evidence of one prior for given sizes of the drift.

    Parameters
    ----------
    basis : of the prior of the spectrum
    drift_size : (visit, 3)
    """
    precision, mean = nuisance_prior(
        information.layout, priors, star, drift_size, information.scale_spread
    )
    vector, depth_vector = information.centred()
    n, free = vector.size, basis.free.shape[1]
    columns = np.hstack([basis.free, basis.shapes])
    about = information.cross @ columns
    among = columns.T @ information.depth_matrix @ columns
    first = np.empty((n + free, n + free))
    first[:n, :n] = information.matrix + precision
    first[:n, n:], first[n:, :n] = about[:, :free], about[:, :free].T
    first[n:, n:] = among[:free, :free] + np.eye(free)
    shift = precision @ mean
    told = columns.T @ depth_vector
    right = np.concatenate([vector + shift, told[:free]])
    coupling = np.vstack([about[:, free:], among[:free, free:]])
    factor = cholesky(first, lower=True, check_finite=False)
    solved = solve_triangular(
        factor, np.column_stack([coupling, right]), lower=True, check_finite=False
    )
    left, seen = solved[:, :-1], solved[:, -1]
    inner = among[free:, free:] - left.T @ left
    values, axes = np.linalg.eigh(0.5 * (inner + inner.T))
    values = np.maximum(values, 0.0)
    along = axes.T @ (told[free:] - left.T @ seen)
    square = AMPLITUDES[:, None] ** 2
    grown = 1.0 + square * values
    weight = log_amplitude_weights(basis.prior) + 0.5 * np.sum(
        square * along**2 / grown - np.log(grown), axis=1
    )
    top = float(weight.max())
    share = np.exp(weight - top)
    base = 0.5 * float(seen @ seen - mean @ shift) - float(np.sum(np.log(np.diag(factor))))
    base += 0.5 * float(np.linalg.slogdet(precision)[1]) + log_size_prior(drift_size)
    return PriorEvidence(
        base + top + float(np.log(share.sum())),
        float(share @ AMPLITUDES / share.sum()),
        drift_size,
    )


def drift_sizes(
    information: LightInformation,
    priors: TransitPriors,
    basis: DepthBasis,
    star: Star,
    amplitude: float,
) -> FloatArray:
    """(visit, 3) sizes of the drift that agree with their own posterior.

    Parameters
    ----------
    amplitude : of the spectrum
    """
    matrix, vector = depths_unknown(information, basis, amplitude)
    sizes = information.drift_size
    inverse = priors.drift_precision
    for _ in range(_SIZE_ROUNDS):
        precision, mean = nuisance_prior(
            information.layout, priors, star, sizes, information.scale_spread
        )
        covariance: FloatArray = np.asarray(np.linalg.inv(matrix + precision), np.float64)
        posterior = covariance @ (vector + precision @ mean)
        sizes = np.array(
            [
                [
                    expected_size(float(np.sum(inverse[i] * moments[i])), len(moments[i]))
                    for i in range(SIZED)
                ]
                for moments in drift_moments(information, posterior, covariance)
            ]
        )
    return sizes


def depths_unknown(
    information: LightInformation, basis: DepthBasis, amplitude: float
) -> tuple[FloatArray, FloatArray]:
    """Information about the nuisance parameters alone: matrix, vector.

    Parameters
    ----------
    basis, amplitude : prior of the spectrum that is integrated out
    """
    vector, depth_vector = information.centred()
    columns = np.hstack([basis.free, amplitude * basis.shapes])
    about = information.cross @ columns
    among = columns.T @ information.depth_matrix @ columns + np.eye(columns.shape[1])
    factor = (cholesky(among, lower=True, check_finite=False), True)
    solved = cho_solve(
        factor, np.column_stack([about.T, columns.T @ depth_vector]), check_finite=False
    )
    matrix = information.matrix - about @ solved[:, :-1]
    return 0.5 * (matrix + matrix.T), vector - about @ solved[:, -1]


def evidences(
    information: LightInformation, choices: PriorChoices, star: Star
) -> dict[tuple[int, int, int], PriorEvidence]:
    """Evidence of every combination of parts."""
    found: dict[tuple[int, int, int], PriorEvidence] = {}
    sizes: dict[int, FloatArray] = {}
    for choice in choices.combinations():
        priors, basis = choices.combined(choice), choices.depth_bases[choice.depth]
        if choice.drift not in sizes:  # what is believed of the star hardly touches them
            typical = basis.prior.typical_amplitude
            sizes[choice.drift] = drift_sizes(information, priors, basis, star, typical)
        found[choice] = log_evidence(information, priors, basis, star, sizes[choice.drift])
    return found


def prior_distance(
    matrix: FloatArray, vector: FloatArray, mean: FloatArray, covariance: FloatArray
) -> tuple[float, float]:
    """How far light curves lie from a prior, in its own predictive scatter.

    Parameters
    ----------
    matrix, vector : information about some parameters, all others integrated out
    mean, covariance : prior of these parameters

    Returns
    -------
    squared distance, and what is expected of it: the number of parameters that the light curves
    determine (both without a division by what they do not)
    """
    score = vector - matrix @ mean
    inner = np.eye(mean.size) + matrix @ covariance
    distance = score @ covariance @ np.linalg.solve(inner, score)
    return float(distance), float(np.trace(np.linalg.solve(inner, matrix @ covariance)))


def log_sum(values: Sequence[float]) -> float:
    """Logarithm of a sum of exponentials."""
    top = max(values)
    return top + float(np.log(np.sum(np.exp(np.array(values) - top))))
