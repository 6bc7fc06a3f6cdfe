"""Four-parameter and power-2 laws against batman, direct integrals and the quadratic kernel."""

from __future__ import annotations

from collections.abc import Callable

import batman
import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray

from spectramind.transit.light_curve import quadratic_flux_gradient
from spectramind.transit.radial_light_curve import (
    nonlinear_flux,
    power2_flux,
    power2_flux_gradient,
)

FloatArray = NDArray[np.float64]
PPM = 1e-6
NODE, WEIGHT = leggauss(1000)
CLARET = np.array([0.55, -0.12, 0.35, -0.18])
Z_POINTS = (0.0, 1e-7, 1e-4, 0.05, 0.0999999, 0.1, 0.3, 0.7, 0.89999, 0.9, 0.9001, 1.0, 1.09, 1.1)


def hidden(z: float, k: float, intensity: Callable[[FloatArray], FloatArray]) -> float:
    """Light hidden by the planet: rings rho = sin(alpha), 1000 Gauss nodes."""
    node, weight = NODE, WEIGHT
    total, low, high = 0.0, abs(z - k), min(z + k, 1.0)
    if z > 0.0 and high > low:
        start, end = np.arcsin(low), np.arcsin(high)
        theta = 0.5 * np.pi * (node + 1.0)
        alpha = 0.5 * (start + end) - 0.5 * (end - start) * np.cos(theta)
        step = 0.25 * np.pi * (end - start) * np.sin(theta) * weight
        cosine = np.clip((np.sin(alpha) ** 2 + z * z - k * k) / (2.0 * np.sin(alpha) * z), -1, 1)
        ring = 2.0 * np.arccos(cosine) * np.sin(alpha) * np.cos(alpha)
        total += float(np.sum(ring * intensity(np.cos(alpha)) * step))
    if k > z:
        alpha = 0.5 * np.arcsin(k - z) * (node + 1.0)
        ring = np.pi * np.arcsin(k - z) * np.sin(alpha) * np.cos(alpha)
        total += float(np.sum(weight * ring * intensity(np.cos(alpha))))
    return total


def claret(mu: FloatArray) -> FloatArray:
    return np.asarray(1.0 - sum(c * (1.0 - mu ** (0.5 * (n + 1))) for n, c in enumerate(CLARET)))


def power2(mu: FloatArray) -> FloatArray:
    return np.asarray(1.0 - 0.6 * (1.0 - mu**0.55))


@pytest.mark.parametrize("z", Z_POINTS)
def test_direct_integral_agrees(z: float) -> None:
    one, k = np.ones(1), 0.1
    total = np.pi * (1.0 - np.sum(CLARET * np.arange(1, 5) / np.arange(5, 9)))
    ours = nonlinear_flux(z * one, k * one, CLARET[:, None])[0, 0]
    assert ours == pytest.approx(1.0 - hidden(z, k, claret) / total, abs=0.01 * PPM)
    total = np.pi * (1.0 - 0.6 * 0.55 / 2.55)
    ours = power2_flux(z * one, k * one, 0.6 * one, 0.55 * one)[0, 0]
    assert ours == pytest.approx(1.0 - hidden(z, k, power2) / total, abs=0.01 * PPM)


@pytest.mark.parametrize("impact", [0.0, 0.4, 0.9])
@pytest.mark.parametrize(("law", "u"), [("nonlinear", list(CLARET)), ("power2", [0.6, 0.55])])
def test_batman_agrees(impact: float, law: str, u: list[float]) -> None:
    parameters = batman.TransitParams()
    parameters.t0, parameters.per, parameters.ecc, parameters.w = 0.0, 1e4, 0.0, 90.0
    parameters.a, parameters.inc, parameters.limb_dark, parameters.u = 2000.0, 90.0, law, u
    z = np.hypot(impact, np.linspace(0.0, 1.3, 80))
    time = parameters.per / (2.0 * np.pi) * np.arcsin(z / parameters.a)
    k = np.array([0.119, 0.12, 0.1203])
    parameters.rp = 0.12
    model = batman.TransitModel(parameters, time, max_err=0.005)
    same = np.ones((1, 3))
    if law == "nonlinear":
        ours = nonlinear_flux(z, k, CLARET[:, None] * same)
    else:
        ours = power2_flux(z, k, 0.6 * same[0], 0.55 * same[0])
    # batman holds the intensity constant beyond rho = 0.99995, which costs it 0.05 ppm.
    assert np.max(np.abs(model.light_curve(parameters) - ours[:, 1])) < 0.07 * PPM


def test_quadratic_law_is_a_special_case() -> None:
    z = np.concatenate([[0.0, 1e-5], np.linspace(0.001, 1.3, 500)])
    k = np.linspace(0.09, 0.093, 9)
    u1, u2 = 0.35 + 0.1 * np.arange(9) / 9, np.full(9, 0.15)
    coefficients = np.stack([0.0 * u1, u1 + 2.0 * u2, 0.0 * u1, -u2])
    expected = quadratic_flux_gradient(z, k, u1, u2)[0]
    assert np.max(np.abs(nonlinear_flux(z, k, coefficients) - expected)) < 0.01 * PPM
    linear = quadratic_flux_gradient(z, k, u1, 0.0 * u2)
    ours = power2_flux_gradient(z, k, u1, np.ones(9))
    clear = np.min(np.abs(z[:, None] - np.array([0.0, 0.9085, 1.0915])), axis=1) > 0.01
    for expected, part in zip(linear[:3], ours[:3], strict=True):
        assert np.max(np.abs(part - expected)[clear]) < 1e-7


def test_power2_derivatives_match_finite_differences() -> None:
    z = np.array([0.0, 0.02, 0.13, 0.5, 0.85, 0.95, 1.0, 1.05, 1.2])
    point = [np.array([0.1, 0.101, 0.1]), np.array([0.5, 0.6, 0.7]), np.array([0.4, 0.7, 0.9])]
    flux, d_z, *analytic = power2_flux_gradient(z, *point)
    assert np.array_equal(flux, power2_flux(z, *point))
    step = 1e-5
    for axis, derivative in enumerate(analytic):
        above = [part + step * (n == axis) for n, part in enumerate(point)]
        below = [part - step * (n == axis) for n, part in enumerate(point)]
        difference = (power2_flux(z, *above) - power2_flux(z, *below)) / (2.0 * step)
        np.testing.assert_allclose(derivative, difference, atol=2e-6)
    difference = (power2_flux(z[1:] + step, *point) - power2_flux(z[1:] - step, *point)) / 2 / step
    np.testing.assert_allclose(d_z[1:], difference, atol=2e-6)


def test_out_of_transit_large_planets_and_nan() -> None:
    z = np.array([np.inf, 2.0, 0.1, np.nan])
    flux = nonlinear_flux(z, np.array([1.2, 0.0]), CLARET[:, None] * np.ones((1, 2)))
    assert np.array_equal(flux[:3, 1], np.ones(3))
    np.testing.assert_allclose(flux[:3, 0], [1.0, flux[1, 0], 0.0], atol=1e-12)
    assert np.isnan(flux[3, 0])
