"""Limb darkening of the simulated stars against published figures and batman's own laws."""

from __future__ import annotations

import batman
import numpy as np
import pytest
from numpy.typing import NDArray

from spectramind.conf.schema.simulator import SimulatorConfig
from spectramind.simulator.instrument import configured_instrument
from spectramind.simulator.light_curves import draw_surface
from spectramind.simulator.limb_darkening import (
    SHAPE_SCATTER,
    SLOPE_SCATTER,
    STRENGTH_SCATTER,
    LimbDeparture,
    LimbTrend,
    draw_departure,
    star_coefficients,
)
from spectramind.simulator.limb_laws import (
    LIMB_LAWS,
    LimbLaw,
    darkening,
    limb_flux,
    nearest_law,
)
from spectramind.simulator.model_atmospheres import atmosphere_coefficients
from spectramind.simulator.population import draw_planet

FloatArray = NDArray[np.float64]
AIRS_UM = np.linspace(1.95, 3.9, 282)
PLAIN = LimbDeparture(0.0, 0.0, 0.0, 0.0)
STARS = [(3900.0, 4.7), (4200.0, 4.5), (5745.0, 4.4), (7000.0, 4.0)]
MU = (np.arange(20_000) + 0.5) / 20_000
BATMAN_LAWS = {
    "four_parameter": "nonlinear",
    "quadratic": "quadratic",
    "square_root": "squareroot",
    "logarithmic": "logarithmic",
    "power2": "power2",
}


def test_published_coefficients_are_met_where_they_were_computed() -> None:
    """Claret & Bloemen (2011), ATLAS, [M/H] = 0, 2 km/s, least squares."""
    k_band = atmosphere_coefficients(np.array([2.2]), 5500.0, 4.5)[:, 0]
    np.testing.assert_allclose(k_band, [0.5769, 0.0338, -0.2590, 0.1152], atol=1e-9)
    r_band = atmosphere_coefficients(np.array([0.65]), 4000.0, 4.0)[:, 0]
    np.testing.assert_allclose(r_band, [0.6915, -0.6844, 1.2986, -0.4401], atol=1e-9)


@pytest.mark.parametrize(("temperature", "logg"), STARS)
def test_stars_grow_brighter_to_the_centre_and_darken_less_in_the_red(
    temperature: float, logg: float
) -> None:
    wavelength = np.concatenate([[0.7], AIRS_UM])
    claret = star_coefficients(wavelength, temperature, logg, PLAIN)
    for law in LIMB_LAWS:
        lost = darkening(law, nearest_law(law, claret), MU[100::100])
        assert np.all(np.diff(lost, axis=0) < 0), law
        assert lost.max() < 0.95
        mean = (lost * MU[100::100, None]).sum(axis=0)
        assert np.all(np.diff(mean) < 0), law


def test_infrared_coefficients_are_those_of_real_stars() -> None:
    """First coefficient +0.05 to +0.2, as in fits of real light curves of the challenge."""
    for temperature in (4200.0, 5000.0, 6000.0, 7000.0):
        u1, u2 = nearest_law("quadratic", star_coefficients(AIRS_UM, temperature, 4.4, PLAIN))
        assert 0.05 < u1.min() < u1.max() < 0.2
        assert 0.05 < u2.min() < u2.max() < 0.3


def test_cool_stars_are_darker_at_the_limb() -> None:
    cool, hot = (star_coefficients(AIRS_UM, t, 4.4, PLAIN).sum(axis=0) for t in (4200.0, 6600.0))
    assert np.all(cool > hot)


@pytest.mark.parametrize("law", LIMB_LAWS)
def test_no_law_of_its_kind_is_nearer(law: LimbLaw) -> None:
    wavelength = np.array([0.7, 2.0, 3.9])
    claret = star_coefficients(wavelength, 5200.0, 4.4, LimbDeparture(0.1, 0.1, 0.02, -0.02))
    profile = darkening("four_parameter", claret, MU)
    best = nearest_law(law, claret)

    def distance(coefficients: FloatArray) -> FloatArray:
        off = darkening(law, coefficients, MU) - profile
        return np.asarray((off**2 * MU[:, None]).mean(axis=0))

    least = distance(best)
    assert np.all(least < 0.01**2)
    for term in range(len(best)):
        for step in (-0.01, 0.01):
            other = best.copy()
            other[term] += step
            assert np.all(distance(other) > least)


@pytest.mark.parametrize("law", LIMB_LAWS)
@pytest.mark.parametrize("impact", [0.0, 0.45, 0.95])
def test_batman_agrees_with_every_law(law: LimbLaw, impact: float) -> None:
    claret = star_coefficients(np.array([0.7]), 5200.0, 4.4, PLAIN)
    coefficients = nearest_law(law, claret)
    parameters = batman.TransitParams()
    parameters.t0, parameters.per, parameters.rp, parameters.a = 0.0, 3.0, 0.11, 9.0
    parameters.inc, parameters.ecc, parameters.w = np.degrees(np.arccos(impact / 9.0)), 0.0, 90.0
    parameters.limb_dark, parameters.u = BATMAN_LAWS[law], coefficients[:, 0].tolist()
    time = np.linspace(-0.08, 0.08, 161)
    model = batman.TransitModel(parameters, time, max_err=0.005)
    phase = 2.0 * np.pi * time / 3.0
    z = 9.0 * np.hypot(np.sin(phase), np.cos(phase) * impact / 9.0)
    ours = limb_flux(law, z, np.array([0.11]), coefficients)[:, 0]
    np.testing.assert_allclose(ours, model.light_curve(parameters), rtol=0, atol=1e-7)


def test_a_departure_changes_what_it_says() -> None:
    wavelength = np.array([0.7, np.sqrt(0.7 * 3.9), 3.9])
    plain = star_coefficients(wavelength, 5500.0, 4.4, PLAIN)
    stronger = star_coefficients(wavelength, 5500.0, 4.4, LimbDeparture(0.1, 0.0, 0.0, 0.0))
    np.testing.assert_allclose(stronger, 1.1 * plain)
    tilted = star_coefficients(wavelength, 5500.0, 4.4, LimbDeparture(0.0, 0.2, 0.0, 0.0))
    np.testing.assert_allclose(tilted / plain, [[0.9, 1.0, 1.1]] * 4, rtol=1e-9)
    moved = star_coefficients(wavelength, 5500.0, 4.4, LimbDeparture(0.0, 0.0, 0.05, -0.03))
    shift = nearest_law("quadratic", moved) - nearest_law("quadratic", plain)
    np.testing.assert_allclose(shift, [[0.05] * 3, [-0.03] * 3], atol=1e-9)
    black = star_coefficients(wavelength, 4000.0, 4.4, LimbDeparture(1.0, 0.0, 0.4, 0.4))
    assert black.sum(axis=0).max() == pytest.approx(0.95)


def test_stars_scatter_as_much_as_stated() -> None:
    rng = np.random.default_rng(4)
    trend = LimbTrend(u1=0.03, u2=-0.02, slope=0.1, heat=0.05)
    drawn = [draw_departure(rng, 6500.0, trend) for _ in range(2000)]
    strength, slope, u1, u2 = (
        np.array([getattr(d, name) for d in drawn]) for name in ("strength", "slope", "u1", "u2")
    )
    assert strength.mean() == pytest.approx(0.05, abs=0.006)
    assert slope.mean() == pytest.approx(0.1, abs=0.005)
    assert strength.std() == pytest.approx(STRENGTH_SCATTER, rel=0.06)
    assert slope.std() == pytest.approx(SLOPE_SCATTER, rel=0.06)
    assert u1.std() == pytest.approx(SHAPE_SCATTER, rel=0.06)
    # The light of the whole disk, 1 - u1 / 3 - u2 / 6, does not change with the shape.
    np.testing.assert_allclose((u1 - 0.03) / 3 + (u2 + 0.02) / 6, 0.0, atol=1e-12)


def test_mixed_stars_follow_every_law(tiny_config: SimulatorConfig) -> None:
    planet, rng = draw_planet(3, 0), np.random.default_rng(5)
    mixed = configured_instrument(tiny_config)
    laws = [draw_surface(rng, planet, mixed, spots=False).law for _ in range(300)]
    assert all(laws.count(law) > 30 for law in LIMB_LAWS)
    one = configured_instrument(tiny_config.model_copy(update={"limb_darkening": "logarithmic"}))
    assert draw_surface(rng, planet, one, spots=False).law == "logarithmic"
