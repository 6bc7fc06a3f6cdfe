"""Band models against the published strengths, reference opacities and a TauREx 2 spectrum."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from spectramind.atmosphere.continuum import collision_induced, rayleigh
from spectramind.atmosphere.cross_section import Band, Linear, Unresolved
from spectramind.atmosphere.molecules import MOLECULES, molecule
from spectramind.atmosphere.transmission import Opacity, Planets, transmission_depth
from spectramind.errors import ConfigurationError

# Molecule, lowest and highest wavenumber of the band centres that a row means, cm / molecule.
STRENGTHS = [
    ("H2O", 3700, 3800, 7.8e-18),
    ("H2O", 3600, 3700, 5.4e-19),
    ("H2O", 3140, 3160, 7.6e-20),
    ("H2O", 5300, 5400, 8.0e-19),
    ("H2O", 5200, 5300, 3.7e-20),
    ("H2O", 13500, 14200, 1.46e-21),
    ("H2O", 12000, 12400, 1.35e-21),
    ("H2O", 15200, 15500, 9.7e-23),
    ("H2O", 16700, 17100, 1.4e-22),
    ("CO2", 3700, 3730, 1.60e-18),
    ("CO2", 3600, 3630, 1.06e-18),
    ("CO2", 4950, 5000, 3.4e-20),
    ("CO2", 4840, 4870, 7.2e-21),
    ("CO2", 5080, 5120, 1.2e-20),
    ("CH4", 2900, 3300, 1.08e-17),
    ("CH4", 4200, 4240, 2.9e-19),
    ("CH4", 4300, 4340, 3.9e-19),
    ("CH4", 4500, 4560, 1.3e-19),
    ("CH4", 2600, 2830, 2.4e-19),
    ("CH4", 3860, 3880, 4.0e-20),
    ("CO", 4200, 4300, 7.57e-20),
    ("NH3", 3200, 3460, 1.6e-18),
    ("NH3", 4250, 4450, 0.95e-18),
    ("NH3", 5000, 5100, 7.0e-19),
    ("HCN", 3300, 3320, 9.1e-18),
    ("C2H2", 3280, 3300, 1.11e-17),
    ("C2H2", 4080, 4100, 1.3e-19),
    ("H2S", 2858, 4000, 1.9e-19),
    ("H2S", 2273, 2857, 3.8e-20),
    ("SO2", 2490, 2510, 3.3e-19),
]
CORRELATIONS = {"H2O": 0.95, "CH4": 0.93, "CO": 0.92, "CO2": 0.88, "NH3": 0.80}


def integral(bands: tuple[Band, ...], name: str, temperature: float) -> float:
    """Strength of some bands of a molecule, integrated over wavenumber; cm / molecule."""
    part = dataclasses.replace(molecule(name), bands=bands, floor=0.0)
    wavenumber = np.arange(400.0, 20000.0, 1.0)
    return float(np.sum(part.profile(1e4 / wavenumber, temperature)))


@pytest.mark.parametrize(("name", "low", "high", "strength"), STRENGTHS)
def test_band_strengths_at_296_kelvin(name, low, high, strength):
    bands = tuple(b for b in molecule(name).bands if low <= b.centre <= high)
    assert integral(bands, name, 296.0) == pytest.approx(strength, rel=0.1)


@pytest.mark.parametrize(("name", "target"), CORRELATIONS.items())
def test_shape_against_reference_opacities(shared, name, target):
    reference = np.load(shared / "physics/opacity_reference.npz")
    wavelength = reference["wl_um"]
    inside = (wavelength >= 1.95) & (wavelength <= 3.9)
    # Index 3 is 1000 K, 1 is 0.01 bar.
    expected = np.log(10) * reference[f"composite_{name}_log10_mean"][3, 1, inside]
    found = np.log(molecule(name).profile(wavelength[inside], 1000.0))
    assert np.corrcoef(expected, found)[0, 1] >= target


def test_taurex2_water_spectrum(shared):
    table = np.loadtxt(shared / "physics/taurex2_test0_H2O_1500K.dat", usecols=(0, 1))
    inside = (table[:, 0] >= 1.95) & (table[:, 0] <= 3.9)
    expected = table[inside, 1]
    helium = 0.17 / 1.17
    weight = (1 - helium) * 2.016 + helium * 4.003
    values = (6.955e8, 6.9911e7, 1.898e27, 1500.0, weight, 1e6)
    fine = np.exp(np.arange(np.log(1.9), np.log(4.0), 1 / 3000))
    lines = 1e-4 * molecule("H2O").profile(fine, 1500.0)
    smooth = (1 - helium) * rayleigh(fine)
    collision = (1 - helium) ** 2 * collision_induced(fine, 1500.0)
    body = Planets(*(np.array([v]) for v in values))
    spectrum = transmission_depth(body, Opacity(smooth[None], lines[None], collision[None]))[0]
    found = np.array([np.mean(spectrum[np.abs(fine / w - 1) < 0.005]) for w in table[inside, 0]])
    # No offset, scale or amount is fitted: these are absolute depths.
    residual = (found - expected) * 1e6
    assert np.ptp(expected) * 1e6 > 230
    assert np.sqrt(np.mean(residual**2)) < 35


def test_contour_is_the_limit_of_a_dense_rotor():
    # A linear rotor with equal constants and the closed-form envelope of its P and R lines.
    offset = np.arange(-300.0, 300.0, 2.0)
    wavelength = 1e4 / (4000.0 + offset)
    template = dataclasses.replace(molecule("CO"), floor=0.0, blur=2.0)
    rotor = dataclasses.replace(template, bands=(Band(4000.0, 1e-18, Linear(0.4, 0.4)),))
    envelope = dataclasses.replace(template, bands=(Band(4000.0, 1e-18, Unresolved(0.4)),))
    lines, contour = rotor.profile(wavelength, 800.0), envelope.profile(wavelength, 800.0)
    assert np.max(np.abs(lines - contour)) < 0.03 * contour.max()


@pytest.mark.parametrize("name", MOLECULES)
def test_hotter_bands_are_wider_and_finite(name):
    wavelength = np.linspace(1.9, 4.0, 400)
    cold, hot = (molecule(name).profile(wavelength, t) for t in (300.0, 2500.0))
    assert np.all(np.isfinite(cold)) and np.all(cold > 0) and np.all(hot > 0)
    assert hot.min() > cold.min()
    assert hot.max() < cold.max() or name in ("H2S", "SO2", "NH3")


def test_unknown_molecule_and_impossible_temperature():
    with pytest.raises(ConfigurationError, match="unknown molecule 'H3O'"):
        molecule("H3O")
    for temperature in (-5.0, 0.0, np.nan, 1e5):
        with pytest.raises(ConfigurationError, match="temperature"):
            molecule("H2O").profile(np.array([2.0]), temperature)
    with pytest.raises(ConfigurationError, match="wavelength"):
        molecule("H2O").profile(np.array([-2.0]), 500.0)


def test_hydrogen_continuum():
    assert collision_induced(np.array([2.4]), 1000.0)[0] == pytest.approx(9.3e-45, rel=1e-6)
    assert rayleigh(np.array([0.5]))[0] == pytest.approx(1.6e-27, rel=0.1)


def test_hydrogen_continuum_against_the_reference(shared):
    reference = np.load(shared / "physics/opacity_reference.npz")
    wavelength = reference["cia_H2-H2_wl_um"].astype(float)
    inside = (wavelength > 1.95) & (wavelength < 3.2)
    for index in range(reference["cia_T_K"].size):
        temperature = float(reference["cia_T_K"][index])
        if not 300 <= temperature <= 2000:
            continue
        found = np.log10(collision_induced(wavelength[inside], temperature))
        expected = reference["cia_H2-H2_log10"][inside, index]
        assert np.sqrt(np.mean((found - expected) ** 2)) < 0.3
