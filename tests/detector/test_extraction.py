"""Extraction must follow the star's flux, with pixels missing, and state its noise truly."""

from __future__ import annotations

import numpy as np
import pytest

from spectramind.detector.extraction import extract
from spectramind.detector.foreground import (
    foreground_level,
    light_beside_the_star,
    white_series,
)
from spectramind.detector.profile import (
    fill_from_neighbours,
    profile_weights,
    spatial_profile,
)
from spectramind.detector.windows import airs_window, fgs1_window

PIXELS, TIMES, LIGHT, READ = 16, 4000, 5000.0, 340.0


def trace() -> np.ndarray:
    row = np.exp(-((np.arange(PIXELS) - 7.3) ** 2) / (2 * 1.5**2))
    return (row / row.sum())[:, None]


def observe(seed: int, flux: np.ndarray, missing: np.ndarray | None = None):
    """Noisy bins of one channel, one pair each, and counts with `missing` (pixel, time) out."""
    random = np.random.default_rng(seed)
    level = trace()[:, :, None] * flux
    mean = level + np.sqrt(level + READ) * random.normal(size=level.shape)
    count = np.ones(mean.shape, dtype=np.uint16)
    if missing is not None:
        count[missing[:, None, :]] = 0
        mean[missing[:, None, :]] = 1e6
    return mean, count


def weights_of(kind: str) -> np.ndarray:
    if kind == "sum":
        return np.ones((PIXELS, 1))
    return profile_weights(trace(), trace() * LIGHT + READ)


def run(kind: str, mean: np.ndarray, count: np.ndarray):
    response = np.ones((PIXELS, 1)), np.full((PIXELS, 1), READ)
    dark_sky = np.zeros((1, mean.shape[2]))
    return extract(mean, count, dark_sky, (trace(), weights_of(kind)), response)


@pytest.mark.parametrize("kind", ["sum", "profile"])
@pytest.mark.parametrize("lost", [0.0, 0.1])
def test_flux_changes_come_through_unbiased(kind: str, lost: float) -> None:
    dip = np.where(np.arange(TIMES) % 2, 1.0, 0.985)
    random = np.random.default_rng(1)
    missing = random.random((PIXELS, TIMES)) < lost
    missing[5] = lost > 0
    flux, variance, mask = run(kind, *observe(2, LIGHT * dip, missing))
    usable = ~mask[0]
    assert usable.mean() > 0.99
    error = (flux[0] - LIGHT * dip)[usable]
    scale = np.sqrt(variance[0, usable])
    assert abs(error.mean()) < 4 * scale.mean() / np.sqrt(TIMES)
    assert (error / scale).std() == pytest.approx(1.0, abs=0.05)


def test_profile_weights_beat_the_sum() -> None:
    mean, count = observe(3, np.full(TIMES, LIGHT))
    spread = {kind: run(kind, mean, count)[0].std() for kind in ("sum", "profile")}
    assert spread["profile"] < 0.95 * spread["sum"]


def test_a_bin_without_enough_pixels_is_masked() -> None:
    missing = np.zeros((PIXELS, 3), dtype=bool)
    missing[:, 1] = True
    missing[5:10, 2] = True
    flux, variance, mask = run("profile", *observe(4, np.full(3, LIGHT), missing))
    assert mask[0].tolist() == [False, True, True]
    assert np.isnan(flux[0, 1:]).all()
    assert np.isinf(variance[0, 1:]).all()


def test_profile_is_a_share_of_light_also_at_bad_pixels() -> None:
    image = trace() * np.linspace(1e4, 2e4, 30)
    good = np.ones(image.shape, dtype=bool)
    good[7, 12] = good[8, 12] = False
    spoilt = np.where(good, image, 1e9)
    profile = spatial_profile(spoilt, good, image.shape)
    np.testing.assert_allclose(profile.sum(axis=0), 1.0)
    np.testing.assert_allclose(profile, np.broadcast_to(trace(), image.shape), atol=1e-3)


def test_filling_without_a_good_neighbour_gives_no_light() -> None:
    image, good = np.ones((1, 3)), np.zeros((1, 3), dtype=bool)
    assert fill_from_neighbours(image, good).tolist() == [[0.0, 0.0, 0.0]]


def test_foreground_level_ignores_a_strange_pixel_and_fills_empty_channels() -> None:
    random = np.random.default_rng(5)
    mean = 3.0 + random.normal(size=(8, 3, 500))
    mean[2, 0] += 400.0
    count = np.full(mean.shape, 5, dtype=np.uint16)
    count[:, 2] = 0
    mean[:, 2] = 0.0
    np.testing.assert_allclose(foreground_level(mean, count), 3.0, atol=0.1)
    nothing = np.zeros_like(count)
    assert foreground_level(mean, nothing).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("foreground", [0.0, 2.0, 30.0])
def test_what_follows_the_star_is_no_foreground(foreground: float) -> None:
    random = np.random.default_rng(6)
    star = 1e5 * np.where(abs(np.arange(1125) - 500) < 200, 0.98, 1.0)
    dim = foreground + 4e-4 * star + random.normal(0.0, 0.1, star.size)
    assert light_beside_the_star(dim, star) == pytest.approx(foreground, abs=1.5)


def test_a_star_that_does_not_change_tells_nothing() -> None:
    random = np.random.default_rng(7)
    star = 1e5 + random.normal(0.0, 1.0, 1125)
    assert light_beside_the_star(40.0 + random.normal(0.0, 0.1, star.size), star) < 1.0
    assert light_beside_the_star(np.full(9, 5.0), np.ones(9)) == 0.0
    assert light_beside_the_star(np.full(9, -5.0), np.arange(9.0)) == 0.0


def test_white_series_leaves_out_pixels_with_a_gap() -> None:
    mean = np.ones((2, 3, 50))
    mean[0, 1] = 9.0
    count = np.ones(mean.shape, dtype=np.uint16)
    count[0, 1, 7] = 0
    np.testing.assert_allclose(white_series(mean, count), 1.0)
    assert white_series(mean, np.zeros_like(count)) is None


def test_airs_channels_ascend_in_wavelength() -> None:
    window = airs_window((8, 24), ((0, 4), (28, 32)))
    assert window.star.shape == (16, 282)
    assert (window.star[0] % 356).tolist() == list(range(320, 38, -1))
    assert window.rows[:, 0].tolist() == list(range(8, 24))
    assert window.background.shape == (8, 282)


def test_fgs1_is_one_channel() -> None:
    window = fgs1_window((8, 24), (10, 20), ((0, 2), (30, 32)))
    assert window.star.shape == (160, 1)
    assert window.star[0, 0] == 8 * 32 + 10
    assert window.background.shape == (128, 1)
