from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from spectramind.errors import DataError
from spectramind.submission.score import (
    CHANNEL_WEIGHTS,
    NaiveModel,
    ScoreReport,
    naive_model,
    naive_model_of,
    official_score,
    score_files,
    score_table,
)
from spectramind.submission.table import COLUMNS, SubmissionTable, write_submission
from spectramind.survey.tables import Truth, read_truth
from spectramind.survey.writer import write_truth

ADC2025 = NaiveModel(0.014689019532534075, 0.01066133533197834)
GOLDEN = (0.65632, 0.44463, 0.44605)
"""Ten-planet truth: exact mu with sigma 1e-4 and 5e-4; mu + 3e-4 with sigma 3e-4."""


def _scipy_score(truth, mu, sigma, naive) -> float:  # type: ignore[no-untyped-def]
    """The formula once more, in scipy and loops, without anything from the package."""
    total = weight_sum = 0.0
    for channel in range(283):
        weight, ideal = (57.846, 1e-6) if channel == 0 else (1.0, 1e-5)
        for y, m, s in zip(truth[:, channel], mu[:, channel], sigma[:, channel], strict=True):
            low = norm.logpdf(y, naive.mean, naive.sigma)
            high = norm.logpdf(y, y, ideal)
            total += weight * (norm.logpdf(y, m, max(s, 1e-15)) - low) / (high - low)
            weight_sum += weight
    return float(np.clip(total / weight_sum, 0, 1))


def _random_case(seed: int, planets: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.lognormal(-4.3, 0.5, (planets, 1)) * (1 + 0.01 * rng.normal(size=(planets, 283)))
    sigma = rng.lognormal(-8.5, 0.6, (planets, 283))
    return truth, np.abs(truth + sigma * rng.normal(size=truth.shape)), sigma


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_equals_an_independent_scipy_version(seed: int) -> None:
    truth, mu, sigma = _random_case(seed)
    score = official_score(truth, mu, sigma, ADC2025).score
    assert score == pytest.approx(_scipy_score(truth, mu, sigma, ADC2025), rel=0, abs=1e-12)


def _three_answers(truth: np.ndarray) -> tuple[float, float, float]:
    scores = [
        official_score(truth, truth + shift, np.full_like(truth, sigma), ADC2025).score
        for shift, sigma in ((0.0, 1e-4), (0.0, 5e-4), (3e-4, 3e-4))
    ]
    return scores[0], scores[1], scores[2]


def _inverse_ideal_gains(first: float, second: float) -> np.ndarray:
    """Mean inverse ideal gain of FGS1 and AIRS that two of the golden answers imply.

    For exact mu and one sigma, 1 - score = sum over the parts of
    weight * log(sigma / ideal sigma) * mean(1 / ideal gain): two answers, two unknowns.
    """
    fgs1 = 57.846 / (57.846 + 282)
    weight = np.array([fgs1, 1 - fgs1])
    lost = weight * np.log(np.array([[1e-4], [5e-4]]) / np.array([1e-6, 1e-5]))
    return np.asarray(np.linalg.solve(lost, [1 - first, 1 - second]))


def _third_answer(inverse_gains: np.ndarray) -> float:
    """Score of mu + 3e-4 with sigma 3e-4, one standard deviation off in every cell."""
    fgs1 = 57.846 / (57.846 + 282)
    lost = np.log(3e-4 / np.array([1e-6, 1e-5])) + 0.5
    return float(1 - np.array([fgs1, 1 - fgs1]) @ (lost * inverse_gains))


def test_golden_values_whatever_their_truth() -> None:
    """The truth enters the golden answers by two numbers, so the third follows from two."""
    # Five decimals are known: half a unit of the last, times the factors of the solution.
    assert _third_answer(_inverse_ideal_gains(*GOLDEN[:2])) == pytest.approx(GOLDEN[2], abs=3e-5)
    truth = _random_case(3, planets=10)[0]
    ours = _three_answers(truth)
    assert _third_answer(_inverse_ideal_gains(*ours[:2])) == pytest.approx(ours[2], abs=1e-12)


def test_golden_values_on_six_of_their_ten_planets(shared: Path) -> None:
    """Six planets are at hand; the other four must be able to make up for the difference."""
    truth = read_truth(shared / "real" / "survey" / "train.csv").depth
    assert truth.shape == (6, 283)
    six, ten = (_inverse_ideal_gains(*answers[:2]) for answers in (_three_answers(truth), GOLDEN))
    four = (10 * ten - 6 * six) / 4
    # A planet at the naive mean has the smallest ideal gain; depths are within 0.0037-0.08.
    largest = 1 / np.log(ADC2025.sigma / np.array([1e-6, 1e-5]))
    smallest = 1 / (1 / largest + ((0.08 - ADC2025.mean) / ADC2025.sigma) ** 2 / 2)
    assert np.all(four < largest)
    assert np.all(four > smallest)
    assert np.allclose(_three_answers(truth), GOLDEN, atol=0.01)


def test_naive_scores_zero_and_ideal_scores_one() -> None:
    truth = _random_case(1)[0]
    naive_mu, naive_sigma = np.full_like(truth, ADC2025.mean), np.full_like(truth, ADC2025.sigma)
    assert official_score(truth, naive_mu, naive_sigma, ADC2025).score == 0.0
    ideal = np.broadcast_to(np.r_[1e-6, np.full(282, 1e-5)], truth.shape)
    report = official_score(truth, truth, ideal, ADC2025)
    assert (report.score, report.fgs1, report.airs) == pytest.approx((1, 1, 1), abs=1e-12)


def test_parts_and_planets_add_up() -> None:
    truth, mu, sigma = _random_case(5)
    report = official_score(truth, mu, sigma, ADC2025, (9, 8, 7, 6))
    assert list(report.planets) == [9, 8, 7, 6]
    assert np.mean(list(report.planets.values())) == pytest.approx(report.score, abs=1e-12)
    weighted = (57.846 * report.fgs1 + 282 * report.airs) / CHANNEL_WEIGHTS.sum()
    assert weighted == pytest.approx(report.score, abs=1e-12)
    assert json.loads(json.dumps(report.to_json())).keys() == {
        "score", "fgs1", "airs", "planets", "warnings",
    }  # fmt: skip


def test_only_the_total_is_clipped_and_sigma_has_a_floor() -> None:
    truth, mu, sigma = _random_case(6)
    sigma[0, 3] = 0.0
    report = official_score(truth, mu, sigma, ADC2025)
    assert report.score == 0.0
    assert report.airs < -1e6
    assert report.fgs1 > 0
    floored = sigma.copy()
    floored[0, 3] = 1e-15
    assert official_score(truth, mu, floored, ADC2025).airs == report.airs


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1e-9])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_values_that_cannot_be_scored(bad: float, which: int) -> None:
    arrays = _random_case(2)
    arrays[which][2, 40] = bad
    with pytest.raises(DataError, match="row 3, channel 41"):
        official_score(*arrays, ADC2025)


def test_shapes_that_cannot_be_scored() -> None:
    truth, mu, sigma = _random_case(2)
    with pytest.raises(DataError, match="283"):
        official_score(truth, mu[:2], sigma, ADC2025)
    with pytest.raises(DataError, match="283"):
        official_score(truth[:0], mu[:0], sigma[:0], ADC2025)


def test_planets_are_matched_by_id() -> None:
    truth, mu, sigma = _random_case(7)
    expected = official_score(truth, mu, sigma, ADC2025, (1, 2, 3, 4))
    order = [2, 0, 3, 1]
    table = SubmissionTable(tuple(i + 1 for i in order), mu[order], sigma[order])
    assert score_table(table, Truth((1, 2, 3, 4), truth), ADC2025) == expected
    with pytest.raises(DataError, match="1 missing, 1 extra"):
        score_table(table, Truth((1, 2, 3, 5), truth), ADC2025)


def test_naive_model_is_mean_and_population_deviation() -> None:
    depth = _random_case(8)[0]
    model = naive_model(depth)
    assert model.mean == pytest.approx(np.mean(depth), rel=1e-14)
    assert model.sigma == pytest.approx(np.sqrt(np.mean((depth - depth.mean()) ** 2)), rel=1e-12)
    with pytest.raises(DataError, match="scatter"):
        naive_model(np.full((3, 283), 0.01))


def test_files_are_scored(tmp_path: Path) -> None:
    truth, mu, sigma = _random_case(9)
    frame = pl.DataFrame(truth, schema=list(COLUMNS[1:284]), orient="row")
    frame.insert_column(0, pl.Series("planet_id", [1.0, 2.0, 3.0, 4.0])).write_csv(
        tmp_path / "train.csv"
    )
    write_submission(tmp_path / "s.csv", SubmissionTable((4, 3, 2, 1), mu[::-1], sigma[::-1]))
    report = score_files(tmp_path / "s.csv", tmp_path / "train.csv", tmp_path / "train.csv")
    naive = naive_model_of(tmp_path)
    assert report.score == pytest.approx(_scipy_score(truth, mu, sigma, naive), abs=1e-12)


def test_rows_in_another_order_and_other_units_are_said(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    ids = (1, 2, 3)
    depth = rng.lognormal(-4.3, 0.4, (3, 1)) + 1e-5 * rng.normal(size=(3, 283))
    write_truth(tmp_path / "truth.csv", Truth(ids, depth))
    table = SubmissionTable(ids, depth + 1e-5, np.full((3, 283), 1e-4))
    turned = SubmissionTable(ids[::-1], table.mu[::-1], table.sigma[::-1])

    def scored(submission: SubmissionTable) -> ScoreReport:
        write_submission(tmp_path / "table.csv", submission)
        return score_files(tmp_path / "table.csv", tmp_path / "truth.csv", tmp_path / "truth.csv")

    assert scored(table).warnings == ()
    (warning,) = scored(turned).warnings
    assert scored(turned).score == scored(table).score > 0.5
    assert "another order" in warning and "would give 0.00000" in warning
    (warning,) = scored(SubmissionTable(ids, np.sqrt(depth), table.sigma)).warnings
    assert "as of Rp/Rs; square" in warning
