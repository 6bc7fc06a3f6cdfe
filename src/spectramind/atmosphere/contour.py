"""Contour of an unresolved rotation-vibration band: P and R wings, Q branch, hot-band ladder.

    k(x) = S |x| / (2 a^2) exp(-x^2 / 2 a^2),    x = nu - nu0,    a^2 = 2 B k T / (h c)

is the envelope of the P and R lines of a rotor with constant B (Penner 1959, Quantitative
Molecular Spectroscopy and Gas Emissivities, ch. 11); its integral over x is S.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.atmosphere.constants import SECOND_RADIATION

FloatArray = NDArray[np.float64]

REFERENCE_TEMPERATURE = 296.0
"""K, at which band strengths are quoted."""


def branch_contour(offset: FloatArray, rotation: float, temperature: float) -> FloatArray:
    """Normalised envelope of the P and R branches.

    Parameters
    ----------
    offset : (...) 1/cm from the band centre
    rotation : B, 1/cm
    temperature : K

    Returns
    -------
    (...) cm, with integral 1 over the offset
    """
    width2 = 2.0 * rotation * temperature / SECOND_RADIATION
    return np.asarray(np.abs(offset) / (2 * width2) * np.exp(-(offset**2) / (2 * width2)))


def q_contour(offset: FloatArray, width: float) -> FloatArray:
    """Normalised Gaussian in place of a Q branch of the given half width (1/cm)."""
    return np.asarray(np.exp(-0.5 * (offset / width) ** 2) / (width * np.sqrt(2 * np.pi)))


def stimulated_emission(wavenumber: FloatArray, temperature: float) -> FloatArray:
    """Ratio of 1 - exp(-h c nu / k T) at `temperature` to that at the reference temperature."""
    hot = -np.expm1(-SECOND_RADIATION * wavenumber / temperature)
    cold = -np.expm1(-SECOND_RADIATION * wavenumber / REFERENCE_TEMPERATURE)
    return np.asarray(hot / cold)
