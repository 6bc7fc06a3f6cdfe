"""Opacity without bands: Rayleigh scattering, collision-induced absorption, sodium, potassium."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.atmosphere.constants import (
    ATOMIC_MASS,
    BOLTZMANN,
    LIGHT_SPEED,
    SECOND_RADIATION,
)

FloatArray = NDArray[np.float64]


def rayleigh(wavelength: FloatArray) -> FloatArray:
    """Scattering cross-section of H2 at `wavelength` (um), cm2 / molecule.

    Source: Dalgarno & Williams 1962, ApJ 136, 690.
    """
    angstrom = 1e4 * np.asarray(wavelength, dtype=np.float64)
    return np.asarray(8.14e-13 / angstrom**4 + 1.28e-6 / angstrom**6 + 1.61 / angstrom**8)


def collision_induced(wavelength: FloatArray, temperature: float) -> FloatArray:
    """H2-H2 absorption around the fundamental at 2.4 um, cm5 / molecule2.

    The height at 2.40 um is 5.2e-45, 9.3e-45 and 1.26e-44 at 300, 1000 and 2000 K (HITRAN CIA,
    Abel et al. 2011), log-interpolated in temperature. The shape is the Birnbaum-Cohen picture
    in its simplest form: a lobe at 4167 /cm that widens with temperature, its red side lowered
    against its blue side by detailed balance.
    """
    wavenumber = 1e4 / np.asarray(wavelength, dtype=np.float64)
    height = np.exp(
        np.interp(
            np.log(temperature),
            np.log([300.0, 1000.0, 2000.0]),
            np.log([5.2e-45, 9.3e-45, 1.26e-44]),
        )
    )
    return np.asarray(height * _lobe(wavenumber, temperature) / _lobe(1e4 / 2.40, temperature))


def _lobe(wavenumber: FloatArray | float, temperature: float) -> FloatArray:
    offset = np.asarray(wavenumber) - 4167.0
    width = 217.0 * (temperature / 300.0) ** 0.45
    balance = np.exp(0.5 * SECOND_RADIATION * offset / temperature)
    return np.asarray(balance / np.cosh(offset / width))


# Rest wavelength (um), absorption oscillator strength, atomic mass; NIST Atomic Spectra Database.
_DOUBLETS = {
    "Na": (((0.588995, 0.641), (0.589592, 0.320)), 22.990),
    "K": (((0.766490, 0.680), (0.769896, 0.333)), 39.098),
}
_LINE_AREA = 8.8528e-13
"""pi e^2 / (m_e c^2), cm: integral over wavenumber of a cross-section, per oscillator strength."""


def alkali(name: str, wavelength: FloatArray, temperature: float) -> FloatArray:
    """Cross-section of the resonance doublet of "Na" or "K", cm2 / atom.

    Lorentz lines broadened by H2 at 0.1 bar (half width 0.07 /cm/atm at 2000 K, T^-0.7, after
    Burrows et al. 2000, ApJ 531, 438) with a Gaussian core no narrower than Doppler, and a
    far-wing cutoff exp(-h dnu / k T).
    """
    wavenumber = 1e4 / np.asarray(wavelength, dtype=np.float64)
    lines, mass = _DOUBLETS[name]
    half = 0.07 * (temperature / 2000.0) ** -0.7 * 0.1
    total = np.zeros_like(wavenumber)
    for rest, strength in lines:
        centre = 1e4 / rest
        offset = wavenumber - centre
        doppler = centre * np.sqrt(2 * BOLTZMANN * temperature / (mass * ATOMIC_MASS)) / LIGHT_SPEED
        core = half + doppler
        wing = np.exp(-np.abs(offset) * SECOND_RADIATION / temperature)
        total += _LINE_AREA * strength * core / np.pi / (offset**2 + core**2) * wing
    return total
