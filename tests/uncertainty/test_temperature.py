"""Temperature recovers what was done to sigma, and survives what data can look like."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_errors import STATED, WEIGHTS, planets, score, with_cells

from spectramind.models.fit_features import PLANET_FEATURES
from spectramind.uncertainty.error_parts import part_residuals, part_sigmas
from spectramind.uncertainty.level_choice import choose_level
from spectramind.uncertainty.sample import Sample
from spectramind.uncertainty.temperature import LEVELS, heated, learn_temperature, mean_square


def independent(count: int, factor: float) -> Sample:
    """Errors of AIRS without a common part, so that each cell is an experiment of its own."""
    sample = planets(count)
    rng = np.random.default_rng(5)
    error = rng.normal(0.0, factor * STATED, sample.mu.shape)
    return with_cells(sample, truth=sample.mu + error)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_known_temperature_is_recovered_to_one_per_cent(factor: float) -> None:
    sample = independent(1100, factor)
    weights = np.ones_like(WEIGHTS)  # every cell alike: 311,300 of them leave no sampling error
    found = learn_temperature(sample, "global", weights)
    assert found.parts[0] == pytest.approx(factor, rel=0.01)
    np.testing.assert_allclose(heated(found, sample), factor * STATED, rtol=0.01)


def test_parts_get_their_own_factors() -> None:
    sample = planets(2000, seed=3)
    error = sample.truth - sample.mu
    mean = error[:, 1:].mean(axis=1, keepdims=True)
    scaled = np.column_stack([2.0 * error[:, :1], 0.5 * mean + 1.5 * (error[:, 1:] - mean)])
    found = learn_temperature(with_cells(sample, truth=sample.mu + scaled), "parts", WEIGHTS)
    # A factor of 2,000 planets scatters by 1 / sqrt(2 n) = 1.6 %.
    np.testing.assert_allclose(found.parts, [2.0, 0.5, 1.5], rtol=0.05)


def test_parts_join_to_what_was_stated() -> None:
    sample = planets(7)
    np.testing.assert_allclose(part_sigmas(sample).joined(np.ones(3)), sample.sigma, rtol=1e-12)
    sigma = sample.sigma * np.linspace(0.5, 2.0, 283)  # as an estimator that corrects sigma
    changed = with_cells(sample, sigma=sigma)
    assert np.isfinite(part_sigmas(changed).joined(np.ones(3))).all()


def test_channel_and_group_factors_follow_the_errors() -> None:
    sample = planets(600, seed=4)
    factor = np.where(np.arange(283) > 200, 2.0, 1.0)
    error = (sample.truth - sample.mu) - np.r_[0.0, np.ones(282)] * (
        (sample.truth - sample.mu)[:, 1:].mean(axis=1, keepdims=True)
    )
    by_channel = learn_temperature(
        with_cells(sample, truth=sample.mu + error * factor), "channel", WEIGHTS
    )
    assert by_channel.channel[250] / by_channel.channel[100] == pytest.approx(2.0, rel=0.1)
    visits = sample.planet_features.copy()
    visits[:300, PLANET_FEATURES.index("visits")] = 2.0
    wide = (
        sample.mu + (sample.truth - sample.mu) * np.where(np.arange(600) < 300, 3.0, 1.0)[:, None]
    )
    grouped = learn_temperature(
        with_cells(sample, truth=wide, planet_features=visits), "group", WEIGHTS
    )
    assert grouped.group[0, 1, 0] / grouped.group[0, 0, 0] == pytest.approx(3.0, rel=0.15)


def test_finer_levels_are_taken_only_where_they_pay() -> None:
    assert choose_level(planets(300), score, WEIGHTS, 5, LEVELS) == "identity"
    sample = planets(300)
    factor = np.r_[3.0, np.ones(282)]
    wrong = with_cells(sample, truth=sample.mu + (sample.truth - sample.mu) * factor)
    assert choose_level(wrong, score, WEIGHTS, 5, LEVELS) in ("instrument", "parts")


def test_constant_residual_gives_that_residual() -> None:
    sample = planets(50)
    constant = with_cells(sample, truth=sample.mu + 2.0 * STATED)
    found = learn_temperature(constant, "global", WEIGHTS)
    assert found.parts[0] == pytest.approx(2.0, rel=0.05)
    assert np.isfinite(heated(learn_temperature(constant, "parts", WEIGHTS), constant)).all()


def test_one_wild_planet_does_not_set_sigma_for_all() -> None:
    square = np.ones(400)
    square[0] = 1e8
    assert mean_square(square, 2.0) < 1.2
    assert mean_square(np.full(3, np.nan), 2.0) == 1.0


@pytest.mark.parametrize("level", LEVELS)
def test_missing_channel_and_zero_sigma_are_left_out(level: str) -> None:
    sample = planets(40)
    truth, sigma = sample.truth.copy(), sample.sigma.copy()
    truth[:, 17] = np.nan
    sigma[3, 30] = 0.0
    broken = with_cells(sample, truth=truth, sigma=sigma)
    found = learn_temperature(broken, level, WEIGHTS)  # type: ignore[arg-type]
    values = heated(found, sample)
    assert np.isfinite(values).all()
    assert (values > 0).all()
    assert np.isfinite(part_residuals(broken).squares()).all()
