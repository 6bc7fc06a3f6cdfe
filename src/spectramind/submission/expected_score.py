"""The score that a submission expects of itself, if its own error bars are true.

Every depth is drawn from the normal distribution that the submission states, and the official score
is averaged over it, cell by cell, by Gauss-Hermite quadrature. It is a figure of this very survey:
no truth and no memory of another survey enters. Where sigma is too small it promises too much.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.submission.score import NaiveModel, ScoreReport, cell_scores, report_of_cells

FloatArray = NDArray[np.float64]

_NODES = 9


def self_expected_score(
    mu: FloatArray, sigma: FloatArray, naive: NaiveModel, planet_ids: tuple[int, ...]
) -> ScoreReport:
    """Expected official score under the stated distribution of the depths.

    Parameters
    ----------
    mu, sigma : (planet, 283) transit depth and its standard deviation
    naive : mean and standard deviation of the training depths
    planet_ids : (planet,) names of the rows
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()
    cells = np.zeros_like(mu)
    for node, weight in zip(nodes, weights, strict=True):
        cells += weight * cell_scores(mu + node * sigma, mu, sigma, naive)
    return report_of_cells(cells, planet_ids, naive.metric)
