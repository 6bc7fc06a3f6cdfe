"""What tells the scores of the two editions apart: weights, ideal sigma, kind of ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.edition import Edition
from spectramind.survey.instruments import N_AIRS, N_CHANNELS

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Metric:
    """Constants of an official score.

    weights       (283,) of the channels
    ideal_sigma   (283,) sigma of the answer that scores 1
    of_sums       ratio of the sums over all cells, else mean of the ratios of the cells
    """

    weights: FloatArray
    ideal_sigma: FloatArray
    of_sums: bool


METRICS: dict[Edition, Metric] = {
    "2024": Metric(np.ones(N_CHANNELS), np.full(N_CHANNELS, 1e-5), of_sums=True),
    "2025": Metric(
        np.concatenate([[57.846], np.ones(N_AIRS)]),
        np.concatenate([[1e-6], np.full(N_AIRS, 1e-5)]),
        of_sums=False,
    ),
}
