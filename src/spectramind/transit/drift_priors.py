"""Covariances of the drift of one visit.

A gain that drifts is common to all columns of a detector but for a factor: the drift of AIRS is one
function of time times one of wavelength, and a small departure from that. FGS1 has one function of
time. All are Legendre series, in time without the constant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.transit.drift import legendre_scales

FloatArray = NDArray[np.float64]

DRIFT_FREEDOM = 4.0
"""Degrees of freedom of the size of a visit's drift (Student's t): visits differ by factors."""
_AIRS_SIZE = 1.0e-3
_FGS1_SIZE = 1.5e-3
_DEPARTURE = 0.1  # of the size of the separable drift


@dataclass(frozen=True)
class DriftPriors:
    """Covariance of each part of the drift of a visit; all have mean zero.

    departure    (time x colour, same) of AIRS beside the separable drift
    gain_time    (time, time) factor in time of the separable drift of AIRS
    fgs1         (time, time)
    gain_colour  (colour, colour) factor in wavelength, of unit length; the size is in the others
    """

    departure: FloatArray
    gain_time: FloatArray
    fgs1: FloatArray
    gain_colour: FloatArray

    @property
    def blocks(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """The four in the order of `ParameterLayout.drift`."""
        return self.departure, self.gain_time, self.fgs1, self.gain_colour


def generic_drift(time: int, colour: int) -> DriftPriors:
    """Diagonal covariances for drift orders in time and wavelength.

    Parameters
    ----------
    time, colour : highest orders
    """
    in_time, in_colour = legendre_scales(time)[1:], legendre_scales(colour)
    in_time, in_colour = in_time / in_time[0], in_colour / in_colour[0]
    departure = _DEPARTURE * _AIRS_SIZE * np.outer(in_time, in_colour).ravel()
    return DriftPriors(
        departure=np.diag(departure**2),
        gain_time=np.diag((_AIRS_SIZE * in_time) ** 2),
        fgs1=np.diag((_FGS1_SIZE * in_time) ** 2),
        gain_colour=np.diag(in_colour**2 / np.sum(in_colour**2)),
    )
