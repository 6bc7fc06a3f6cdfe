"""Circular orbits against batman, finite differences and their own contact times."""

from __future__ import annotations

import batman
import numpy as np
import pytest

from spectramind.transit.light_curve import quadratic_flux
from spectramind.transit.orbit import (
    Orbit,
    contact_times,
    full_duration,
    separation,
    separation_gradient,
    transit_duration,
)

TIME = np.linspace(0.0, 7.5, 400)
K = 0.11


@pytest.mark.parametrize("inclination", [90.0, 87.0, 84.2, 96.0])
def test_batman_places_the_transit_alike(inclination: float) -> None:
    orbit = Orbit.from_inclination(3.6, 2.7, 8.3, inclination)
    parameters = batman.TransitParams()
    parameters.t0, parameters.per, parameters.a = 3.6, 2.7 * 24.0, 8.3
    parameters.inc, parameters.ecc, parameters.w = min(inclination, 180.0 - inclination), 0.0, 90.0
    parameters.rp, parameters.limb_dark, parameters.u = K, "quadratic", [0.4, 0.2]
    expected = batman.TransitModel(parameters, TIME, max_err=0.01).light_curve(parameters)
    one = np.ones(1)
    flux = quadratic_flux(separation(TIME, orbit), K * one, 0.4 * one, 0.2 * one)[:, 0]
    assert np.max(np.abs(flux - expected)) < 1e-8


def test_both_sides_of_edge_on_are_the_same() -> None:
    north = separation(TIME, Orbit.from_inclination(3.0, 4.0, 9.0, 86.0))
    south = separation(TIME, Orbit.from_inclination(3.0, 4.0, 9.0, 94.0))
    np.testing.assert_allclose(north, south, rtol=1e-12)


def test_edge_on_central_transit_and_its_corner() -> None:
    orbit = Orbit(3.75, 96.0, 9.0, 0.0)
    z, gradient = separation_gradient(np.array([3.75, 4.0]), orbit)
    assert z[0] == 0.0
    assert not gradient[0].any()
    assert gradient[1, 3] == 0.0


def test_eclipse_is_no_transit() -> None:
    orbit = Orbit(0.0, 10.0, 4.0, 0.1)
    z, gradient = separation_gradient(np.array([5.0, 10.0]), orbit)
    assert np.isinf(z[0])
    assert not gradient[0].any()
    assert z[1] == pytest.approx(0.1)


@pytest.mark.parametrize("impact", [0.0, 0.4, -0.4, 0.95])
def test_contacts_are_where_the_limbs_touch(impact: float) -> None:
    orbit = Orbit(3.0, 70.0, 7.0, impact)
    z = separation(np.array(contact_times(orbit, K)), orbit)
    np.testing.assert_allclose(z[[0, 3]], 1.0 + K, rtol=1e-12)
    inner = 1.0 - K if abs(impact) < 1.0 - K else abs(impact)
    np.testing.assert_allclose(z[[1, 2]], inner, rtol=1e-12)


def test_grazing_and_missing_transits() -> None:
    assert full_duration(Orbit(3.0, 70.0, 7.0, 0.95), K) == 0.0
    assert transit_duration(Orbit(3.0, 70.0, 7.0, 1.2), K) == 0.0


def test_duration_makes_the_orbit() -> None:
    orbit = Orbit.from_duration(3.0, 80.0, 2.6, 0.35, K)
    assert transit_duration(orbit, K) == pytest.approx(2.6, rel=1e-12)


def test_derivatives_match_finite_differences() -> None:
    parameters = np.array([3.3, 60.0, 6.5, 0.45])
    _, gradient = separation_gradient(TIME, Orbit(*parameters))
    step = 1e-6
    for axis in range(4):
        shift = step * np.eye(4)[axis]
        above = separation(TIME, Orbit(*(parameters + shift)))
        below = separation(TIME, Orbit(*(parameters - shift)))
        np.testing.assert_allclose(gradient[:, axis], (above - below) / (2 * step), atol=1e-7)
