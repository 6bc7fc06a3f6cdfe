from __future__ import annotations

import numpy as np
import pytest

from spectramind.simulator.cosmic_rays import draw_cosmic_rays
from spectramind.simulator.jitter import Pointing, draw_pointing, second_order
from spectramind.simulator.read_out import ReadTiming
from spectramind.survey.instruments import AIRS


def test_pointing_has_the_asked_rms_and_memory() -> None:
    rng = np.random.default_rng(2)
    spacing = 4.8 / 3600
    slow = draw_pointing(rng, 200_000, spacing, Pointing(0.0, 0.02))
    assert slow.std() == pytest.approx(0.02, rel=0.1)
    lag = round(20 / 60 / spacing)
    memory = np.mean(slow[:, lag:] * slow[:, :-lag]) / slow.var()
    assert memory == pytest.approx(np.exp(-1), abs=0.1)
    fast = draw_pointing(rng, 100_000, spacing, Pointing(0.01, 0.0))
    assert fast.std() == pytest.approx(0.01, rel=0.02)
    assert abs(np.mean(fast[:, 1:] * fast[:, :-1])) < 1e-6
    np.testing.assert_allclose(second_order(fast)[2], 0.5 * fast[0] ** 2)


def test_motion_along_the_dispersion_can_be_the_larger_one() -> None:
    rng = np.random.default_rng(6)
    dx, dy = draw_pointing(rng, 100_000, 4.8 / 3600, Pointing(0.01, 0.0, dispersion=4.0))
    assert dx.std() == pytest.approx(0.04, rel=0.02)
    assert dy.std() == pytest.approx(0.01, rel=0.02)


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
