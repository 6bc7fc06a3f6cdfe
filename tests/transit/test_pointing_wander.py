"""The prior of the pointing: size and memory found from a series with noise, by its likelihood."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from spectramind.transit.pointing_wander import (
    STILL,
    Wander,
    _likelihoods,
    learn_wander,
    wander_modes,
)

BINS, SPACING, NOISE = 375, 0.02, 0.01
TIME = SPACING * np.arange(BINS)
SIGNAL = np.linalg.qr(np.vander(TIME, 6))[0]


def _covariance(wander: Wander) -> np.ndarray:
    lag = np.abs(np.subtract.outer(TIME, TIME)) / 0.33
    return np.asarray(wander.slow**2 * np.exp(-lag) + wander.fast**2 * np.eye(BINS))


def _series(wander: Wander, seed: int) -> np.ndarray:
    covariance = _covariance(wander) + NOISE**2 * np.eye(BINS)
    rng = np.random.default_rng(seed)
    drift = SIGNAL @ rng.normal(0.0, 1.0, SIGNAL.shape[1])
    return np.asarray(np.linalg.cholesky(covariance) @ rng.standard_normal(BINS) + drift)


def test_size_of_a_wander_is_found_beside_any_drift() -> None:
    true = Wander(0.02, 0.005)
    found = [learn_wander(_series(true, seed), SIGNAL, SPACING, NOISE) for seed in range(8)]
    assert np.median([w.slow for w in found]) == pytest.approx(true.slow, rel=0.4)


def test_noise_is_no_wander() -> None:
    found = [learn_wander(_series(STILL, seed), SIGNAL, SPACING, NOISE) for seed in range(12)]
    assert sum(wander == STILL for wander in found) >= 11
    assert max(wander.slow for wander in found) < 0.5 * NOISE


def test_likelihood_is_that_of_what_the_signal_leaves() -> None:
    wander = Wander(0.02, 0.01)
    series = _series(wander, 3) / NOISE
    share, shape = wander_modes(BINS, SPACING)
    trials = np.array([[2.0, 1.0], [1.0, 0.5], [0.0, 0.0]])
    variance = 1.0 + trials[:, 1:] ** 2 + trials[:, :1] ** 2 * share
    ours = _likelihoods(shape.T @ series, shape.T @ SIGNAL, variance)
    rest = np.linalg.svd(SIGNAL, full_matrices=True)[0][:, SIGNAL.shape[1] :]
    direct = []
    for slow, fast in trials:
        total = _covariance(Wander(slow, fast)) + np.eye(BINS)
        normal = multivariate_normal(cov=rest.T @ total @ rest)
        direct.append(normal.logpdf(rest.T @ series))
    np.testing.assert_allclose(ours - ours[2], np.array(direct) - direct[2], rtol=1e-6)
