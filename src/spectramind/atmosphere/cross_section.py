"""Cross-section of a molecule: rotational lines, hot-band ladder and far wings, band by band."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from spectramind.atmosphere.constants import SECOND_RADIATION
from spectramind.atmosphere.contour import (
    REFERENCE_TEMPERATURE,
    branch_contour,
    q_contour,
    stimulated_emission,
)
from spectramind.atmosphere.ladder import Mode, shift_distribution
from spectramind.atmosphere.rotor import (
    Axis,
    Constants,
    Distortion,
    Lines,
    asymmetric_lines,
    linear_lines,
    spherical_lines,
)
from spectramind.errors import ConfigurationError

FloatArray = NDArray[np.float64]

STEP = 2.0
"""1/cm of the grid on which a band is built; channels are 25 wide at least."""
REACH = 2400.0
"""1/cm from the band centre to either end of that grid."""
FLOOR_ENERGY = 1500.0
"""1/cm, typical lower level of the bands behind `Molecule.floor`."""
COLDEST, HOTTEST = 100.0, 4000.0
"""K, between which the ladder and the rotational sums hold."""


@dataclass(frozen=True)
class Linear:
    """Linear rotor: B of lower and upper state (1/cm), and whether the band is perpendicular."""

    lower: float
    upper: float
    q_branch: bool = False

    def lines(self) -> Lines:
        """Rotational lines relative to the band centre."""
        return linear_lines(self.lower, self.upper, self.q_branch)


@dataclass(frozen=True)
class Spherical:
    """Spherical top: B of both states (1/cm) and the Coriolis constant of the upper one."""

    lower: float
    upper: float
    coriolis: float

    def lines(self) -> Lines:
        """Rotational lines relative to the band centre."""
        return spherical_lines(self.lower, self.upper, self.coriolis)


@dataclass(frozen=True)
class Asymmetric:
    """Asymmetric top: (A, B, C) of both states (1/cm), axis of the moment, distortion."""

    lower: Constants
    upper: Constants
    axis: Axis
    distortion: Distortion = (0.0, 0.0, 0.0)

    def lines(self) -> Lines:
        """Rotational lines relative to the band centre."""
        return asymmetric_lines(self.lower, self.upper, self.axis, self.distortion)


@dataclass(frozen=True)
class Unresolved:
    """Envelope of a band with effective B (1/cm) and a share of its strength in a Q branch."""

    rotation: float
    q_fraction: float = 0.0
    q_width: float = 8.0


@dataclass(frozen=True)
class Band:
    """One vibrational band.

    centre     1/cm
    strength   cm / molecule at 296 K, hot bands included
    rotor      rotational structure
    modes      vibrations that feed hot bands
    energy     1/cm of the lower vibrational state, for difference bands
    """

    centre: float
    strength: float
    rotor: Linear | Spherical | Asymmetric | Unresolved
    modes: tuple[Mode, ...] = ()
    energy: float = 0.0


@dataclass(frozen=True)
class Molecule:
    """A molecule as an absorber.

    blur    1/cm, Gaussian width of what the rotor model leaves unresolved
    floor   far-wing opacity between bands, cm2 / molecule at 1000 K: hot and combination bands
            too weak to be listed
    """

    name: str
    bands: tuple[Band, ...]
    blur: float = 5.0
    floor: float = 1e-26

    def profile(self, wavelength: FloatArray, temperature: float) -> FloatArray:
        """Cross-section at each wavelength.

        Parameters
        ----------
        wavelength : (...) um
        temperature : K

        Returns
        -------
        (...) cm2 / molecule

        Raises
        ------
        ConfigurationError : a wavelength or temperature outside what the bands describe
        """
        wavelength = np.asarray(wavelength, dtype=np.float64)
        if not (np.all(wavelength > 0) and COLDEST <= temperature <= HOTTEST):
            raise ConfigurationError(
                f"{self.name}: expected wavelengths above 0 um and a temperature of "
                f"{COLDEST:g} to {HOTTEST:g} K, found {np.min(wavelength)} um and {temperature} K"
            )
        wavenumber = 1e4 / wavelength
        total = np.full(
            wavelength.shape,
            self.floor * np.exp(-SECOND_RADIATION * FLOOR_ENERGY * (1 / temperature - 1e-3)),
        )
        for band in self.bands:
            offset = wavenumber - band.centre
            near = np.abs(offset) < REACH
            shape = np.interp(offset[near], _offsets(), _band_shape(band, self.blur, temperature))
            gain = stimulated_emission(wavenumber[near], temperature) * np.exp(
                -SECOND_RADIATION * band.energy * (1 / temperature - 1 / REFERENCE_TEMPERATURE)
            )
            total[near] += band.strength * np.maximum(shape, 0.0) * gain
        return total


def _offsets() -> FloatArray:
    return np.arange(-REACH, REACH + STEP / 2, STEP)


@lru_cache(maxsize=512)
def _band_shape(band: Band, blur: float, temperature: float) -> FloatArray:
    """Cross-section of a band of unit strength at 296 K, per 1/cm, on the offset grid."""
    offset = _offsets()
    if isinstance(band.rotor, Unresolved):
        q = band.rotor.q_fraction
        shape = (1 - q) * branch_contour(offset, band.rotor.rotation, temperature)
        shape += q * q_contour(offset, band.rotor.q_width)
    else:
        shape = _line_histogram(band.rotor.lines(), temperature)
    if band.modes:
        hot = shift_distribution(band.modes, temperature, STEP)
        cold = shift_distribution(band.modes, REFERENCE_TEMPERATURE, STEP).sum()
        shape = fftconvolve(shape, hot / cold, mode="same")
    half = round(6 * blur / STEP)
    kernel = np.linspace(-half * STEP, half * STEP, 2 * half + 1)
    gauss = q_contour(kernel, blur) * STEP
    return np.asarray(fftconvolve(shape, gauss / gauss.sum(), mode="same"))


def _line_histogram(lines: Lines, temperature: float) -> FloatArray:
    strength = lines.weight * np.exp(-SECOND_RADIATION * lines.energy / temperature)
    position = np.clip((lines.offset + REACH) / STEP, 0, 2 * REACH / STEP - 1)
    low = position.astype(np.int64)
    share, size = position - low, round(2 * REACH / STEP) + 1
    counts = np.bincount(low, strength * (1 - share), size)
    counts += np.bincount(low + 1, strength * share, size)
    return np.asarray(counts / (strength.sum() * STEP))
