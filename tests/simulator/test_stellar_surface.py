from __future__ import annotations

import numpy as np
import pytest

from spectramind.simulator.limb_darkening import (
    four_parameter_coefficients,
    quadratic_coefficients,
)
from spectramind.simulator.star_spots import (
    Features,
    brightness_contrast,
    feature_light,
    overlap,
)

AIRS_UM = np.linspace(1.95, 3.9, 282)
STARS = [(3900.0, 4.7), (5000.0, 4.5), (5745.0, 4.4), (6900.0, 4.0)]


@pytest.mark.parametrize(("temperature", "logg"), STARS)
def test_coefficients_stay_in_the_ranges_of_the_best_fits(temperature: float, logg: float) -> None:
    u1, u2 = quadratic_coefficients(AIRS_UM, temperature, logg, (0.0, 0.0))
    assert u1.min() >= 0.05
    assert u1.max() <= 0.19
    assert u2.min() >= 0.0
    assert u2.max() <= 0.23
    assert np.all(np.diff(u1) <= 0)
    u1, u2 = quadratic_coefficients(np.array([0.7]), temperature, logg, (0.0, 0.0))
    assert 0.30 <= u1[0] <= 0.55
    assert 0.07 <= u2[0] <= 0.27


def test_cool_stars_are_darker_at_the_limb() -> None:
    cool, hot = (quadratic_coefficients(AIRS_UM, t, 4.4, (0.0, 0.0))[0] for t in (4200.0, 6600.0))
    assert np.all(cool[:100] > hot[:100])


@pytest.mark.parametrize(("temperature", "logg"), STARS)
def test_the_nearest_quadratic_law_is_the_quadratic_one(temperature: float, logg: float) -> None:
    wavelength = np.array([0.7, 2.0, 3.9])
    quadratic = quadratic_coefficients(wavelength, temperature, logg, (0.03, 0.01))
    four = four_parameter_coefficients(quadratic, wavelength)
    mu = (np.arange(20_000) + 0.5) / 20_000
    powers = 1 - mu[:, None] ** (np.arange(1, 5) / 2)
    intensity = 1 - powers @ four
    assert intensity.min() > 0
    assert np.all(np.diff(intensity, axis=0) > 0)
    basis = np.stack([1 - mu, (1 - mu) ** 2], axis=1) * np.sqrt(mu)[:, None]
    fitted = np.linalg.lstsq(basis, (1 - intensity) * np.sqrt(mu)[:, None], rcond=None)[0]
    np.testing.assert_allclose(fitted, quadratic, atol=2e-4)
    # The two laws differ visibly at the limb: that is what makes the four-parameter one hard.
    law = 1 - np.stack([1 - mu, (1 - mu) ** 2], axis=1) @ quadratic
    assert np.abs(intensity - law).max() > 0.02


@pytest.mark.parametrize("distance", [0.0, 0.03, 0.06, 0.1, 0.13, 0.2])
def test_overlap_of_circles_against_counting(distance: float) -> None:
    a, b = 0.1, 0.05
    x, y = np.meshgrid(np.linspace(-0.2, 0.2, 2001), np.linspace(-0.2, 0.2, 2001))
    both = (np.hypot(x, y) < a) & (np.hypot(x - distance, y) < b)
    expected = both.mean() * 0.4**2
    assert overlap(np.array([distance]), a, b)[0] == pytest.approx(expected, abs=2e-5)


def test_a_crossed_spot_makes_a_bump_and_an_uncrossed_one_does_not() -> None:
    wavelength = np.array([0.7, 2.0, 3.9])
    quadratic = quadratic_coefficients(wavelength, 5745.0, 4.4, (0.0, 0.0))
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
