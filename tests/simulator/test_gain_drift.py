"""Every kind of drift against what its formula says, from its curves alone."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from spectramind.simulator.gain_drift import DRIFT_KINDS, Drift, DriftGrid, DriftKind, draw_gain

FloatArray = NDArray[np.float64]
HOURS = np.arange(0.0, 7.5, 0.01)
AIRS_UM = np.linspace(4.0, 1.6, 40)
SPREAD = (3e-4, 3e-3)
DRAWS = 200


def _grid(wavelength: FloatArray = AIRS_UM) -> DriftGrid:
    return DriftGrid(HOURS, 7.5, wavelength, 5500.0)


def _drawn(
    kind: DriftKind, seed: int, size: float = 1.0, wavelength: FloatArray = AIRS_UM
) -> FloatArray:
    """(column, time) drift less 1."""
    rng, shared = np.random.default_rng(seed), np.random.default_rng((seed, 1))
    return draw_gain(rng, shared, Drift(kind, size, SPREAD), _grid(wavelength)) - 1.0


def _after_polynomial(curves: FloatArray, order: int) -> float:
    """Largest remainder after polynomials in time of an order, relative to the drift's size."""
    t = np.linspace(-1.0, 1.0, curves.shape[1])
    fit = np.polynomial.polynomial.polyfit(t, curves.T, order)
    return float(np.abs(curves - np.polynomial.polynomial.polyval(t, fit)).max() / np.ptp(curves))


def _rank_left(curves: FloatArray, rank: int) -> float:
    singular = np.linalg.svd(curves, compute_uv=False)
    return float(singular[rank] / singular[0])


def test_the_competitions_drift_is_a_product_of_polynomials_of_order_five() -> None:
    gain = _drawn("polynomial", 1)
    assert _rank_left(gain, 1) < 1e-9
    assert _after_polynomial(gain, 5) < 1e-9
    assert _after_polynomial(gain, 4) > 1e-6


def test_quartic_drift_is_no_product_and_has_a_linear_colour() -> None:
    gain = _drawn("quartic", 1)
    assert _after_polynomial(gain, 4) < 1e-9
    assert _rank_left(gain, 1) > 1e-3
    assert np.abs(np.diff(gain, 2, axis=0)).max() < 1e-9 * np.ptp(gain)


def test_linear_drift_is_a_line_at_each_wavelength() -> None:
    gain = _drawn("linear", 1)
    assert _after_polynomial(gain, 1) < 1e-9
    assert np.abs(np.diff(gain, 2, axis=0)).max() < 1e-9 * np.ptp(gain)
    signs = [np.sign(_drawn("linear", s)[20, -1]) for s in range(40)]
    assert 8 < signs.count(1.0) < 32


@pytest.mark.parametrize("kind", ["polynomial", "quartic", "linear"])
def test_sizes_are_log_uniform_in_the_presets_range(kind: DriftKind) -> None:
    size = np.log([np.ptp(_drawn(kind, s)) for s in range(DRAWS)])
    low, high = np.log(SPREAD)
    assert low <= size.min() < low + 0.1
    assert high - 0.1 < size.max() <= high + 1e-9
    assert size.mean() == pytest.approx((low + high) / 2, abs=0.15)
    assert size.std() == pytest.approx((high - low) / np.sqrt(12), rel=0.1)


def test_no_drift_is_none() -> None:
    assert np.all(_drawn("none", 1) == 0.0)


def test_settling_forgets_exponentially() -> None:
    starts, times = [], []
    for seed in range(DRAWS):
        gain = _drawn("settling", seed)
        assert _rank_left(gain, 1) < 1e-9
        ratio = gain[20, 1:51] / gain[20, :50]
        np.testing.assert_allclose(ratio, ratio[0], rtol=1e-6)
        times.append(-0.01 / np.log(ratio[0]))
        starts.append(abs(gain.mean(axis=0)[0]))
    assert 0.2 <= min(times) < 0.22
    assert 0.95 < max(times) <= 1.0
    assert 5e-4 <= min(starts) < 6e-4
    assert 3.4e-3 < max(starts) <= 4e-3


def test_thermal_drift_is_a_sine_of_one_period_for_both_detectors() -> None:
    for seed in range(30):
        airs = _drawn("thermal", seed).mean(axis=0)
        fgs1 = _drawn("thermal", seed, wavelength=np.array([0.7]))[0]
        # f'' = -w^2 f, by differences: 2 (cos(w h) - 1) = f'' h^2 / f
        steep = np.abs(airs[1:-1]) > 0.5 * np.abs(airs).max()
        curvature = (np.diff(airs, 2) / airs[1:-1])[steep]
        period = 2 * np.pi * 0.01 / np.arccos(1 + curvature.mean() / 2)
        np.testing.assert_allclose(curvature, curvature.mean(), rtol=1e-4)
        assert 1.2 <= period <= 3.5
        assert abs(np.corrcoef(airs, fgs1)[0, 1]) == pytest.approx(1.0)
        for curve in (airs, fgs1):
            assert 0.99e-4 < np.abs(curve).max() <= 4e-4


def test_red_drift_forgets_as_an_ornstein_uhlenbeck_process() -> None:
    rms, lag = [], round(0.25 / 0.01)
    products = []
    for seed in range(4000):
        curve = _drawn("red", seed, wavelength=np.array([0.7]))[0]
        rms.append(np.mean(curve**2))
        products.append(np.mean(curve[lag:] * curve[:-lag]))
    # rms uniform in 60-200 ppm, memory T uniform in 15-60 minutes: mean square and the mean of
    # exp(-15 min / T) by midpoints of the two ranges.
    size = np.linspace(60e-6, 200e-6, 2001)
    memory = np.linspace(15.0, 60.0, 2001)
    assert np.mean(rms) == pytest.approx(np.mean(size**2), rel=0.05)
    expected = np.mean(np.exp(-15.0 / memory))
    assert np.mean(products) / np.mean(rms) == pytest.approx(expected, abs=0.03)


def test_a_step_is_one_jump() -> None:
    heights, places = [], []
    for seed in range(DRAWS):
        curve = _drawn("step", seed).mean(axis=0)
        jumps = np.flatnonzero(np.diff(curve))
        assert jumps.size == 1
        heights.append(abs(np.diff(curve)[jumps[0]]))
        places.append(HOURS[jumps[0]] / 7.5)
    assert 2e-4 <= min(heights) < 2.5e-4
    assert 1.7e-3 < max(heights) <= 2e-3
    assert 0.04 < min(places) < 0.1
    assert 0.9 < max(places) < 0.96


def test_a_flare_is_seen_by_both_detectors_and_is_blue() -> None:
    for seed in range(40):
        airs, fgs1 = _drawn("flare", seed), _drawn("flare", seed, wavelength=np.array([0.7]))[0]
        assert np.all(airs >= 0.0)
        assert airs.mean(axis=0).argmax() == fgs1.argmax()
        assert np.all(np.diff(airs[:, airs.mean(axis=0).argmax()]) > 0)  # columns run to the blue
        assert 3e-4 < fgs1.max() <= 5e-3
        after = fgs1[fgs1.argmax() + 1 :]
        decay = -0.6 / np.log(after[1] / after[0])
        assert 5.0 <= decay <= 40.0
    # Planck's law at 0.7 and 3 um for 9000 and 5500 K.
    kelvin = 14387.77

    def contrast(um: float) -> float:
        return float(np.expm1(kelvin / um / 5500.0) / np.expm1(kelvin / um / 9000.0) - 1.0)

    airs, fgs1 = (_drawn("flare", 3, wavelength=np.array([um]))[0].max() for um in (3.0, 0.7))
    assert airs / fgs1 == pytest.approx(contrast(3.0) / contrast(0.7), rel=1e-6)


@pytest.mark.parametrize("kind", DRIFT_KINDS)
def test_size_is_a_factor(kind: DriftKind) -> None:
    np.testing.assert_allclose(_drawn(kind, 5, 2.0), 2.0 * _drawn(kind, 5), atol=1e-12)
    assert np.all(_drawn(kind, 5, 0.0) == 0.0)
