"""The score that a submission promises, against the mean over many drawn truths."""

from __future__ import annotations

import numpy as np
import pytest

from spectramind.submission.expected_score import self_expected_score
from spectramind.submission.score import PUBLISHED_NAIVE, official_score


def test_it_is_the_mean_over_truths_that_sigma_allows() -> None:
    rng = np.random.default_rng(4)
    mu = rng.uniform(0.004, 0.04, (5, 1)) + 1e-4 * rng.standard_normal((5, 283))
    sigma = rng.uniform(2e-5, 6e-4, (5, 283))
    ids = tuple(range(5))
    promised = self_expected_score(mu, sigma, PUBLISHED_NAIVE["2025"], ids)
    drawn = [
        official_score(
            np.abs(mu + sigma * rng.standard_normal(mu.shape)), mu, sigma, PUBLISHED_NAIVE["2025"]
        )
        for _ in range(400)
    ]
    assert promised.score == pytest.approx(np.mean([d.score for d in drawn]), abs=2e-3)
    assert promised.fgs1 == pytest.approx(np.mean([d.fgs1 for d in drawn]), abs=6e-3)


def test_smaller_errors_promise_more() -> None:
    mu = np.full((2, 283), 0.01)
    scores = [
        self_expected_score(mu, np.full_like(mu, s), PUBLISHED_NAIVE["2025"], (1, 2)).score
        for s in (1e-5, 1e-4, 1e-3)
    ]
    assert scores == sorted(scores, reverse=True)
