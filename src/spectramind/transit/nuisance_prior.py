"""The Gaussian prior of a planet's nuisance parameters: star and orbit, drift, visit scales."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.stars import Star
from spectramind.transit.assumed_star import with_assumptions
from spectramind.transit.drift_priors import DRIFT_FREEDOM
from spectramind.transit.parameter_layout import ParameterLayout
from spectramind.transit.priors import TransitPriors, regressors

FloatArray = NDArray[np.float64]

SIZED = 3
"""Parts of the drift whose size differs between visits; the last one is a ratio."""


OVER_RELAXED = 1.6
"""Power of a step of the sizes: expectation maximisation creeps; below 2 it still converges."""


def star_mean(priors: TransitPriors, star: Star) -> FloatArray:
    """(star,) prior mean of limb darkening and of what the orbit differs from the table by."""
    mean = priors.star_mean
    return np.asarray(mean @ regressors(star, mean.shape[1]))


def nuisance_prior(
    layout: ParameterLayout,
    priors: TransitPriors,
    star: Star,
    drift_size: FloatArray,
    scale_spread: float,
    star_weight: float = 1.0,
) -> tuple[FloatArray, FloatArray]:
    """Prior of the nuisance parameters, orbit relative to the table, wide where that is silent.

    Parameters
    ----------
    drift_size : (visit, 3) precision of each visit's drift relative to the typical one
    scale_spread : standard deviation of the visits' depth scales
    star_weight : precision of the star's parameters relative to that of the prior

    Returns
    -------
    precision (nuisance, nuisance), mean (nuisance,)
    """
    priors = with_assumptions(priors, star)
    first = layout.nuisance[0]
    precision = np.zeros((layout.nuisance.size, layout.nuisance.size))
    place = layout.star - first
    precision[np.ix_(place, place)] = star_weight * priors.star_precision
    inverse = priors.drift_precision
    for visit, size in enumerate(drift_size):
        for block, index, weight in zip(inverse, layout.drift(visit), (*size, 1.0), strict=True):
            part = index - first
            precision[np.ix_(part, part)] = block * weight
        scale = layout.visit_scale(visit) - first
        precision[scale, scale] = scale_spread**-2.0
    mean = np.zeros(layout.nuisance.size)
    mean[place] = star_mean(priors, star)
    return precision, mean


def expected_size(square: float, count: int) -> float:
    """Precision of a visit's drift relative to the typical one, under Student's t.

    Parameters
    ----------
    square : posterior mean of drift.(typical covariance)^-1.drift
    count : number of coefficients
    """
    return (DRIFT_FREEDOM + count) / (DRIFT_FREEDOM + square)


def log_size_prior(sizes: FloatArray) -> float:
    """Ln density of ln(size) of Student's t as a mixture of Gaussians, up to a constant."""
    return float(0.5 * DRIFT_FREEDOM * np.sum(np.log(sizes) - sizes))


def drift_moments(
    layout: ParameterLayout, mean: FloatArray, covariance: FloatArray
) -> list[list[FloatArray]]:
    """Second moments of the four parts of the drift, visit by visit.

    Parameters
    ----------
    mean, covariance : posterior of the nuisance parameters
    """
    return [
        [
            np.outer(mean[index], mean[index]) + covariance[np.ix_(index, index)]
            for index in layout.drift_places(visit)
        ]
        for visit in range(layout.visits)
    ]
