"""Molecular alignment: the structure of a spectrum is that of the absorption of molecules.

Transit depth grows with the logarithm of the cross-section above the continuum, so the shapes that
one molecule can give are ln(cross-section + continuum) for hot and cold gas and for high and low
continua. A spectrum is their sum, up to the overlap of bands.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectramind.atmosphere.molecules import MOLECULES
from spectramind.atmosphere.response import opacity_grid, response_matrix
from spectramind.survey.instruments import N_AIRS
from spectramind.symbolic.violation import Array, Violation, constant, shape_violation

FloatArray = NDArray[np.float64]

TEMPERATURES = (500.0, 1000.0, 1500.0)
"""K"""
CONTINUA = (1.0, 2.0, 3.0, 4.0)
"""Decades that the continuum lies below the molecule's strongest absorption."""
TOLERANCE = 0.2
"""Rms that no molecule explains, in units of the spectrum's amplitude: twice that of real spectra,
whose line lists and mixtures are not ours."""
_LEAST = 0.01  # of the largest singular value
_NOTHING = 1e-24  # (transit depth)^2, so that a flat spectrum divides by something


@lru_cache(maxsize=1)
def molecular_shapes() -> FloatArray:
    """(shape, 282) orthonormal AIRS spectra: constant, slope, bend, and all molecules' shapes."""
    grid, airs = opacity_grid() > 1.0, response_matrix()[1:]
    place = np.linspace(-1.0, 1.0, N_AIRS)
    shapes = [np.ones(N_AIRS), place, place**2]
    for molecule in MOLECULES.values():
        for temperature in TEMPERATURES:
            profile = molecule.profile(opacity_grid()[grid], temperature)
            for decades in CONTINUA:
                continuum = profile.max() * 10.0**-decades
                shapes.append(airs[:, grid] @ np.log(profile + continuum))
    table = np.array(shapes)
    table[1:] -= table[1:].mean(axis=1, keepdims=True)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    _, size, rows = np.linalg.svd(table, full_matrices=False)
    kept: FloatArray = rows[size > _LEAST * size[0]]
    kept.flags.writeable = False
    return kept


@lru_cache(maxsize=1)
def unexplained() -> FloatArray:
    """(282, 282) from an AIRS spectrum to what is left of it beside the molecular shapes."""
    shapes = molecular_shapes()
    return np.asarray(np.eye(N_AIRS) - shapes.T @ shapes)


def molecular_alignment(mu: Array, sigma: Array) -> Violation[Array]:
    """How far the rest that no molecule explains exceeds its sigma.

    Parameters
    ----------
    mu, sigma : (planet, 283) transit depth and its standard deviation
    """
    return shape_violation(mu, sigma, unexplained(), TOLERANCE)


def explained_share(mu: Array) -> Array:
    """Share of the AIRS structure, the variance about the mean, that molecular shapes explain.

    Parameters
    ----------
    mu : (planet, 283) transit depth

    Returns
    -------
    (planet,) between 0 and 1; of a flat spectrum 1
    """
    airs = mu[:, 1:]
    rest: Any = airs @ constant(unexplained().T, mu)
    structure: Any = ((airs - airs.mean(-1)[:, None]) ** 2).sum(-1)
    share: Array = 1.0 - (rest**2).sum(-1) / (structure + _NOTHING)
    return share
