"""Slow detector drift: Legendre polynomials in time with a prior that fades with order.

The gain of Ariel's simulated detectors drifts as a polynomial of fifth order over the visit whose
coefficients are of like size in powers of t over [0, 1]. In Legendre polynomials, which are nearly
uncorrelated over the window, the same drift has coefficients that fall fast with order. Given that
prior the fifth order costs little where the data say nothing, as in a partial transit.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import legendre, polynomial
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

DRIFT_ORDER = 5


def legendre_basis(position: FloatArray, order: int) -> FloatArray:
    """Legendre polynomials 0..order over the range of `position`: (sample, order + 1)."""
    low, high = float(position.min()), float(position.max())
    span = high - low if high > low else 1.0
    return np.asarray(legendre.legvander(2.0 * (position - low) / span - 1.0, order))


def legendre_scales(order: int) -> FloatArray:
    """Standard deviation of each Legendre coefficient, (order + 1,), of a drift of unit size.

    Drift of unit size: sum_i a_i x^i over x in [0, 1] with independent a_i of unit variance.
    """
    variance = np.zeros(order + 1)
    power = np.array([1.0])
    for _ in range(order + 1):
        coefficients = legendre.poly2leg(power)
        variance[: coefficients.size] += coefficients**2
        power = polynomial.polymul(power, [0.5, 0.5])  # x = (y + 1) / 2, y in [-1, 1]
    return np.asarray(np.sqrt(variance))
