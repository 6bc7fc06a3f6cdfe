from __future__ import annotations

import numpy as np
import pytest

from spectramind.simulator.cosmic_rays import draw_cosmic_rays
from spectramind.simulator.gain_drift import draw_gain
from spectramind.simulator.jitter import draw_pointing, second_order
from spectramind.simulator.read_out import ReadTiming
from spectramind.survey.instruments import AIRS


def test_gain_drift_is_separable_and_has_the_asked_size() -> None:
    gain = draw_gain(np.random.default_rng(1), np.linspace(0, 1, 200), 356, 2e-3)
    assert gain.shape == (356, 200)
    assert np.ptp(gain) == pytest.approx(2e-3)
    singular = np.linalg.svd(gain - 1.0, compute_uv=False)
    assert singular[1] < 1e-9 * singular[0]
    # A polynomial of order 5 in time leaves nothing.
    t = np.linspace(-1, 1, 200)
    left = gain - np.polynomial.polynomial.polyval(
        t, np.polynomial.polynomial.polyfit(t, gain.T, 5)
    )
    assert np.abs(left).max() < 1e-9


def test_pointing_has_the_asked_rms_and_memory() -> None:
    rng = np.random.default_rng(2)
    spacing = 4.8 / 3600
    slow = draw_pointing(rng, 200_000, spacing, 0.0, 0.02)
    assert slow.std() == pytest.approx(0.02, rel=0.1)
    lag = round(20 / 60 / spacing)
    memory = np.mean(slow[:, lag:] * slow[:, :-lag]) / slow.var()
    assert memory == pytest.approx(np.exp(-1), abs=0.1)
    fast = draw_pointing(rng, 100_000, spacing, 0.01, 0.0)
    assert fast.std() == pytest.approx(0.01, rel=0.02)
    assert abs(np.mean(fast[:, 1:] * fast[:, :-1])) < 1e-6
    np.testing.assert_allclose(second_order(fast)[2], 0.5 * fast[0] ** 2)


def test_cosmic_rays_come_at_the_asked_rate_sorted_by_pixel_and_time() -> None:
    timing = ReadTiming(0.1, 4.5)
    hits = draw_cosmic_rays(np.random.default_rng(3), AIRS, 1000, timing, 1e-4)
    expected = 1e-4 * AIRS.pixels * 1000 * 4.6
    assert hits.pair.size / 2 == pytest.approx(expected, abs=5 * np.sqrt(expected))
    assert hits.start[0] == 0
    assert hits.start[-1] == hits.pair.size
    for pixel in range(0, AIRS.pixels, 997):
        assert np.all(np.diff(hits.pair[hits.start[pixel] : hits.start[pixel + 1]]) >= 0)
    assert hits.early.mean() == pytest.approx(0.1 / 4.6, abs=0.01)
    none = draw_cosmic_rays(np.random.default_rng(3), AIRS, 1000, timing, 0.0)
    assert none.pair.size == 0
