"""Channels: the competition's wavelengths, weights that conserve flux, the resolution."""

from __future__ import annotations

import numpy as np
import pytest

from spectramind.atmosphere.response import (
    RESOLVING_POWER,
    airs_axis,
    bin_spectrum,
    channel_wavelengths,
    opacity_grid,
    response_matrix,
)


def test_wavelengths_are_those_of_the_competition(shared):
    table = np.loadtxt(shared / "real/survey/wavelengths.csv", delimiter=",", skiprows=1)
    np.testing.assert_allclose(channel_wavelengths(), table, rtol=0, atol=1e-14)
    assert np.all(np.diff(airs_axis()) < 0)


def test_a_flat_spectrum_stays_flat():
    flat = np.full((2, opacity_grid().size), 0.0147)
    np.testing.assert_allclose(bin_spectrum(flat), 0.0147, rtol=1e-13)
    np.testing.assert_allclose(response_matrix().sum(axis=1), 1.0, rtol=1e-13)


def test_a_narrow_line_is_spread_over_the_resolution():
    spectrum = np.zeros((1, opacity_grid().size))
    line = int(np.argmin(np.abs(opacity_grid() - 3.0)))
    spectrum[0, line] = 1.0
    seen = bin_spectrum(spectrum)[0, 1:]
    wavelength = channel_wavelengths()[1:]
    centre = np.sum(seen * wavelength) / seen.sum()
    width = np.sqrt(np.sum(seen * (wavelength - centre) ** 2) / seen.sum()) * 2.3548
    assert centre == pytest.approx(opacity_grid()[line], abs=0.003)
    assert width == pytest.approx(3.0 / RESOLVING_POWER, rel=0.05)


def test_fgs1_sees_only_its_own_band():
    spectrum = np.where(opacity_grid() < 1.0, 0.02, 0.01)[None]
    seen = bin_spectrum(spectrum)[0]
    assert seen[0] == pytest.approx(0.02, rel=1e-12)
    np.testing.assert_allclose(seen[1:], 0.01, rtol=1e-12)
