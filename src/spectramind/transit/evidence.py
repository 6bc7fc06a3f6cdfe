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
from spectramind.transit.depth_prior import AMPLITUDES, WHITE_FLOOR, log_amplitude_weights
from spectramind.transit.light_information import LightInformation
from spectramind.transit.nuisance_prior import (
    OVER_RELAXED,
    SIZED,
    drift_moments,
    expected_size,
    log_size_prior,
    nuisance_prior,
)
from spectramind.transit.prior_choices import Combination, DepthBasis, PriorChoices
from spectramind.transit.priors import TransitPriors

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_SIZE_ROUNDS = 4


@dataclass(frozen=True)
class PriorEvidence:
    """What light curves say under one prior: its evidence, and what the posterior is made of.

    log_evidence  ln Z, up to a constant of the light curves
    drift_size    (visit, 3) of the drift under this prior
    weight        (amplitude,) posterior weights of the amplitudes
    values        (shape,) G along its principal axes
    along         (shape,) g along them
    axes          (shape, shape) principal axes, one a column
    factor        lower Cholesky factor of the precision of (w, x)
    left          factor^-1 times the coupling of (w, x) with y
    seen          factor^-1 times the information vector of (w, x)
    """

    log_evidence: float
    drift_size: FloatArray
    weight: FloatArray
    values: FloatArray
    along: FloatArray
    axes: FloatArray
    factor: FloatArray
    left: FloatArray
    seen: FloatArray

    @property
    def amplitude(self) -> float:
        """Posterior mean of the amplitude of the spectrum."""
        return float(self.weight @ AMPLITUDES)


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
        log_evidence=base + top + float(np.log(share.sum())),
        drift_size=drift_size,
        weight=share / share.sum(),
        values=values,
        along=along,
        axes=axes,
        factor=factor,
        left=left,
        seen=seen,
    )


def posterior(found: PriorEvidence, basis: DepthBasis) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Posterior of depths and nuisance parameters under one prior, over all amplitudes.

    Returns
    -------
    depth - centre (283,), its covariance (283, 283), nuisance parameters (nuisance,)
    """
    free = basis.free.shape[1]
    square = AMPLITUDES[:, None] ** 2
    spread = square / (1.0 + square * found.values)
    shape = spread * found.along
    mean = found.weight @ shape
    inner = np.diag(found.weight @ spread)
    inner += (found.weight[:, None] * (shape - mean)).T @ (shape - mean)
    unit = np.zeros((len(found.factor), free))
    unit[-free:] = np.eye(free)
    solved = solve_triangular(
        found.factor,
        np.column_stack([found.seen, found.left, solve_triangular(found.factor, unit, lower=True)]),
        lower=True,
        trans="T",
        check_finite=False,
    )
    start, coupled, own = solved[:, 0], solved[:, 1:-free] @ found.axes, solved[-free:, -free:]
    along = basis.shapes @ found.axes - basis.free @ coupled[-free:]
    depth = basis.free @ start[-free:] + along @ mean
    covariance = along @ inner @ along.T + basis.free @ own @ basis.free.T
    rest = basis.rest * float(found.weight @ AMPLITUDES**2) + WHITE_FLOOR**2
    covariance[np.diag_indices(len(covariance))] += rest
    return depth, covariance, start[:-free] - coupled[:-free] @ mean


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
        mean_now = covariance @ (vector + precision @ mean)
        fresh = np.array(
            [
                [
                    expected_size(float(np.sum(inverse[i] * moments[i])), len(moments[i]))
                    for i in range(SIZED)
                ]
                for moments in drift_moments(information.layout, mean_now, covariance)
            ]
        )
        sizes = sizes * (fresh / sizes) ** OVER_RELAXED
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
) -> dict[Combination, PriorEvidence]:
    """Evidence of every combination of parts."""
    found: dict[Combination, PriorEvidence] = {}
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
    """How far the posterior of some parameters lies from their prior, in the prior's scatter.

    Parameters
    ----------
    matrix, vector : information about the parameters, all others integrated out
    mean, covariance : prior of these parameters

    Returns
    -------
    squared distance of the posterior mean from the prior mean, and its expectation: the number of
    parameters that the light curves determine
    """
    inner = np.eye(mean.size) + matrix @ covariance
    score = np.linalg.solve(inner, vector - matrix @ mean)
    freedom = float(np.trace(np.linalg.solve(inner, matrix @ covariance)))
    return float(score @ covariance @ score), freedom


def log_sum(values: Sequence[float]) -> float:
    """Logarithm of a sum of exponentials."""
    top = max(values)
    return top + float(np.log(np.sum(np.exp(np.array(values) - top))))
