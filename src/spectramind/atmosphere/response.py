"""The 283 channels as the instruments see them: wavelengths, resolution, bins.

AIRS-CH0 disperses so that wavelength is a quadratic function of the detector column; the three
coefficients below reproduce the competition's wavelength axis to the last bit but two.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import AIRS, AIRS_COLUMNS, N_CHANNELS

FloatArray = NDArray[np.float64]

FGS1_WAVELENGTH = 0.7
"""um, as the survey's wavelength table names channel 0."""
FGS1_BAND = (0.60, 0.80)
"""um, half-response limits of the FGS1 filter (Ariel red book)."""
RESOLVING_POWER = 110.0
"""lambda / FWHM of AIRS-CH0."""


def airs_axis() -> FloatArray:
    """Wavelength of each AIRS detector column, (column,) um, falling."""
    column = np.arange(AIRS.columns, dtype=np.float64)
    return 4.0784631408988705 - 0.004433634065929632 * column - 6.913472144801841e-06 * column**2


def channel_wavelengths() -> FloatArray:
    """Wavelength of the 283 channels, (channel,) um: FGS1 first, then AIRS ascending."""
    return np.concatenate([[FGS1_WAVELENGTH], airs_axis()[AIRS_COLUMNS][::-1]])


@lru_cache(maxsize=1)
def _grid() -> FloatArray:
    fgs1 = np.linspace(*FGS1_BAND, 41)
    airs = np.exp(np.arange(np.log(1.90), np.log(3.98), 1 / 1200.0))
    grid = np.concatenate([fgs1, airs])
    grid.flags.writeable = False
    return grid


def opacity_grid() -> FloatArray:
    """Wavelengths at which spectra are computed before binning, (fine,) um: FGS1, then AIRS."""
    return _grid()


@lru_cache(maxsize=1)
def response_matrix() -> FloatArray:
    """Weight of each fine wavelength in each channel, (channel, fine); rows sum to 1.

    An AIRS channel is a Gaussian of FWHM lambda / RESOLVING_POWER; FGS1 is the mean of its band.
    """
    grid, centres = _grid(), channel_wavelengths()
    in_fgs1 = grid < 1.0
    matrix = np.zeros((N_CHANNELS, grid.size))
    matrix[0, in_fgs1] = 1.0
    sigma = centres[1:, None] / RESOLVING_POWER / 2.3548
    airs = np.exp(-0.5 * ((grid[~in_fgs1] - centres[1:, None]) / sigma) ** 2)
    matrix[1:, ~in_fgs1] = airs * np.gradient(grid[~in_fgs1])
    matrix /= matrix.sum(axis=1, keepdims=True)
    matrix.flags.writeable = False
    return matrix


def bin_spectrum(spectrum: FloatArray) -> FloatArray:
    """Spectra on the fine grid to channels: (planet, fine) -> (planet, channel).

    One matrix-vector product per planet, so that a planet's numbers do not depend on its batch.
    """
    matrix = response_matrix()
    return np.stack([matrix @ row for row in spectrum])
