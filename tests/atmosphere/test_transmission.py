"""Shell model of a transit: published check numbers, an independent integral, edge cases."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from spectramind.atmosphere.constants import ATOMIC_MASS, BOLTZMANN, GRAVITATION, JUPITER_MASS
from spectramind.atmosphere.transmission import (
    Opacity,
    Planets,
    absorbed_area,
    shell_radii,
    slant_columns,
    slant_rays,
    transmission_depth,
)
from spectramind.errors import ConfigurationError

CHECKS = [
    (1000, 1e-25, 10963.14, 10972.10),
    (1000, 1e-24, 11064.56, 11078.26),
    (1500, 1e-25, 11154.36, 11174.12),
    (1500, 1e-24, 11308.05, 11338.67),
]


def planets(temperature: float = 1000.0, mass: float = JUPITER_MASS, copies: int = 1) -> Planets:
    values = (6.957e8, 7.1492e7, mass, temperature, 2.3, 1e6)
    return Planets(*(np.full(copies, v) for v in values))


@pytest.mark.parametrize(("temperature", "section", "constant", "varying"), CHECKS)
def test_published_depths(temperature, section, constant, varying):
    opacity = Opacity(np.full((1, 1), section))
    flat = transmission_depth(planets(temperature), opacity, constant_gravity=True)
    real = transmission_depth(planets(temperature), opacity)
    assert flat[0, 0] * 1e6 == pytest.approx(constant, abs=0.5)
    assert real[0, 0] * 1e6 == pytest.approx(varying, abs=0.5)


def test_effective_radius_of_the_exponential_atmosphere():
    # Lecavelier des Etangs et al. 2008: tau = 0.561 at the effective radius, within H / R.
    body = planets()
    depth = transmission_depth(body, Opacity(np.full((1, 1), 1e-24)), constant_gravity=True)[0, 0]
    radius, height = np.sqrt(depth) * 6.957e8, float(body.scale_height[0])
    density = 1e6 / (BOLTZMANN * 1000.0) * np.exp(-(radius - 7.1492e7) / height)
    tau = 1e-28 * density * np.sqrt(2 * np.pi * radius * height)
    assert tau == pytest.approx(0.561, rel=0.03)


def test_columns_against_numerical_integration():
    body = planets(1500.0)
    radii = shell_radii(body)
    column, square = slant_columns(body, radii)
    weight = GRAVITATION * JUPITER_MASS * 2.3 * ATOMIC_MASS / (BOLTZMANN * 1500.0)
    impact = 0.5 * (radii[0, 40] + radii[0, 41])

    def density(path: float) -> float:
        """Molecules per cm3 at `path` metres from the point nearest to the centre."""
        radius = np.hypot(path, impact)
        return 1.0 / (BOLTZMANN * 1500.0) * np.exp(weight * (1 / radius - 1 / 7.1492e7))

    reach = np.sqrt(radii[0, -1] ** 2 - impact**2)
    linear = 200 * quad(density, 0, reach, limit=400, epsrel=1e-10)[0]
    quadratic = 200 * quad(lambda s: density(s) ** 2, 0, reach, limit=400, epsrel=1e-10)[0]
    assert column[0, 40] == pytest.approx(linear, rel=4e-3)
    assert square[0, 40] == pytest.approx(quadratic, rel=8e-3)


def test_compiled_sum_equals_the_reference():
    body = planets(copies=2)
    rng = np.random.default_rng(1)
    draw = [10 ** rng.uniform(low, low + 8, (2, 50)) for low in (-29, -28, -50)]
    opacity = Opacity(*draw)
    area = absorbed_area(slant_rays(body), opacity)
    reference = (body.radius / body.star_radius)[:, None] ** 2 + area
    np.testing.assert_allclose(transmission_depth(body, opacity), reference, rtol=1e-9, atol=0)


def test_weak_unresolved_lines_act_like_smooth_absorption_and_strong_ones_less():
    weak, strong = np.full((1, 1), 1e-30), np.full((1, 1), 1e-21)
    nothing = np.zeros((1, 1))
    base = transmission_depth(planets(), Opacity(nothing))
    depth = {
        (name, kind): transmission_depth(planets(), value)[0, 0] - base[0, 0]
        for name, opacity in (("weak", weak), ("strong", strong))
        for kind, value in (("smooth", Opacity(opacity)), ("lines", Opacity(nothing, opacity)))
    }
    assert depth["weak", "lines"] == pytest.approx(depth["weak", "smooth"], rel=0.01)
    assert depth["strong", "lines"] < 0.9 * depth["strong", "smooth"]


def test_batch_does_not_change_a_planet():
    opacity = 10 ** np.linspace(-28, -20, 30)
    one = transmission_depth(planets(), Opacity(opacity[None]))
    many = transmission_depth(planets(copies=5), Opacity(np.tile(opacity, (5, 1))))
    assert np.array_equal(many[3], one[0])


def test_transparent_air_leaves_the_opaque_disc_and_depth_grows_with_opacity():
    opacity = np.array([[0.0, 1e-27, 1e-25, 1e-23, 1e-21]])
    depth = transmission_depth(planets(), Opacity(opacity))[0]
    assert depth[0] == pytest.approx((7.1492e7 / 6.957e8) ** 2, rel=1e-14)
    assert np.all(np.diff(depth) > 0)


@pytest.mark.parametrize("mass", [0.0, -1.0, np.nan])
def test_impossible_planets_are_refused(mass):
    with pytest.raises(ConfigurationError, match="planet mass"):
        planets(mass=mass)


def test_unbound_atmosphere_is_refused():
    with pytest.raises(ConfigurationError, match="bound atmosphere"):
        transmission_depth(planets(mass=1e25), Opacity(np.ones((1, 1))))


def test_negative_opacity_is_refused():
    with pytest.raises(ConfigurationError, match="smooth opacity"):
        transmission_depth(planets(), Opacity(np.full((1, 1), -1e-25)))
