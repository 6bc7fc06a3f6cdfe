"""The quadratic light curve against batman, a 600-node integral and finite differences."""

from __future__ import annotations

from collections.abc import Callable

import batman
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray

from spectramind.transit.light_curve import (
    quadratic_flux,
    quadratic_flux_exact,
    quadratic_flux_gradient,
)

FloatArray = NDArray[np.float64]
PPM = 1e-6
NODE, WEIGHT = leggauss(600)


def hidden(z: float, k: float, intensity: Callable[[FloatArray], FloatArray]) -> float:
    """Light hidden by the planet: integral over rings rho = sin(alpha), 600 Gauss nodes a piece."""
    total = 0.0
    low, high = abs(z - k), min(z + k, 1.0)
    if z > 0.0 and high > low:
        start, end = np.arcsin(low), np.arcsin(high)
        theta = 0.5 * np.pi * (NODE + 1.0)
        alpha = 0.5 * (start + end) - 0.5 * (end - start) * np.cos(theta)
        step = 0.25 * np.pi * (end - start) * np.sin(theta) * WEIGHT
        rho = np.sin(alpha)
        cosine = np.clip((rho**2 + z * z - k * k) / (2.0 * rho * z), -1.0, 1.0)
        mu = np.cos(alpha)
        total += float(np.sum(2.0 * np.arccos(cosine) * intensity(mu) * rho * mu * step))
    if k > z:
        end = np.arcsin(min(k - z, 1.0))
        alpha = 0.5 * end * (NODE + 1.0)
        mu = np.cos(alpha)
        total += float(np.sum(WEIGHT * np.pi * end * intensity(mu) * np.sin(alpha) * mu))
    return total


def integral_flux(z: float, k: float, u1: float, u2: float) -> float:
    def intensity(mu: FloatArray) -> FloatArray:
        return 1.0 - u1 * (1.0 - mu) - u2 * (1.0 - mu) ** 2

    return 1.0 - hidden(z, k, intensity) / (np.pi * (1.0 - u1 / 3.0 - u2 / 6.0))


def one(z: float, k: float, u1: float, u2: float) -> tuple[float, ...]:
    arrays = (np.array([value]) for value in (z, k, u1, u2))
    return tuple(float(part[0, 0]) for part in quadratic_flux_gradient(*arrays))


EDGES = [
    (z, k)
    for k in (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.9, 1.0, 1.3)
    for z in (
        *(0.0, 1e-12, 1e-6, 1e-3, k, k - 1e-10, k + 1e-10, k + 1e-5, 0.5, 1.0),
        *(abs(1.0 - k), abs(1.0 - k) + 1e-9, abs(1.0 - k) - 1e-9, abs(1.0 - k) + 1e-4),
        *(1.0 + k, 1.0 + k - 1e-9, 1.0 + k + 1e-9, 2.5),
    )
    if z >= 0.0
]


@pytest.mark.parametrize(("z", "k"), EDGES)
def test_edge_points_match_the_integral(z: float, k: float) -> None:
    for u1, u2 in ((0.0, 0.0), (0.4, 0.2), (0.1, 0.3)):
        assert one(z, k, u1, u2)[0] == pytest.approx(integral_flux(z, k, u1, u2), abs=1e-10)


@settings(max_examples=150)
@given(st.floats(0.0, 1.4), st.floats(0.01, 0.3), st.floats(0.0, 0.6), st.floats(0.0, 0.4))
def test_any_geometry_matches_the_integral(z: float, k: float, u1: float, u2: float) -> None:
    assert abs(one(z, k, u1, u2)[0] - integral_flux(z, k, u1, u2)) < 1e-4 * PPM


def channels(spread: float, k0: float = 0.1) -> tuple[FloatArray, FloatArray, FloatArray]:
    rng = np.random.default_rng(3)
    k = k0 * (1.0 + spread * rng.uniform(-1.0, 1.0, 40))
    return k, rng.uniform(0.05, 0.55, 40), rng.uniform(0.0, 0.27, 40)


@pytest.mark.parametrize("impact", [0.0, 0.3, 0.7, 0.95, 1.1])
@pytest.mark.parametrize("k0", [0.01, 0.06, 0.12, 0.3])
def test_batman_agrees(impact: float, k0: float) -> None:
    k, u1, u2 = channels(0.01, k0)
    z = np.hypot(impact, np.linspace(-1.4, 1.4, 301))
    ours = quadratic_flux(z, k, u1, u2)
    parameters = batman.TransitParams()
    parameters.t0, parameters.per, parameters.ecc, parameters.w = 0.0, 1e4, 0.0, 90.0
    parameters.a, parameters.inc, parameters.limb_dark = 2000.0, 90.0, "quadratic"
    model = None
    for c in range(k.size):
        parameters.rp, parameters.u = k[c], [u1[c], u2[c]]
        # z = a sin(phi) at inclination 90: times that make batman's own orbit reach our z.
        time = parameters.per / (2.0 * np.pi) * np.arcsin(z / parameters.a)
        model = model or batman.TransitModel(parameters, time, max_err=0.01)
        # batman's own error reaches 0.017 ppm at k = 0.01; the integral is within 1e-4 of ours.
        assert np.max(np.abs(model.light_curve(parameters) - ours[:, c])) < 0.02 * PPM


@pytest.mark.parametrize("spread", [0.0, 1e-7, 1e-4, 1e-2, 0.1, 0.6])
def test_interpolation_over_channels_is_exact_enough(spread: float) -> None:
    k, u1, u2 = channels(spread)
    z = np.sort(np.random.default_rng(5).uniform(0.0, 1.3, 1500))
    error = np.abs(quadratic_flux(z, k, u1, u2) - quadratic_flux_exact(z, k, u1, u2))
    assert error.max() < 0.01 * PPM
    one_by_one = [
        quadratic_flux_gradient(z, k[[c]], u1[[c]], u2[[c]]) for c in range(0, k.size, 13)
    ]
    together = quadratic_flux_gradient(z, k, u1, u2)
    for j in range(5):
        single = np.concatenate([gradient[j] for gradient in one_by_one], axis=1)
        np.testing.assert_allclose(together[j][:, ::13], single, rtol=0.0, atol=2e-7)


@settings(max_examples=100)
@given(st.floats(0.0, 1.4), st.floats(0.01, 0.3), st.floats(0.0, 0.6), st.floats(0.0, 0.4))
def test_derivatives_match_finite_differences(z: float, k: float, u1: float, u2: float) -> None:
    step = 1e-6
    if min(abs(z - contact) for contact in (0.0, 1.0 - k, 1.0 + k)) < 1e-3:
        return
    point = np.array([z, k, u1, u2])
    for axis, analytic in enumerate(one(z, k, u1, u2)[1:]):
        shift = step * np.eye(4)[axis]
        above, below = one(*(point + shift))[0], one(*(point - shift))[0]
        assert analytic == pytest.approx((above - below) / (2.0 * step), abs=3e-8)


def test_no_planet_no_transit_and_nan() -> None:
    z = np.array([0.2, np.inf, np.nan, 5.0])
    flux = quadratic_flux(z, np.array([0.0, 0.1]), np.full(2, 0.3), np.full(2, 0.1))
    assert flux[0, 0] == 1.0
    assert flux[0, 1] < 1.0
    assert np.array_equal(flux[[1, 3]], np.ones((2, 2)))
    assert np.isnan(flux[2, 1])


def test_out_of_transit_is_exactly_one_and_flat() -> None:
    k, u1, u2 = channels(0.01)
    flux, *gradient = quadratic_flux_gradient(np.linspace(1.2, 9.0, 50), k, u1, u2)
    assert np.all(flux == 1.0)
    assert all(not part.any() for part in gradient)


def test_rerun_is_bit_identical() -> None:
    k, u1, u2 = channels(0.02)
    z = np.linspace(0.0, 1.3, 400)
    assert np.array_equal(quadratic_flux(z, k, u1, u2), quadratic_flux(z, k, u1, u2))
