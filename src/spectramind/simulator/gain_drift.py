"""Slow drift of the gain, separable in time and wavelength.

z(t, x) = 1 + A p(t) q(x) / range(p q), where p and q are polynomials of order 5 whose coefficients
are uniform in (-1, 1) and whose arguments run from 0 to 1 (the competition's simulator).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_ORDER = 5


def _polynomial(rng: np.random.Generator, x: FloatArray) -> FloatArray:
    return np.asarray(np.polynomial.polynomial.polyval(x, rng.uniform(-1.0, 1.0, _ORDER + 1)))


def draw_gain(
    rng: np.random.Generator, phase: FloatArray, columns: int, amplitude: float
) -> FloatArray:
    """Draw the drift of one visit.

    Parameters
    ----------
    phase : (pair,) time as a share of the visit, 0 to 1
    columns : number of columns over which wavelength runs; 1 for a photometer
    amplitude : peak-to-peak size over all times and columns

    Returns
    -------
    (column, pair) factor around 1
    """
    in_time = _polynomial(rng, phase)
    along = _polynomial(rng, np.linspace(0.0, 1.0, columns)) if columns > 1 else np.ones(1)
    product = along[:, None] * in_time
    return 1.0 + amplitude * product / np.ptp(product)
