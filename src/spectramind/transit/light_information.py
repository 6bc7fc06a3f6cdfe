"""What a planet's light curves say about its depths and nuisance parameters, before any prior.

At the end of a fit the log likelihood is a quadratic in the depths d and the nuisance parameters w
(limb darkening, orbit relative to the table, drift, visit scales); mid-times and levels are
integrated out. So any prior can be tried on the same light curves without fitting them again: its
evidence, its posterior and what it teaches are a matter of matrices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.transit.parameter_layout import ParameterLayout

FloatArray = NDArray[np.float64]

_HELD = 1e-8
"""Spreads below are numerical zeros."""


@dataclass(frozen=True)
class LightInformation:
    """The quadratic -1/2 (w.matrix.w + 2 w.cross.d + d.depth_matrix.d) + w.vector + d.depth_vector.

    centre        depth that the prior of the spectrum is centred on
    matrix        (nuisance, nuisance)
    cross         (nuisance, 283)
    vector        (nuisance,)
    depth_matrix  (283, 283)
    depth_vector  (283,)
    drift_size    (visit, 3) precision of the drift of each visit relative to the typical one
    scale_spread  standard deviation of the visits' depth scales
    """

    layout: ParameterLayout
    centre: float
    matrix: FloatArray
    cross: FloatArray
    vector: FloatArray
    depth_matrix: FloatArray
    depth_vector: FloatArray
    drift_size: FloatArray
    scale_spread: float

    @property
    def disagreement(self) -> float:
        """Relative spread of the depths of visits that contradict each other; 0 where none do."""
        return self.scale_spread if self.scale_spread > _HELD else 0.0

    def centred(self) -> tuple[FloatArray, FloatArray]:
        """Vectors of the nuisance parameters and of the depths, depths relative to the centre."""
        one = np.full(self.depth_vector.size, self.centre)
        return self.vector - self.cross @ one, self.depth_vector - self.depth_matrix @ one
