"""Transit of many channels with derivatives, against the quadratic kernel and differences."""

from __future__ import annotations

import numpy as np
import pytest

from spectramind.transit.channel_transit import channel_transit
from spectramind.transit.light_curve import quadratic_flux
from spectramind.transit.orbit import Orbit, separation

TIME = np.linspace(0.0, 7.5, 301)
ORBIT = Orbit(3.6, 96.0, 11.0, 0.35)
RNG = np.random.default_rng(3)
DEPTH = 0.012 + RNG.normal(0.0, 2e-4, 24)
LIMB = np.column_stack([RNG.uniform(0.1, 0.5, 24), RNG.uniform(0.0, 0.2, 24), np.zeros(24)])


def test_without_third_term_equals_the_quadratic_law() -> None:
    ours = channel_transit(TIME, ORBIT, DEPTH, LIMB).flux
    exact = quadratic_flux(separation(TIME, ORBIT), np.sqrt(DEPTH), LIMB[:, 0], LIMB[:, 1])
    np.testing.assert_allclose(ours, exact, atol=3e-7)


@pytest.mark.parametrize("index", range(7))
def test_derivatives_equal_finite_differences(index: int) -> None:
    limb = LIMB + np.array([0.0, 0.0, 0.1])
    step = 1e-5

    def flux(amount: float) -> np.ndarray:
        depth, shifted = DEPTH.copy(), limb.copy()
        orbit = [ORBIT.t0, np.log(ORBIT.a_over_rs), ORBIT.impact]
        if index == 0:
            depth += 1e-2 * amount
        elif index < 4:
            shifted[:, index - 1] += amount
        else:
            orbit[index - 4] += amount
        moved = Orbit(orbit[0], ORBIT.period, float(np.exp(orbit[1])), orbit[2])
        return channel_transit(TIME, moved, depth, shifted).flux

    numeric = (flux(step) - flux(-step)) / (2.0 * step)
    ours = channel_transit(TIME, ORBIT, DEPTH, limb)
    analytic = [1e-2 * ours.by_depth, *np.moveaxis(ours.by_limb, -1, 0)]
    analytic += list(np.moveaxis(ours.by_orbit, -1, 0))
    away = _away_from_contact()
    np.testing.assert_allclose(analytic[index][away], numeric[away], atol=3e-6)


def _away_from_contact() -> np.ndarray:
    z, k = separation(TIME, ORBIT), np.sqrt(DEPTH.mean())
    return np.asarray(np.abs(np.abs(1.0 - z) - k) > 5e-3)


def test_no_transit_far_from_mid_time() -> None:
    ours = channel_transit(TIME, Orbit(60.0, 96.0, 11.0, 0.3), DEPTH, LIMB)
    assert np.all(ours.flux == 1.0)
    assert not ours.by_orbit.any()
