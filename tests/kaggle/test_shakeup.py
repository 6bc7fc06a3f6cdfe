"""Shake-up figures against closed forms and against a plain loop."""

from __future__ import annotations

import math
import random
import statistics
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from spectramind.conf.compose import compose
from spectramind.kaggle.model_choice import choose, one_standard_error
from spectramind.kaggle.shakeup import (
    Boards,
    chosen_by_public,
    movement,
    optimism_of_trying,
    simulated_boards,
    win_probability,
)
from spectramind.kaggle.shakeup_study import advice, draw_study, study

PLANETS, PUBLIC, PRIVATE, DRAWS = 300, 120, 240, 3000


@pytest.fixture(scope="module")
def scores() -> NDArray[np.float64]:
    """Three models on the same planets: one clearly worse, two that are nearly equal."""
    rng = np.random.default_rng(4)
    shared = rng.normal(0.6, 0.15, PLANETS)
    own = rng.normal(0.0, 0.05, (3, PLANETS))
    own -= own.mean(axis=1, keepdims=True)
    return shared + own + np.array([[-0.02], [0.0], [0.002]])


@pytest.fixture(scope="module")
def boards(scores: NDArray[np.float64]) -> Boards:
    return simulated_boards(scores, PUBLIC, PRIVATE, DRAWS, seed=1)


def test_movement_is_that_of_two_independent_means(
    scores: NDArray[np.float64], boards: Boards
) -> None:
    for model in range(3):
        # Resampling planets twice takes away one part in PLANETS of the variance.
        variance = scores[model].var() * (1 - 1 / PLANETS)
        expected = math.sqrt(variance * (1 / PUBLIC + 1 / PRIVATE))
        sd, low, high = movement(boards, model)
        assert sd == pytest.approx(expected, rel=5 / math.sqrt(2 * DRAWS))
        assert (low, high) == pytest.approx((-1.645 * expected, 1.645 * expected), rel=0.12)


def brute_force(scores: NDArray[np.float64], draws: int) -> tuple[list[float], list[float]]:
    """Public and private lead of model 2 over model 1, one planet after the other."""
    dice = random.Random(99)
    lead = [float(b - a) for a, b in zip(scores[1], scores[2], strict=True)]
    public, private = [], []
    for _ in range(draws):
        challenge = [lead[dice.randrange(PLANETS)] for _ in range(PLANETS)]
        public.append(statistics.fmean(dice.choices(challenge, k=PUBLIC)))
        private.append(statistics.fmean(dice.choices(challenge, k=PRIVATE)))
    return public, private


def test_win_probability_against_a_plain_loop(scores: NDArray[np.float64], boards: Boards) -> None:
    public, private = brute_force(scores, DRAWS)
    plain = sum(lead > 0 for lead in private) / DRAWS
    assert abs(win_probability(boards, 2, 1) - plain) < 4 * math.sqrt(0.5 / DRAWS)
    spread = statistics.pstdev(public)
    ahead = [b for a, b in zip(public, private, strict=True) if abs(a - spread) < 0.1 * spread]
    plain = sum(lead > 0 for lead in ahead) / len(ahead)
    error = math.sqrt(0.25 / len(ahead) + 0.25 / (0.05 * DRAWS))
    assert abs(win_probability(boards, 2, 1, spread) - plain) < 4 * error


def test_win_probability_given_a_lead_is_the_normal_one(
    scores: NDArray[np.float64], boards: Boards
) -> None:
    """Means of many planets are normal; the challenge's planets are common to both boards."""
    lead = scores[2] - scores[1]
    common, own = lead.var() / PLANETS, lead.var()
    var_public, var_private = common + own / PUBLIC, common + own / PRIVATE
    for step in (-1.0, 0.0, 1.0):
        seen = lead.mean() + step * math.sqrt(var_public)
        mean = lead.mean() + common / var_public * (seen - lead.mean())
        sd = math.sqrt(var_private - common**2 / var_public)
        expected = norm.cdf(mean / sd)
        found = win_probability(boards, 2, 1, seen)
        assert abs(found - expected) < 4 * math.sqrt(0.25 / (0.05 * DRAWS))


def test_ties_count_half() -> None:
    boards = Boards(np.zeros((10, 2)), np.zeros((10, 2)))
    assert win_probability(boards, 0, 1) == 0.5


def test_choosing_by_the_public_board_is_optimistic(boards: Boards) -> None:
    found = chosen_by_public(boards)
    assert found.optimism > 0
    assert found.regret >= 0
    assert 1 / 3 < found.found < 1


def test_optimism_is_the_mean_of_the_largest() -> None:
    found = optimism_of_trying(0.01, np.array([1, 2, 3]), seed=0)
    expected = 0.01 * np.array([0.0, 1 / math.sqrt(math.pi), 1.5 / math.sqrt(math.pi)])
    np.testing.assert_allclose(found, expected, atol=4 * 0.01 / math.sqrt(4000))


def test_conservative_choice_takes_the_simplest_that_is_not_worse(
    scores: NDArray[np.float64],
) -> None:
    assert one_standard_error(scores) == 1
    clear = scores + np.array([[0.0], [0.0], [0.05]])
    assert one_standard_error(clear) == 2
    found = choose(scores, 5, seed=0)
    assert found.model == 1
    assert found.nested == pytest.approx(scores[1].mean(), abs=0.005)


def test_study_says_what_to_do(scores: NDArray[np.float64], tmp_path: Path) -> None:
    sizes = ["shakeup.planets=360", "shakeup.public_share=0.333", "shakeup.draws=800"]
    settings = compose(sizes).shakeup
    assert settings.boards == (120, 240)
    found, boards = study(("worse", "plain", "complicated"), scores, settings)
    assert "plain" in advice(found)
    assert found.beats[0] < 0.2
    assert [number for number, _ in found.tries] == [1, 2, 5, 10, 20, 50]
    draw_study(found, boards).savefig(tmp_path / "shakeup.png")
    assert (tmp_path / "shakeup.png").stat().st_size > 10_000
    alone, _ = study(("only",), scores[:1], settings)
    assert math.isnan(alone.lead)
    assert advice(alone).startswith("Hand in only")
