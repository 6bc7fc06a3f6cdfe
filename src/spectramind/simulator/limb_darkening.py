"""Limb darkening of the simulated stars: that of model atmospheres, and what stars depart from it.

Models do not know a star's limb darkening better than they know each other's: two published grids
(ATLAS and PHOENIX, one visible band, 4,000-6,500 K) differ by 3 to 20 % in the light lost at
mu = 2/3, 12 % in the median, and 0.2 dex of metallicity changes it by 1 to 3 %. Stars scatter
around the mean by somewhat less than that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.simulator.model_atmospheres import atmosphere_coefficients

FloatArray = NDArray[np.float64]

STRENGTH_SCATTER = 0.07
SLOPE_SCATTER = 0.05
SHAPE_SCATTER = 0.02
_DARKEST = 0.95
"""Of the centre's brightness: what the very limb may lack."""
_SPAN_UM = (0.7, 3.9)
_MIDDLE_TEMPERATURE = 5500.0


@dataclass(frozen=True)
class LimbTrend:
    """How limb darkening differs from that of the models for every star of a survey.

    u1, u2   added to the coefficients of (1 - mu) and (1 - mu)^2
    slope    relative growth of the darkening from 0.7 to 3.9 um, nothing in the middle
    heat     relative growth of the darkening for each 1000 K above 5500 K
    """

    u1: float = 0.0
    u2: float = 0.0
    slope: float = 0.0
    heat: float = 0.0


@dataclass(frozen=True)
class LimbDeparture:
    """How one star's limb darkening differs from that of the models.

    strength   relative change of the darkening
    slope      relative growth of the darkening from 0.7 to 3.9 um
    u1, u2     added to the coefficients of (1 - mu) and (1 - mu)^2
    """

    strength: float
    slope: float
    u1: float
    u2: float


def draw_departure(rng: np.random.Generator, temperature: float, trend: LimbTrend) -> LimbDeparture:
    """Draw the peculiarity of one star and add what all stars of the survey share."""
    strength, slope, shape = rng.standard_normal(3) * (
        STRENGTH_SCATTER,
        SLOPE_SCATTER,
        SHAPE_SCATTER,
    )
    # The shape moves darkening between centre and limb and leaves the light of the whole disk:
    # (1 - mu) takes 1/3 of it, (1 - mu)^2 takes 1/6.
    return LimbDeparture(
        strength=float(strength) + trend.heat * (temperature - _MIDDLE_TEMPERATURE) / 1000.0,
        slope=float(slope) + trend.slope,
        u1=float(shape) + trend.u1,
        u2=-2.0 * float(shape) + trend.u2,
    )


def star_coefficients(
    wavelength: FloatArray, temperature: float, logg: float, departure: LimbDeparture
) -> FloatArray:
    """Coefficients of I = 1 - sum_n c_n (1 - mu^(n / 2)): the profile of one star.

    Parameters
    ----------
    wavelength : (channel,) micrometre, 0.65 to 4.5
    temperature : K
    logg : log10 of cm / s2

    Returns
    -------
    (4, channel) c_1..c_4; their sum, what the limb lacks of the centre, is at most 0.95
    """
    first, last = np.log(_SPAN_UM)
    redness = (np.log(wavelength) - first) / (last - first)
    factor = 1.0 + departure.strength + departure.slope * (redness - 0.5)
    claret = factor * atmosphere_coefficients(wavelength, temperature, logg)
    # (1 - mu)^2 = 2 (1 - mu) - (1 - mu^2)
    claret[1] += departure.u1 + 2.0 * departure.u2
    claret[3] -= departure.u2
    return np.asarray(claret * np.minimum(1.0, _DARKEST / np.maximum(claret.sum(axis=0), 1e-9)))
