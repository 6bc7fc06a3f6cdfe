from __future__ import annotations

import numpy as np
import pytest

from spectramind.simulator.star_spots import (
    Features,
    brightness_contrast,
    feature_light,
    overlap,
)


@pytest.mark.parametrize("distance", [0.0, 0.03, 0.06, 0.1, 0.13, 0.2])
def test_overlap_of_circles_against_counting(distance: float) -> None:
    a, b = 0.1, 0.05
    x, y = np.meshgrid(np.linspace(-0.2, 0.2, 2001), np.linspace(-0.2, 0.2, 2001))
    both = (np.hypot(x, y) < a) & (np.hypot(x - distance, y) < b)
    expected = both.mean() * 0.4**2
    assert overlap(np.array([distance]), a, b)[0] == pytest.approx(expected, abs=2e-5)


def test_a_crossed_spot_makes_a_bump_and_an_uncrossed_one_does_not() -> None:
    wavelength = np.array([0.7, 2.0, 3.9])
    quadratic = np.array([[0.37, 0.10, 0.10], [0.22, 0.20, 0.11]])
    spot = Features(*(np.array([v]) for v in (0.2, 0.1, 0.08, 5000.0)))
    contrast = brightness_contrast(wavelength, spot.temperature, 5745.0)
    assert np.all(np.diff(np.abs(contrast[0])) < 0)
    x = np.linspace(-1.2, 1.2, 241)
    crossed = feature_light(spot, (x, np.full_like(x, 0.1)), 0.1, contrast, quadratic)
    missed = feature_light(spot, (x, np.full_like(x, -0.5)), 0.1, contrast, quadratic)
    assert np.ptp(missed) == pytest.approx(np.ptp(missed[0]))
    assert np.all(crossed[0] < 0)
    assert abs(x[crossed[:, 0].argmax()] - 0.2) < 0.05
    behind = feature_light(spot, (np.full(3, np.inf), np.full(3, np.inf)), 0.1, contrast, quadratic)
    np.testing.assert_allclose(behind, np.tile(crossed[0], (3, 1)))


def test_faculae_are_bright() -> None:
    contrast = brightness_contrast(np.array([0.7]), np.array([5900.0]), 5745.0)
    assert contrast[0, 0] > 0
