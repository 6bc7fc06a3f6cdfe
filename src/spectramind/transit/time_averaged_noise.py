"""Noise that does not average down: the scatter of residuals over longer and longer times.

White noise falls as one over the square root of the number of samples (F. Pont, S. Zucker,
D. Queloz, MNRAS 373, 231, 2006). What is left above that, in windows of up to the duration of the
transit, is an error that the depth shares. The sampling error of the scatter itself is allowed for,
and the degrees of freedom that a fit has taken: white residuals have none of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from spectramind.transit.common_residuals import CommonResidual
from spectramind.transit.time_structure import LEAST_SAMPLES, known_series

FloatArray = NDArray[np.float64]

_WINDOWS = (0.25, 0.5, 1.0, 2.0)  # hour
_CHANCE = 1e-6
_LEAST_WINDOWS = 4
_IN_TRANSIT = 0.1  # share of the full dip


def _duration(curve: CommonResidual) -> float:
    inside = curve.time[curve.dip > _IN_TRANSIT * curve.dip.max()]
    return float(inside[-1] - inside[0]) if inside.size else 0.0


def _averages(curve: CommonResidual, length: int) -> FloatArray:
    """(window, time) rows that average consecutive usable samples."""
    good = np.flatnonzero(np.isfinite(curve.sigma))
    count = good.size // length
    rows = np.zeros((count, curve.time.size))
    for row in range(count):
        rows[row, good[row * length : (row + 1) * length]] = 1.0 / length
    return rows


def red_noise(curve: CommonResidual) -> float:
    """Error of the depth, relative to it, that noise beyond white leaves; 0 where there is none.

    The largest excess over all windows counts: a longer window holds less of what the drift has
    taken, a shorter one more of what averages out.
    """
    good = np.isfinite(curve.sigma)
    deepest = float(curve.dip.max())
    if good.sum() < LEAST_SAMPLES or deepest <= 0.0:
        return 0.0
    step = float(np.median(np.diff(curve.time)))
    inverse = np.where(good, 1.0 / curve.sigma, 0.0)
    known = known_series(curve) * inverse[:, None]
    basis, _ = np.linalg.qr(known / np.maximum(np.linalg.norm(known, axis=0), 1e-300))
    rest = curve.rest * inverse
    rest = rest - basis @ (basis.T @ rest)
    excess = 0.0
    for hours in _WINDOWS:
        length = max(2, round(hours / step))
        if hours > max(_duration(curve), _WINDOWS[0]):
            break
        rows = _averages(curve, length)
        if len(rows) < _LEAST_WINDOWS:
            break
        # Expected covariance of the averages: white noise, less what the fit has taken.
        taken = rows @ basis
        expected = rows @ rows.T - taken @ taken.T
        values = rows @ rest
        square = float(values @ np.linalg.pinv(expected, rcond=1e-6, hermitian=True) @ values)
        freedom = int(
            np.linalg.matrix_rank(expected, tol=1e-6 * float(expected.max()), hermitian=True)
        )
        if chi2.sf(square, freedom) < _CHANCE:
            beyond = float(np.mean(values**2) - np.trace(expected) / len(rows))
            excess = max(excess, beyond)
    typical = float(np.median(curve.sigma[good]))
    return float(np.sqrt(excess)) * typical / deepest
