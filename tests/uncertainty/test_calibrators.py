"""Calibrators as a whole: what is kept, what is applied, what survives the checkpoint."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from synthetic_errors import STATED, WEIGHTS, planets, predictions_of, score, with_cells

from spectramind.models.fit_features import PLANET_FEATURES
from spectramind.pipeline.calibrators import certified
from spectramind.uncertainty.acceptance import judge
from spectramind.uncertainty.calibrators import certify
from spectramind.uncertainty.conformal import LEVELS
from spectramind.uncertainty.cross_fit import Lesson
from spectramind.uncertainty.guard import PREMIUM, learn_floor
from spectramind.uncertainty.learning import Learnt, learn_calibrators
from spectramind.uncertainty.novelty import distances, learn_novelty, widening
from spectramind.uncertainty.stored import calibrator_arrays, calibrator_text, calibrators_from

LESSON = Lesson(score, WEIGHTS)


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    return learn_calibrators(planets(300, 2.0), LESSON)


def test_sigma_and_intervals_become_true(learnt: Learnt) -> None:
    fresh = planets(2000, 2.0, seed=9)
    found = certify(learnt.calibrators, fresh)
    error = np.abs(fresh.truth - fresh.mu)
    assert np.mean((error / found.sigma) ** 2) == pytest.approx(1.0, abs=0.15)
    for i, level in enumerate(LEVELS):
        assert np.mean(error <= found.half_width[..., i]) == pytest.approx(level, abs=0.03)
    assert np.mean((error <= found.band).all(axis=1)) == pytest.approx(0.9, abs=0.04)
    assert np.all(np.diff(found.half_width, axis=-1) >= 0.0)
    assert "temperature: kept" in learnt.calibrators.lines[0]


def test_no_calibrator_narrows_a_doubtful_planet() -> None:
    """Where errors are half of what is stated every sigma shrinks, but that of the doubtful."""
    sample = planets(300, 0.5)
    calibrators = learn_calibrators(sample, LESSON).calibrators
    calm = predictions_of(sample)
    struck = replace(calm, status=("doubtful", *calm.status[1:]))
    sound, told = (certified(table, calibrators, False) for table in (calm, struck))
    assert (sound.sigma[0] < 0.8 * calm.sigma_raw[0]).all()
    assert (told.sigma[0] >= calm.sigma_raw[0]).all()
    assert np.array_equal(told.sigma[1:], sound.sigma[1:])


def test_training_planets_are_calibrated_by_others(learnt: Learnt) -> None:
    sample = planets(300, 2.0)
    truth = sample.truth.copy()
    truth[7] += STATED
    changed = learn_calibrators(with_cells(sample, truth=truth), LESSON)
    assert np.array_equal(changed.out_of_fold.sigma[7], learnt.out_of_fold.sigma[7])
    assert not np.array_equal(changed.out_of_fold.sigma, learnt.out_of_fold.sigma)


def test_truth_of_the_planets_is_not_used(learnt: Learnt) -> None:
    fresh = planets(20, seed=2)
    blind = with_cells(fresh, truth=np.full_like(fresh.truth, np.nan))
    for one, two in zip(
        vars(certify(learnt.calibrators, fresh)).values(),
        vars(certify(learnt.calibrators, blind)).values(),
        strict=True,
    ):
        assert np.array_equal(one, two)


def test_what_is_true_already_stays(learnt: Learnt) -> None:
    calibrators = learn_calibrators(planets(300), LESSON).calibrators
    assert "not kept, identity" in calibrators.lines[0]
    assert calibrators.temperature.level == "identity"
    assert learnt.calibrators.temperature.level != "identity"


def test_checkpoint_keeps_every_bit(learnt: Learnt) -> None:
    calibrators = learnt.calibrators
    again = calibrators_from(calibrator_arrays(calibrators), calibrator_text(calibrators))
    fresh = planets(10, seed=3)
    assert np.array_equal(certify(again, fresh).half_width, certify(calibrators, fresh).half_width)
    assert again.lines == calibrators.lines


def test_ten_planets_are_enough_to_say_something() -> None:
    found = learn_calibrators(planets(10, 2.0), LESSON)
    assert "of 60 planets needed 10" in found.calibrators.lines[-1]
    assert np.isfinite(certify(found.calibrators, planets(5)).half_width).all()


def test_channel_without_truth_and_zero_sigma() -> None:
    sample = planets(80, 2.0)
    truth, sigma = sample.truth.copy(), sample.sigma.copy()
    truth[:, 40] = np.nan
    sigma[4, 9] = 0.0
    found = learn_calibrators(with_cells(sample, truth=truth, sigma=sigma), LESSON)
    zero = with_cells(planets(5), sigma=np.zeros((5, 283)))
    for values in vars(certify(found.calibrators, zero)).values():
        assert np.isfinite(values).all()
        assert (values > 0).all()


def test_constant_residual() -> None:
    sample = planets(80)
    constant = with_cells(sample, truth=sample.mu + 2.0 * STATED)
    found = certify(learn_calibrators(constant, LESSON).calibrators, constant)
    np.testing.assert_allclose(found.half_width[..., 0], 2.0 * STATED, rtol=1e-3)


def test_rule_refuses_what_does_not_help() -> None:
    sample = planets(200)
    assert not judge(sample, sample.sigma, 1.3 * sample.sigma, score).kept
    wrong = planets(200, 2.0)
    verdict = judge(wrong, wrong.sigma, 2.0 * wrong.sigma, score)
    assert verdict.kept
    assert verdict.gain > 0.0
    # A better score that covers far too little is not taken either.
    tiny = replace(verdict, kept=False)
    assert "not kept, identity" in tiny.line("corel")


def test_planet_unlike_any_seen_gets_a_wider_sigma() -> None:
    rng = np.random.default_rng(8)
    sample = planets(400, seed=8)
    drift = np.abs(rng.standard_t(4, 400))
    features = sample.planet_features.copy()
    features[:, PLANET_FEATURES.index("drift")] = drift
    growing = (1.0 + 0.5 * np.maximum(drift - 2.0, 0.0))[:, None]
    wrong = with_cells(
        sample,
        planet_features=features,
        truth=sample.mu + (sample.truth - sample.mu) * growing,
    )
    novelty = learn_novelty(wrong)
    far = features[[0, 0, 0, 0]]
    far[:, PLANET_FEATURES.index("drift")] = [1.0, 3.0, 10.0, 30.0]
    stranger = wrong.rows(np.zeros(4, dtype=np.intp))
    width = widening(novelty, with_cells(stranger, planet_features=far))
    assert np.all(np.diff(width[:, 0]) >= 0.0)
    assert width[3, 0] > 1.5
    assert np.mean(distances(novelty, wrong) == 0.0) > 0.4


def test_floor_is_an_insurance() -> None:
    sample = planets(300)
    floor = learn_floor(sample.truth, sample.mu, sample.sigma, score)
    before = score(sample.truth, sample.mu, sample.sigma).mean()
    after = score(sample.truth, sample.mu, np.maximum(sample.sigma, floor)).mean()
    assert after >= before - PREMIUM
    assert floor.min() > 0.2 * STATED
    # One overconfident planet costs little with the floor, and the score without.
    sigma = sample.sigma.copy()
    sigma[0] *= 1e-3
    bare = score(sample.truth, sample.mu, sigma).mean()
    guarded = score(sample.truth, sample.mu, np.maximum(sigma, floor)).mean()
    assert bare < before - 10.0
    assert guarded > before - 0.1
