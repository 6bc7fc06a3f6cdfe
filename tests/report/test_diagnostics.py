from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from spectramind.report.diagnostics import (
    coverage,
    crps,
    half_width,
    planet_map,
    probability_integral,
    reliability,
    residual_power,
    running_median,
    standard_error,
)


@pytest.mark.parametrize(("error", "sigma"), [(0.0, 1.0), (1.3, 0.5), (-2.0, 0.3), (0.01, 2.0)])
def test_crps_is_the_integral_that_defines_it(error: float, sigma: float) -> None:
    def squared(x: float) -> float:
        return float((stats.norm.cdf(x, error, sigma) - (x >= 0)) ** 2)

    parts = [integrate.quad(squared, *ends, limit=200)[0] for ends in ((-30, 0), (0, 30))]
    value = crps(np.array([error]), np.array([sigma]))[0]
    assert value == pytest.approx(sum(parts), abs=1e-7)


def test_intervals_are_those_of_a_normal_density() -> None:
    for level in (0.68, 0.9, 0.95):
        assert half_width(level) == pytest.approx(stats.norm.interval(level)[1])
    z = np.array([[0.5, -2.5], [-1.5, 0.1], [1.7, 3.0]])
    np.testing.assert_allclose(coverage(z, 0.9), [2 / 3, 1 / 3])
    levels = np.array([0.5, 0.9])
    wanted = [np.mean(np.abs(z) <= stats.norm.interval(level)[1]) for level in levels]
    np.testing.assert_allclose(reliability(z, levels), wanted)


def test_a_true_sigma_gives_flat_diagnostics() -> None:
    z = np.random.default_rng(0).normal(size=(2000, 64))
    np.testing.assert_allclose(probability_integral(z, 10), 1.0, atol=0.04)
    np.testing.assert_allclose(reliability(z, np.array([0.68, 0.95])), [0.68, 0.95], atol=0.006)
    np.testing.assert_allclose(residual_power(z), 1.0, atol=0.15)
    narrow = probability_integral(2 * z, 10)
    assert narrow[0] > 1.5 > 1.0 > narrow[5]


def test_power_is_that_of_the_values() -> None:
    """Parseval: the two-sided sum over frequencies is the mean square."""
    z = np.random.default_rng(1).normal(size=(5, 64))
    power = residual_power(z)
    both = power[0] + power[-1] + 2 * power[1:-1].sum()
    assert both / 64 == pytest.approx(np.mean(z**2))
    wave = np.tile(np.cos(2 * np.pi * 5 * np.arange(64) / 64), (3, 1))
    assert int(np.argmax(residual_power(wave))) == 5


def test_the_map_is_along_the_strongest_patterns() -> None:
    rng = np.random.default_rng(2)
    z = 0.3 * rng.normal(size=(50, 1)) * np.ones(20) + 0.05 * rng.normal(size=(50, 20))
    z[7] = 4.0
    found = planet_map(z, 3)
    values, vectors = np.linalg.eigh(np.cov(np.clip(z, -5, 5).T))
    expected = (z - z.mean(axis=0)) @ vectors[:, -1] / np.sqrt(values[-1])
    correlation = np.corrcoef(found.place[:, 0], expected)[0, 1]
    assert abs(correlation) == pytest.approx(1.0, abs=1e-9)
    assert found.share[0] == pytest.approx(values[-1] / values.sum())
    assert found.outliers[0] == 7


def test_running_medians_and_standard_errors() -> None:
    x, y = np.array([3.0, 1.0, 2.0, 4.0]), np.array([30.0, 10.0, 20.0, 40.0])
    np.testing.assert_allclose(running_median(x, y, 2), [[1.5, 3.5], [15.0, 35.0]])
    values = np.array([1.0, 2.0, 4.0])
    assert standard_error(values) == pytest.approx(stats.sem(values))
    assert standard_error(values[:1]) == np.inf
