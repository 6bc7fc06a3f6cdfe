"""The numbers of a comparison, beside errors that are known by construction."""

from __future__ import annotations

import numpy as np
import pytest

from spectramind.submission.accuracy import accuracy
from spectramind.submission.score import NaiveModel, official_score


def test_gaussian_errors_of_the_stated_sigma() -> None:
    random = np.random.default_rng(0)
    truth = 0.01 + 1e-3 * random.standard_normal((2000, 283))
    sigma = np.full(truth.shape, 5e-5)
    sigma[:, 0] = 2e-5
    mu = truth + sigma * random.standard_normal(truth.shape)
    naive = NaiveModel(0.0147, 0.0107)
    found = accuracy(truth, mu, sigma, naive)
    assert found.mean_z2 == pytest.approx(1.0, abs=0.01)
    assert found.coverage_68 == pytest.approx(68.27, abs=0.3)
    assert found.coverage_90 == pytest.approx(90.0, abs=0.3)
    assert found.coverage_95 == pytest.approx(95.0, abs=0.3)
    assert found.rms_fgs1 == pytest.approx(20.0, rel=0.05)
    assert found.rms_airs == pytest.approx(50.0, rel=0.01)
    assert found.median_airs == pytest.approx(0.6745 * 50.0, rel=0.01)
    assert found.score == official_score(truth, mu, sigma, naive).score
