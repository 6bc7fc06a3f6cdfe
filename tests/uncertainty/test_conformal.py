"""Conformal factors: the guarantee over many splits, and an oracle of independent origin."""

from __future__ import annotations

import numpy as np
import pytest
from crepes import ConformalRegressor

from spectramind.uncertainty.conformal import (
    LEVELS,
    band_factor,
    conformal_factor,
    region_factors,
)
from spectramind.uncertainty.regions import POOLINGS, pools

RNG = np.random.default_rng(1)


@pytest.mark.parametrize("level", LEVELS)
def test_coverage_holds_over_200_random_splits(level: float) -> None:
    # Heavy tails, channels of one planet strongly dependent: nothing Gaussian is assumed.
    errors = np.abs(RNG.standard_t(3, (400, 1)) + 0.5 * RNG.standard_t(3, (400, 12)))
    covered = []
    for _ in range(200):
        order = RNG.permutation(400)
        factor = conformal_factor(errors[order[:100]], level)
        covered.append(np.mean(errors[order[100:]] <= factor))
    # Binomial error of 200 splits, each of 100 + 300 planets whose channels count as one.
    error = np.sqrt(level * (1 - level) * (1 / 100 + 1 / 300) / 4)
    assert level - error < np.mean(covered) < level + 1 / 101 + error


@pytest.mark.parametrize("level", LEVELS)
def test_single_channel_equals_crepes(level: float) -> None:
    residual = RNG.normal(0.0, 2.0, 137)
    oracle = ConformalRegressor()
    oracle.fit(residual)
    interval = oracle.predict_int(np.zeros(1), confidence=level)
    assert conformal_factor(np.abs(residual)[:, None], level) == pytest.approx(interval[0, 1])


def test_normalised_half_widths_equal_crepes() -> None:
    residual, sigma = RNG.normal(0.0, 2.0, 90), RNG.uniform(0.5, 3.0, 90)
    oracle = ConformalRegressor()
    oracle.fit(residual, sigmas=sigma)
    interval = oracle.predict_int(np.zeros(1), sigmas=np.array([1.7]), confidence=0.9)
    factor = conformal_factor((np.abs(residual) / sigma)[:, None], 0.9)
    assert 1.7 * factor == pytest.approx(interval[0, 1])


def test_band_holds_whole_spectra() -> None:
    scores = np.abs(RNG.normal(0.0, 1.0, (2000, 40)))
    factor = band_factor(scores[:1000])
    assert np.mean((scores[1000:] <= factor).all(axis=1)) == pytest.approx(0.9, abs=0.03)


def test_too_few_planets_give_the_largest_score() -> None:
    scores = np.array([[1.0, 3.0], [2.0, np.nan]])
    assert conformal_factor(scores, 0.95) == 3.0
    assert conformal_factor(np.full((3, 2), np.nan), 0.9) == 1.0


def test_every_planet_counts_once() -> None:
    scores = np.full((10, 50), np.nan)
    scores[:9, 0] = 1.0
    scores[9] = 5.0
    assert conformal_factor(scores, 0.68) == 1.0


def test_regions_pool_their_channels() -> None:
    scores = np.abs(RNG.normal(0.0, 1.0, (300, 283))) * np.r_[5.0, np.ones(282)]
    for pooling in POOLINGS:
        factor = region_factors(scores, pools(pooling), 0.9)
        distinct = {"pooled": 1, "region": 4, "channel": 283}[pooling]
        assert len(np.unique(factor)) == distinct
    assert region_factors(scores, pools("region"), 0.9)[0] == pytest.approx(8.2, abs=1.2)
