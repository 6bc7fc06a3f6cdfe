"""Pieces of the first estimator against brute force: drift prior, smoothing, channel solution."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from transit_scenes import AIRS_UM, STAR, Scene, make_visit

from spectramind.transit.channel_depths import UNKNOWN_VARIANCE, channel_depths
from spectramind.transit.depth_smoothing import (
    AMPLITUDES,
    LENGTHS,
    LEVEL_SPREAD,
    TYPICAL_AMPLITUDE,
    smooth_depths,
)
from spectramind.transit.drift import legendre_basis, legendre_scales
from spectramind.transit.limb_darkening import typical_quadratic
from spectramind.transit.orbit import Orbit
from spectramind.transit.white_light import relative_curve, white_series
from spectramind.transit.white_search import search_transit


def test_drift_scales_are_those_of_random_power_series() -> None:
    rng = np.random.default_rng(0)
    time = np.linspace(0.0, 7.5, 400)
    powers = np.vander(time / 7.5, 6, increasing=True)
    drifts = powers @ rng.standard_normal((6, 4000))
    coefficients = np.linalg.lstsq(legendre_basis(time, 5), drifts, rcond=None)[0]
    np.testing.assert_allclose(coefficients.std(axis=1), legendre_scales(5), rtol=0.05)


def test_smoothing_is_the_average_over_gaussian_processes() -> None:
    rng = np.random.default_rng(1)
    wavelength = np.linspace(1.95, 3.9, 30)
    covariance = np.diag(rng.uniform(1e-9, 1e-8, 30)) + 1e-9
    depth = 0.012 + 1e-4 * np.sin(4.0 * wavelength) + rng.normal(0.0, 6e-5, 30)
    mean, spread = smooth_depths(wavelength, depth, covariance, 0.0121)
    distance = np.abs(np.subtract.outer(wavelength, wavelength))
    total, expected, second = 0.0, np.zeros(30), np.zeros((30, 30))
    for length in LENGTHS:
        x = np.sqrt(5.0) * distance / length
        shape = (1.0 + x + x**2 / 3.0) * np.exp(-x)
        for amplitude in AMPLITUDES:
            prior = LEVEL_SPREAD**2 + amplitude**2 * shape
            density = multivariate_normal(np.full(30, 0.0121), prior + covariance).logpdf(depth)
            share = np.exp(density - 200.0 - 0.5 * np.log(amplitude / TYPICAL_AMPLITUDE) ** 2)
            gain = prior @ np.linalg.inv(prior + covariance)
            one = 0.0121 + gain @ (depth - 0.0121)
            total += share
            expected += share * one
            second += share * (prior - gain @ prior + np.outer(one - 0.012, one - 0.012))
    expected /= total
    second = second / total - np.outer(expected - 0.012, expected - 0.012)
    np.testing.assert_allclose(mean, expected, rtol=1e-7)
    np.testing.assert_allclose(spread, second, atol=1e-13)


@pytest.mark.parametrize("t0", [0.9, 3.6, 6.8])
def test_search_finds_the_transit(t0: float) -> None:
    visit = make_visit(Scene(t0=t0, samples=281))
    series = [white_series(relative_curve(curve, 0)) for curve in (visit.airs, visit.fgs1)]
    found = search_transit(series, STAR)
    assert found.gain > 1000.0
    half, true_half = 0.5 * found.duration, 0.5 * 3.13
    if t0 - true_half > 0.0:
        assert found.t0[0] - half == pytest.approx(t0 - true_half, abs=0.25)
    if t0 + true_half < 7.5:
        assert found.t0[0] + half == pytest.approx(t0 + true_half, abs=0.25)


def test_channel_depths_are_unbiased_and_as_sure_as_they_say() -> None:
    scores = []
    for seed in range(4):
        scene = Scene(seed=seed, samples=281)
        curve = relative_curve(make_visit(scene).airs, 0)
        slope = (AIRS_UM - 2.8) / 1.95
        orbit = Orbit(scene.t0, STAR.period * 24.0, scene.a_over_rs, scene.impact)
        u1, u2 = 0.20 - 0.08 * slope, np.full(282, 0.15)
        result = channel_depths(curve, orbit, np.sqrt(scene.depth), u1, u2)
        error = result.depth - scene.truth()[1:]
        scores.append(error @ np.linalg.solve(result.covariance, error) / 282.0)
        assert np.median(result.scatter) == pytest.approx(1.0, abs=0.05)
        assert result.jitter < 0.01
    assert np.mean(scores) == pytest.approx(1.0, abs=0.15)


def test_unseen_channels_say_that_nothing_is_known() -> None:
    curve = relative_curve(make_visit(Scene(samples=281)).airs, 0)
    curve.weight[:, 7] = 0.0
    orbit = Orbit(3.6, STAR.period * 24.0, 9.0, 0.3)
    u1, u2 = typical_quadratic(AIRS_UM, 5700.0)
    result = channel_depths(curve, orbit, 0.11, u1, u2)
    assert result.covariance[7, 7] == UNKNOWN_VARIANCE
    assert np.all(np.delete(result.covariance[7], 7) == 0.0)


def test_limb_darkening_falls_with_wavelength_and_temperature() -> None:
    wavelength = np.array([0.7, 1.95, 2.8, 3.9])
    u1, u2 = typical_quadratic(wavelength, 5700.0)
    hotter, _ = typical_quadratic(wavelength, 6500.0)
    assert np.all(np.diff(u1) < 0.0)
    assert np.all(hotter < u1)
    assert np.all((u2 > 0.0) & (u1 + u2 < 1.0))
