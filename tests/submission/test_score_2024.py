"""The score of the 2024 edition: independent version, golden values, loss of training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from typer.testing import CliRunner

from spectramind.cli.app import app
from spectramind.submission.score import (
    PUBLISHED_NAIVE,
    NaiveModel,
    cell_scores,
    official_score,
    score_files,
)
from spectramind.submission.table import SubmissionTable, write_submission
from spectramind.survey.tables import Truth
from spectramind.survey.writer import write_truth

NAIVE = PUBLISHED_NAIVE["2024"]
GOLDEN = (0.58164, 0.28921, 0.29118)
"""Ten flat spectra from 0.0005 to 0.005: exact, sigma 1e-4 and 5e-4; mu + 3e-4, same sigma."""


def independent(truth: np.ndarray, mu: np.ndarray, sigma: np.ndarray, naive: NaiveModel) -> float:
    """Ratio of sums of log likelihoods, by scipy."""
    low = norm.logpdf(truth, naive.mean, naive.sigma).sum()
    high = norm.logpdf(truth, truth, np.full_like(truth, 1e-5)).sum()
    found = norm.logpdf(truth, mu, np.maximum(sigma, 1e-15)).sum()
    return float(np.clip((found - low) / (high - low), 0.0, 1.0))


def a_case(seed: int, planets: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.lognormal(-6.2, 0.7, (planets, 1)) * (1 + 0.01 * rng.normal(size=(planets, 283)))
    sigma = rng.lognormal(-9.5, 0.6, (planets, 283))
    return truth, np.abs(truth + sigma * rng.normal(size=truth.shape)), sigma


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_equals_an_independent_scipy_version(seed: int) -> None:
    truth, mu, sigma = a_case(seed)
    found = official_score(truth, mu, sigma, NAIVE).score
    assert found == pytest.approx(independent(truth, mu, sigma, NAIVE), rel=0, abs=1e-12)


def test_golden_values() -> None:
    truth = np.repeat(np.linspace(0.0005, 0.005, 10)[:, None], 283, axis=1)
    scores = [
        official_score(truth, truth + shift, np.full_like(truth, sigma), NAIVE).score
        for shift, sigma in ((0.0, 1e-4), (0.0, 5e-4), (3e-4, 3e-4))
    ]
    assert scores == pytest.approx(GOLDEN, abs=5e-6)


def test_planets_average_to_the_score_and_fgs1_weighs_no_more() -> None:
    truth, mu, sigma = a_case(3, 6)
    report = official_score(truth, mu, sigma, NAIVE)
    assert np.mean(list(report.planets.values())) == pytest.approx(report.score, abs=1e-12)
    assert (report.fgs1 + 282 * report.airs) / 283 == pytest.approx(report.score, abs=1e-12)
    truth[:, 9], mu[:, 9], sigma[:, 9] = truth[:, 0], mu[:, 0], sigma[:, 0]
    cells = cell_scores(truth, mu, sigma, NAIVE)
    assert cells[:, 0] == pytest.approx(cells[:, 9])


def test_a_bad_planet_costs_by_its_likelihood_not_by_its_own_ratio() -> None:
    """What tells a ratio of sums from a mean of ratios: cells far from the naive answer."""
    truth, mu, sigma = a_case(5, 3)
    sums = official_score(truth, mu, sigma, NAIVE).score
    ratios = official_score(truth, mu, sigma, NaiveModel(NAIVE.mean, NAIVE.sigma)).score
    assert abs(sums - ratios) > 1e-4


def test_command_takes_the_edition_by_name_or_by_word(tmp_path: Path) -> None:
    truth, mu, sigma = a_case(7)
    ids = (1, 2, 3, 4)
    write_truth(tmp_path / "train_labels.csv", Truth(ids, truth))
    write_truth(tmp_path / "train.csv", Truth(ids, truth))
    table = tmp_path / "submission.csv"
    write_submission(table, SubmissionTable(ids, mu, sigma))
    labels, train = tmp_path / "train_labels.csv", tmp_path / "train.csv"
    naive = NaiveModel(float(truth.mean()), float(truth.std()), "2024")
    expected = independent(truth, mu, sigma, naive)
    assert score_files(table, labels, labels).score == pytest.approx(expected, abs=1e-12)
    assert score_files(table, labels, train, "2024").score == pytest.approx(expected, abs=1e-12)
    assert score_files(table, labels, train).score != pytest.approx(expected, abs=1e-4)
    words = ["score", str(table), str(labels), "--train", str(train), "--edition", "2023"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert CliRunner().invoke(app, words).exit_code == 3
        assert f"{expected:.5f}" in CliRunner().invoke(app, [*words[:-1], "2024"]).output


def test_loss_of_networks_is_one_minus_this_score() -> None:
    torch = pytest.importorskip("torch")
    from spectramind.models.v50 import Corrected
    from spectramind.training.score_loss import score_loss

    truth, mu, sigma = a_case(11, 8)
    mu = truth + np.clip(mu - truth, -2 * sigma, 2 * sigma)
    ppm = [torch.from_numpy(1e6 * values) for values in (mu, sigma, truth)]
    answer = Corrected(ppm[0], torch.zeros(8, dtype=torch.float64), ppm[1])
    loss = score_loss(answer, ppm[2], NAIVE).mean()
    expected = 1.0 - independent(truth, mu, sigma, NAIVE)
    assert float(loss) == pytest.approx(expected, abs=1e-9)
