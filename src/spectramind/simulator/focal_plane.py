"""Images of the star on the two detectors, and how they change when the line of sight moves.

AIRS-CH0 disperses along columns: the spectrum of a column, spread over the rows by a profile that
widens with wavelength (a Gaussian core and the 1/r^2 wing of a diffraction image). FGS1 is a
photometer: one aberrated, lop-sided image of about ten pixels across. Levels and widths are
those of the competition's real frames.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.special import erf

from spectramind.simulator.clock import airs_column_wavelength
from spectramind.survey.instruments import AIRS, FGS1

FloatArray = NDArray[np.float64]

FGS1_MICROMETRE = 0.7
REFERENCE_TEMPERATURE = 5745.0
"""K; the star whose levels these are."""
FGS1_ELECTRONS = 2.7e5
"""Electrons a pair of the reference star."""

# Electrons a pair in one AIRS column of the reference star (response x star x dispersion).
# fmt: off
_AIRS_UM = (
    1.60, 1.633, 1.68, 1.726, 1.77, 1.844, 1.88, 1.916, 1.952, 1.987, 2.04, 2.126, 2.295, 2.458,
    2.616, 2.768, 2.915, 3.056, 3.192, 3.447, 3.68, 3.788, 3.83, 3.89, 3.939, 3.987, 4.033, 4.10,
)
_AIRS_ELECTRONS = (
    4e2, 1.7e3, 7.3e3, 2.3e4, 2.85e4, 2.8e4, 2.9e4, 5e4, 8.3e4, 1.17e5, 1.28e5, 1.18e5, 9.3e4,
    7.1e4, 6e4, 4.9e4, 3.85e4, 3.2e4, 2.7e4, 2.13e4, 1.62e4, 1.22e4, 9.6e3, 4.6e3, 1.5e3, 290.0,
    110.0, 50.0,
)
# fmt: on

_LARGEST_AIRS_SCALE = 2.0

_TRACE_ROW = 15.55
_PROFILE_UM = (1.6, 2.1, 2.6, 3.9)
_CORE_SIGMA = (0.95, 1.0, 1.05, 1.35)
_WING_SHARE = (0.68, 0.66, 0.58, 0.44)
_WING_WIDTH = (0.55, 0.62, 1.05, 2.6)

# The FGS1 image: share, centre row and column, sigma along and across, angle of the long axis.
_FGS1_BLOBS = (
    (0.38, 15.3, 15.9, 1.10, 0.85, 0.3),
    (0.34, 15.9, 16.4, 2.00, 1.20, 1.2),
    (0.16, 14.2, 14.0, 2.60, 0.95, -0.35),
    (0.08, 14.0, 11.0, 2.60, 1.00, -0.15),
    (0.04, 16.0, 15.5, 4.50, 4.00, 0.0),
)
_STEP = 0.03

Image = Callable[[float, float], FloatArray]
"""Image (row, column) of the star moved by (dx, dy) pixels: dx along columns, dy along rows."""


def _photons(wavelength: FloatArray | float, temperature: float) -> FloatArray:
    """Planck's law in photons per wavelength, up to a constant; micrometre and K."""
    return np.asarray(wavelength) ** -4.0 / np.expm1(14387.77 / (wavelength * temperature))


def _colour(wavelength: FloatArray | float, temperature: float) -> FloatArray:
    return _photons(wavelength, temperature) / _photons(wavelength, REFERENCE_TEMPERATURE)


def _balance(temperature: float) -> float:
    """Visible over infrared light of the star, relative to the reference star's, square root."""
    return float(np.sqrt(_colour(FGS1_MICROMETRE, temperature) / _colour(2.1, temperature)))


def fgs1_electrons(brightness: float, temperature: float) -> float:
    """Electrons a pair that FGS1 collects from a star; cool stars are fainter in the visible."""
    return FGS1_ELECTRONS * brightness * _balance(temperature)


def airs_electrons(wavelength: FloatArray, brightness: float, temperature: float) -> FloatArray:
    """Electrons a pair in AIRS columns of the given wavelengths.

    Parameters
    ----------
    wavelength : (column,) micrometre
    brightness : 1 is the reference star
    temperature : K
    """
    table = PchipInterpolator(_AIRS_UM, np.log(_AIRS_ELECTRONS))
    inside = np.clip(wavelength, _AIRS_UM[0], _AIRS_UM[-1])
    colour = _colour(wavelength, temperature) / _colour(2.1, temperature)
    return np.asarray(np.exp(table(inside)) * brightness * colour / _balance(temperature))


def largest_brightness(temperature: float) -> float:
    """Brightness of the brightest star to be observed: its brightest pixel gets 9e4 electrons."""
    return _LARGEST_AIRS_SCALE * _balance(temperature)


def airs_profile(wavelength: FloatArray, centre: float) -> FloatArray:
    """Share of a column's light in each row, integrated over the pixels.

    Parameters
    ----------
    wavelength : (column,) micrometre
    centre : row of the trace

    Returns
    -------
    (row, column); sums to a little less than 1, the rest falls beside the detector
    """
    edges = np.arange(AIRS.rows + 1)[:, None] - 0.5 - centre
    sigma = np.interp(wavelength, _PROFILE_UM, _CORE_SIGMA)
    share = np.interp(wavelength, _PROFILE_UM, _WING_SHARE)
    width = np.interp(wavelength, _PROFILE_UM, _WING_WIDTH)
    core = 0.5 * erf(edges / (np.sqrt(2.0) * sigma))
    wing = np.arctan(edges / width) / np.pi
    return np.diff((1.0 - share) * core + share * wing, axis=0)


def airs_image(brightness: float, temperature: float) -> Image:
    """Electrons a pair on the AIRS detector, as a function of the pointing offset."""
    column = np.arange(AIRS.columns)
    wavelength = airs_column_wavelength()

    def image(dx: float, dy: float) -> FloatArray:
        moved = np.interp(column - dx, column, wavelength)
        spectrum = airs_electrons(moved, brightness, temperature)
        return np.asarray(spectrum * airs_profile(wavelength, _TRACE_ROW + dy))

    return image


def fgs1_image(brightness: float, temperature: float) -> Image:
    """Electrons a pair on the FGS1 detector, as a function of the pointing offset."""
    rows, columns = np.mgrid[: FGS1.rows, : FGS1.columns].astype(np.float64)

    def image(dx: float, dy: float) -> FloatArray:
        total = np.zeros((FGS1.rows, FGS1.columns))
        for share, row, column, along, across, angle in _FGS1_BLOBS:
            y, x = rows - row - dy, columns - column - dx
            u = x * np.cos(angle) + y * np.sin(angle)
            v = y * np.cos(angle) - x * np.sin(angle)
            blob = np.exp(-0.5 * ((u / along) ** 2 + (v / across) ** 2))
            total += share * blob / (2.0 * np.pi * along * across)
        return total * fgs1_electrons(brightness, temperature)

    return image


def motion_terms(image: Image) -> FloatArray:
    """Image and its derivatives by central differences: the second-order model of jitter.

    Returns
    -------
    (row, column, 6) value, d/dx, d/dy, d2/dx2, d2/dxdy, d2/dy2
    """
    h = _STEP
    centre = image(0.0, 0.0)
    right, left, up, down = image(h, 0.0), image(-h, 0.0), image(0.0, h), image(0.0, -h)
    twist = image(h, h) - image(h, -h) - image(-h, h) + image(-h, -h)
    terms = (
        centre,
        (right - left) / (2 * h),
        (up - down) / (2 * h),
        (right - 2 * centre + left) / h**2,
        twist / (4 * h**2),
        (up - 2 * centre + down) / h**2,
    )
    return np.stack(terms, axis=-1)
