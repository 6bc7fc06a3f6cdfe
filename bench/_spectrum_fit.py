"""Fit of a spectrum by D = D0 + A ln(sum_m X_m k_m(lambda, T) + c), by Levenberg-Marquardt.

D0 and A are linear and solved for inside each step (variable projection, Kaufman's approximation);
the amounts enter as logarithms relative to c, and the temperature is the best of a few.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.atmosphere.molecules import MOLECULES
from spectramind.atmosphere.response import opacity_grid, response_matrix

FloatArray = NDArray[np.float64]

TEMPERATURES = (650.0, 800.0, 1000.0, 1250.0, 1600.0)
# ln(X k / c) for k = 1e-20: a mixture, a water-like and a methane-like sky.
STARTS = (
    (0, -1, 0, -2, -2, -4, -4, -4, -4),
    (3, 0, 0, -5, -5, -6, -6, -6, -6),
    (-4, 2, 1, -5, -5, -6, -6, -6, -6),
)
LIMIT = 12.0


def fit_residuals(spectra: FloatArray) -> FloatArray:
    """Rms residual of each spectrum's best fit, (planet,), in the unit of `spectra`."""
    grid = opacity_grid()
    airs = grid > 1.0
    weights = response_matrix()[1:, airs]
    best = np.full(len(spectra), np.inf)
    for temperature in TEMPERATURES:
        sections = np.array([m.profile(grid[airs], temperature) for m in MOLECULES.values()]) * 1e20
        for row, spectrum in enumerate(spectra):
            for start in STARTS:
                rms = _fit(spectrum, sections, weights, np.array(start, dtype=np.float64))
                best[row] = min(best[row], rms)
    return best


def _evaluate(
    centred: FloatArray, sections: FloatArray, weights: FloatArray, amounts: FloatArray
) -> tuple[float, FloatArray, FloatArray, FloatArray]:
    """Scale A, unit shape (channel,), residual (channel,) and Jacobian (molecule, channel)."""
    parts = np.exp(amounts)[:, None] * sections
    total = parts.sum(axis=0) + 1.0
    shape = weights @ np.log(total)
    shape -= shape.mean()
    norm = np.sqrt(shape @ shape) + 1e-12
    unit = shape / norm
    scale = max(float(unit @ centred) / norm, 1e-6)
    jacobian = scale * ((parts / total) @ weights.T)
    jacobian -= jacobian.mean(axis=1, keepdims=True)
    jacobian -= np.outer(jacobian @ unit, unit)
    return scale, unit, centred - scale * shape, jacobian


def _fit(
    spectrum: FloatArray, sections: FloatArray, weights: FloatArray, amounts: FloatArray
) -> float:
    centred = spectrum - spectrum.mean()
    damping = 1e-2
    _, _, residual, jacobian = _evaluate(centred, sections, weights, amounts)
    for _ in range(25):
        normal, gradient = jacobian @ jacobian.T, jacobian @ residual
        ridge = np.diag(normal) + 1e-6 * np.trace(normal) + 1e-9
        step = np.linalg.solve(normal + damping * np.diag(ridge), gradient)
        trial = np.clip(amounts + np.clip(step, -2, 2), -LIMIT, LIMIT)
        _, _, moved, slope = _evaluate(centred, sections, weights, trial)
        gain = residual @ residual - moved @ moved
        if gain <= 0:
            damping *= 5
            if damping > 1e4:
                break
            continue
        converged = gain < 1e-4 * (residual @ residual)
        amounts, residual, jacobian, damping = trial, moved, slope, max(damping / 5, 1e-5)
        if converged:
            break
    return float(np.sqrt(np.mean(residual**2)))
