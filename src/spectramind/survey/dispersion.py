"""Wavelength of the AIRS-CH0 detector columns, and of the 283 channels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.edition import FGS1_UM
from spectramind.survey.instruments import AIRS, AIRS_COLUMNS

FloatArray = NDArray[np.float64]

# Micrometre, micrometre / column, micrometre / column^2; the real axis is this parabola to 1e-14.
_DISPERSION = (4.0784631408988705, -4.433634065929632e-03, -6.913472144801841e-06)


def airs_wavelengths() -> FloatArray:
    """Wavelength of every detector column, (356,) micrometre, falling.

    Source: a parabola through `AIRS-CH0-axis2-um` of the competition's `axis_info.parquet`.
    """
    column = np.arange(AIRS.columns, dtype=np.float64)
    constant, linear, quadratic = _DISPERSION
    return constant + column * (linear + column * quadratic)


def channel_wavelengths() -> FloatArray:
    """Wavelength of the channels as in `wavelengths.csv`, (283,) micrometre, ascending."""
    return np.concatenate([[FGS1_UM["2025"]], airs_wavelengths()[AIRS_COLUMNS][::-1]])
