"""Which level of temperature: the one with the best cross-validated score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spectramind.uncertainty.folds import fold_numbers
from spectramind.uncertainty.sample import Sample, Score
from spectramind.uncertainty.temperature import Level, heated, learn_temperature

FloatArray = NDArray[np.float64]


def cross_validated_sigma(
    sample: Sample, level: Level, weights: FloatArray, folds: int
) -> FloatArray:
    """(planet, 283) sigma of each planet with the factors that the other folds teach."""
    number = fold_numbers(len(sample), folds)
    sigma = np.empty_like(sample.sigma)
    for fold in np.unique(number):
        held = number == fold
        taught = learn_temperature(sample.rows(~held), level, weights)
        sigma[held] = heated(taught, sample.rows(held))
    return sigma


def choose_level(
    sample: Sample, score: Score, weights: FloatArray, folds: int, levels: Sequence[Level]
) -> Level:
    """The level with the best cross-validated score; a finer one must beat the coarser ones.

    A level is taken when its gain over the best one before it exceeds a standard error of that gain
    over the planets: factors that only follow the noise rarely do.

    Parameters
    ----------
    levels : to choose from, coarse ones first
    """
    if len(sample) < 2:
        return "identity"
    best = levels[0]
    mean = score(sample.truth, sample.mu, cross_validated_sigma(sample, best, weights, folds))
    for level in levels[1:]:
        sigma = cross_validated_sigma(sample, level, weights, folds)
        other = score(sample.truth, sample.mu, sigma)
        if rises(other - mean, 1.0):
            best, mean = level, other
    return best


def rises(gain: FloatArray, errors: float) -> bool:
    """Whether the mean gain (planet,) is more than so many of its standard errors."""
    known = gain[np.isfinite(gain)]
    if known.size < 2:
        return False
    return bool(known.mean() > errors * known.std(ddof=1) / np.sqrt(known.size))
