"""The first estimator on synthetic visits: right where it can be, wide and flagged where not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from transit_scenes import Scene, edited, make_visit

from spectramind.detector.light_curves import VisitLightCurves
from spectramind.survey.stars import Star
from spectramind.transit.polynomial import (
    POPULATION_DEPTH,
    combine_visits,
    estimate_depths,
    low_rank,
)
from spectramind.transit.posterior import DepthPosterior

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def airs_mean(posterior: DepthPosterior) -> tuple[float, float]:
    """Mean of the AIRS depths and its standard deviation."""
    share = np.full(282, 1.0 / 282.0)
    variance = share @ (posterior.variance_diagonal[1:] * share)
    variance += float(np.sum((share @ posterior.factors[1:]) ** 2))
    return float(share @ posterior.depth[1:]), float(np.sqrt(variance))


def assert_honest(posterior: DepthPosterior, truth: FloatArray, limit: float = 3.5) -> None:
    """Depths within `limit` sigma for FGS1 and the AIRS mean, and sigma that says something."""
    mean, sigma = airs_mean(posterior)
    assert np.all(np.isfinite(posterior.depth))
    assert np.all(posterior.sigma > 0.0)
    assert abs(mean - truth[1:].mean()) < limit * sigma
    assert abs(posterior.depth[0] - truth[0]) < limit * posterior.sigma[0]


def test_a_plain_transit(plain_visit: VisitLightCurves, star: Star) -> None:
    posterior = estimate_depths([plain_visit], star)
    truth = Scene().truth()
    assert posterior.flags == ()
    assert_honest(posterior, truth, 3.0)
    assert airs_mean(posterior)[1] < 0.015 * truth.mean()
    assert posterior.geometry["t0_0"] == pytest.approx(3.6, abs=0.01)
    shape_error = (posterior.depth - truth)[1:]
    assert np.std(shape_error) < 45e-6
    white = posterior.white[0]
    residual = (white.flux - white.model) / white.sigma
    assert np.nanstd(residual) == pytest.approx(1.0, abs=0.25)


def test_rerun_is_bit_identical(plain_visit: VisitLightCurves, star: Star) -> None:
    first, second = (estimate_depths([plain_visit], star) for _ in range(2))
    assert np.array_equal(first.depth, second.depth)
    assert np.array_equal(first.factors, second.factors)
    assert np.array_equal(first.variance_diagonal, second.variance_diagonal)


@pytest.mark.parametrize(
    ("scene", "flag"),
    [
        (Scene(t0=0.6), "partial_transit"),
        (Scene(t0=7.1), "partial_transit"),
        (Scene(t0=0.3, depth=0.03), "partial_transit"),
        (Scene(impact=0.98, depth=0.02), "grazing"),
    ],
)
def test_cut_off_and_grazing_transits_are_flagged(scene: Scene, flag: str, star: Star) -> None:
    posterior = estimate_depths([make_visit(scene)], star)
    assert flag in posterior.flags
    assert_honest(posterior, scene.truth())


@pytest.mark.parametrize("scene", [Scene(impact=0.0), Scene(impact=0.7), Scene(samples=141)])
def test_other_geometry_and_sampling(scene: Scene, star: Star) -> None:
    assert_honest(estimate_depths([make_visit(scene)], star), scene.truth())


def test_wrong_star_table_is_survived(plain_visit: VisitLightCurves, star: Star) -> None:
    for odd in (
        replace(star, semi_major_axis=0.9 * star.semi_major_axis, temperature=4500.0),
        replace(star, inclination=60.0),
        replace(star, inclination=90.0, semi_major_axis=1.05 * star.semi_major_axis),
    ):
        assert_honest(estimate_depths([plain_visit], odd), Scene().truth(), 4.0)


@pytest.mark.parametrize("scene", [Scene(depth=0.0), Scene(t0=30.0), Scene(t0=30.0, seed=2)])
def test_no_transit_gives_the_population(scene: Scene, star: Star) -> None:
    posterior = estimate_depths([make_visit(scene)], star)
    assert posterior.flags == ("no_transit",)
    assert np.all(posterior.depth == POPULATION_DEPTH)
    assert np.all(posterior.sigma > 0.01)


def test_bad_last_frame_and_cosmic_rays(star: Star) -> None:
    rng = np.random.default_rng(4)

    def spoil(flux: FloatArray, _: BoolArray) -> None:
        flux[-1] *= 0.97
        hits = rng.integers(0, flux.shape[0], 12)
        flux[hits] *= 1.02
        scattered = rng.random(flux.shape) < 1e-4
        flux[scattered] *= 1.3

    visit = edited(make_visit(Scene()), airs=spoil, fgs1=spoil)
    assert_honest(estimate_depths([visit], star), Scene().truth())


def test_masks_nans_and_dark_channels(star: Star) -> None:
    rng = np.random.default_rng(5)

    def spoil(flux: FloatArray, mask: BoolArray) -> None:
        mask |= rng.random(flux.shape) < 0.05
        flux[rng.random(flux.shape) < 0.02] = np.nan
        mask[:, 40:43] = True
        flux[:, 100] = -5.0
        mask[200:220] = True

    posterior = estimate_depths([edited(make_visit(Scene()), airs=spoil)], star)
    assert "masked_channels" in posterior.flags
    assert_honest(posterior, Scene().truth())
    assert np.all(np.abs(posterior.depth - Scene().truth()) < 5.0 * posterior.sigma)


def nothing(_: FloatArray, mask: BoolArray) -> None:
    mask[:] = True


def test_an_instrument_without_data(plain_visit: VisitLightCurves, star: Star) -> None:
    both = estimate_depths([plain_visit], star)
    without_fgs1 = estimate_depths([edited(plain_visit, fgs1=nothing)], star)
    without_airs = estimate_depths([edited(plain_visit, airs=nothing)], star)
    assert "few_samples" in without_fgs1.flags
    assert "masked_channels" in without_airs.flags
    assert_honest(without_fgs1, Scene().truth())
    assert_honest(without_airs, Scene().truth())
    assert without_fgs1.sigma[0] > 2.0 * both.sigma[0]
    assert without_airs.sigma[1:].min() > 2.0 * both.sigma[1:].max()


def test_no_data_at_all(plain_visit: VisitLightCurves, star: Star) -> None:
    empty = estimate_depths([edited(plain_visit, airs=nothing, fgs1=nothing)], star)
    assert empty.flags == ("no_data",)
    few = estimate_depths([make_visit(Scene(samples=12))], star)
    assert few.flags == ("no_data",)
    assert np.all(few.sigma > 0.01)


def test_two_visits_are_better_than_one(plain_visit: VisitLightCurves, star: Star) -> None:
    second = make_visit(Scene(t0=4.4, visit=1))
    both = estimate_depths([plain_visit, second], star)
    assert_honest(both, Scene().truth())
    assert both.geometry["t0_1"] == pytest.approx(4.4, abs=0.01)
    assert airs_mean(both)[1] < airs_mean(estimate_depths([plain_visit], star))[1]


def test_visits_that_disagree_are_flagged_and_widened(
    plain_visit: VisitLightCurves, star: Star
) -> None:
    other = make_visit(Scene(depth=0.0135, visit=1))
    posterior = estimate_depths([plain_visit, other], star)
    assert "visits_disagree" in posterior.flags
    assert airs_mean(posterior)[1] > 3e-4


def test_combination_of_visits_is_the_precision_weighted_mean() -> None:
    depths = [np.array([1.0, 2.0]), np.array([1.1, 1.9])]
    covariances = [np.diag([0.01, 0.04]), np.diag([0.04, 0.01])]
    depth, covariance, disagree = combine_visits(depths, covariances)
    np.testing.assert_allclose(depth, [1.02, 1.92])
    np.testing.assert_allclose(covariance, np.diag([0.008, 0.008]), atol=1e-15)
    assert not disagree


def test_low_rank_keeps_variances() -> None:
    rng = np.random.default_rng(2)
    root = rng.normal(size=(283, 40))
    covariance = root @ root.T + np.diag(rng.uniform(0.5, 1.0, 283))
    diagonal, factors = low_rank(covariance)
    np.testing.assert_allclose(
        diagonal + np.sum(factors**2, axis=1), covariance.diagonal(), rtol=1e-12
    )


def test_errors_are_what_sigma_says(star: Star) -> None:
    scores = []
    for seed in range(8):
        scene = Scene(seed=seed, t0=3.0 + 0.2 * seed, impact=0.08 * seed)
        posterior = estimate_depths([make_visit(scene)], star)
        mean, sigma = airs_mean(posterior)
        truth = scene.truth()
        scores.append(
            [
                (mean - truth[1:].mean()) / sigma,
                (posterior.depth[0] - truth[0]) / posterior.sigma[0],
            ]
        )
    assert np.mean(np.square(scores)) < 2.0
