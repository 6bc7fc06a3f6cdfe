"""Learning of priors and calibration, and the calibration of the posterior itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from joint_scenes import CONFIG, PRIORS, WAVELENGTH, draw_from_prior
from numpy.typing import NDArray
from transit_scenes import STAR

from spectramind.errors import DataError
from spectramind.pipeline.prior_report import reported
from spectramind.transit.adaptation import adapt, depths_integrated_out, favoured
from spectramind.transit.belief import believe
from spectramind.transit.calibration import (
    FEATURES,
    calibrated,
    error_parts,
    learn_calibration,
    neutral_calibration,
    residuals,
)
from spectramind.transit.cross_validation import (
    TrainingPlanet,
    calibrate_folds,
    fold_priors,
    folds,
)
from spectramind.transit.depth_prior import combine, learn_depth_prior
from spectramind.transit.hierarchy import NuisanceLikelihood
from spectramind.transit.joint import fit_planet
from spectramind.transit.learning import learn_priors
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.posterior import DepthPosterior
from spectramind.transit.prior_choices import Combination, PriorChoices, only
from spectramind.transit.priors import (
    TransitPriors,
    priors_from_json,
    priors_to_json,
    read_priors,
    write_priors,
)

FloatArray = NDArray[np.float64]
PLANETS = 24


@pytest.fixture(scope="module")
def narrow() -> TransitPriors:
    """A population unlike the generic one: darker limbs, little scatter, weak quadratic drift."""
    mean = PRIORS.star_mean.copy()
    mean[0, 0] += 0.08
    mean[-5, 0] += 0.08
    drift = replace(
        PRIORS.drift,
        departure=1e-14 * np.eye(PRIORS.orders.airs),
        gain_time=_quadratic(PRIORS.drift.gain_time),
        fgs1=_quadratic(PRIORS.drift.fgs1),
    )
    scatter = PRIORS.star_scatter * 0.04
    return replace(PRIORS, star_mean=mean, star_scatter=scatter, drift=drift)


def _quadratic(covariance: FloatArray) -> FloatArray:
    """Half the size, and no orders in time above the second."""
    size = np.diag(covariance) * np.where(np.arange(len(covariance)) < 2, 0.25, 0.0)
    return np.diag(np.maximum(size, 1e-14))


@pytest.fixture(scope="module")
def survey(narrow: TransitPriors) -> list[TrainingPlanet]:
    drawn = [draw_from_prior(seed, narrow) for seed in range(14)]
    return [TrainingPlanet(i, [visit], STAR, depth) for i, (visit, depth) in enumerate(drawn)]


@pytest.fixture(scope="module")
def fits(survey: list[TrainingPlanet]) -> dict[int, PlanetFit]:
    return {p.planet_id: fit_planet(p.visits, p.star, PRIORS, CONFIG) for p in survey}


@pytest.fixture(scope="module")
def learnt(survey: list[TrainingPlanet], fits: dict[int, PlanetFit]) -> TransitPriors:
    depth = {p.planet_id: p.depth for p in survey}
    stars = {p.planet_id: p.star for p in survey}
    return learn_priors(fits, depth, stars, PRIORS, "a test")


@pytest.mark.slow
def test_posterior_of_planets_drawn_from_the_prior_is_calibrated() -> None:
    rows = []
    for seed in range(PLANETS):
        visit, depth = draw_from_prior(seed)
        fit = fit_planet([visit], STAR, PRIORS, CONFIG)
        rest = residuals(fit.posterior, depth)
        rows.append([rest.fgs1, rest.airs_mean, rest.airs_shape])
    table = np.array(rows)
    square = np.mean(table**2, axis=0)
    # Mean of 24 squared normals: 0.35 to 2.0 at 3 sigma; the shape averages several of them.
    assert np.all((square > 0.35) & (square < 2.0)), square
    assert np.all(np.abs(table[:, :2].mean(axis=0)) < 3.2 / np.sqrt(PLANETS))


def test_learning_finds_the_population(learnt: TransitPriors, narrow: TransitPriors) -> None:
    blend = np.array([1.0, 0.3, 0.4])  # the well-measured mix of the three terms
    assert blend @ learnt.star_mean[:3, 0] == pytest.approx(
        blend @ narrow.star_mean[:3, 0], abs=0.02
    )
    scatter = [blend @ p.star_scatter[:3, :3] @ blend for p in (learnt, PRIORS)]
    assert scatter[0] < 0.3 * scatter[1]
    found, true = learnt.drift, narrow.drift
    ratio = np.diag(found.gain_time)[:2] / np.diag(true.gain_time)[:2]
    assert 0.5 < np.exp(0.5 * np.log(ratio).mean()) < 1.8
    assert np.trace(found.gain_colour) == pytest.approx(1.0, abs=0.2)
    # What the planets do not ask for shrinks, but no variance may collapse: what was believed
    # before weighs as much as a planet.
    shrunk = np.diag(found.departure)[0] / np.diag(PRIORS.drift.departure)[0]
    assert 0.01 < shrunk < 0.4  # the drift is separable
    for name in ("gain_time", "fgs1"):
        before, after = (np.diag(getattr(d, name))[4] for d in (PRIORS.drift, found))
        assert 0.01 < after / before < 2.0, name
    assert found.fgs1[0, 0] > 1e-8
    assert "14 planets" in learnt.learnt_from


def test_learnt_priors_sharpen_the_posterior(
    learnt: TransitPriors, fits: dict[int, PlanetFit]
) -> None:
    visit, depth = draw_from_prior(3, learnt)
    sharp = fit_planet([visit], STAR, learnt, CONFIG).posterior
    wide = fit_planet([visit], STAR, PRIORS, CONFIG).posterior
    assert error_parts(sharp).airs_mean < 0.9 * error_parts(wide).airs_mean
    assert error_parts(sharp).fgs1 < 0.97 * error_parts(wide).fgs1
    assert abs(sharp.depth[0] - depth[0]) < 4.0 * error_parts(sharp).fgs1
    assert fits[3].learnt_from != learnt.learnt_from


def _unlabelled(fits: dict[int, PlanetFit], choices: PriorChoices) -> list[NuisanceLikelihood]:
    start = Combination(0, 0, 0)
    return [
        depths_integrated_out(fit.information, STAR, choices, start)
        for fit in fits.values()
        if fit.information is not None
    ]


def test_light_curves_alone_teach_star_and_drift(
    fits: dict[int, PlanetFit], learnt: TransitPriors, narrow: TransitPriors
) -> None:
    choices = only(PRIORS, WAVELENGTH[1:])
    found = adapt(_unlabelled(fits, choices), choices, Combination(0, 0, 0))
    assert found is not None
    assert found.gain > 0.5
    assert found.start == ("given", "given", "given")
    blend = np.array([1.0, 0.3, 0.4])
    mean = blend @ found.priors.star_mean[:3, 0]
    assert mean == pytest.approx(blend @ narrow.star_mean[:3, 0], abs=0.04)
    assert mean == pytest.approx(blend @ learnt.star_mean[:3, 0], abs=0.04)
    scatter = [blend @ p.star_scatter[:3, :3] @ blend for p in (found.priors, PRIORS)]
    assert scatter[0] < 0.5 * scatter[1]
    assert found.priors.drift.fgs1[0, 0] < 0.6 * PRIORS.drift.fgs1[0, 0]
    assert np.array_equal(found.priors.depth.shapes, PRIORS.depth.shapes)


def test_a_wrong_start_is_left_behind(fits: dict[int, PlanetFit], narrow: TransitPriors) -> None:
    """Learning starts from the priors that the light curves favour, not from the preferred ones."""
    size = np.sqrt(np.diag(PRIORS.star_scatter))
    mean = PRIORS.star_mean.copy()
    mean[:-2, 0] += 4.0 * size[:-2]
    wrong = replace(PRIORS, star_mean=mean, star_scatter=np.diag((0.2 * size) ** 2))
    choices = PriorChoices(("learnt", "generic"), (wrong, PRIORS), tuple(WAVELENGTH[1:].tolist()))
    informed = [fit.information for fit in fits.values() if fit.information is not None]
    judged = [believe(i, choices, STAR).judgement for i in informed]
    start = favoured([j for j in judged if j is not None])
    assert start.star == 1
    known = [depths_integrated_out(i, STAR, choices, start) for i in informed]
    found = adapt(known, choices, start)
    assert found is not None
    assert found.start[0] == "generic"
    blend = np.array([1.0, 0.3, 0.4])
    assert blend @ found.priors.star_mean[:3, 0] == pytest.approx(
        blend @ narrow.star_mean[:3, 0], abs=0.04
    )
    lines = reported([j for j in judged if j is not None], dict(enumerate(known)), choices, found)
    assert lines.contradicted["limb darkening and orbit"] == len(judged)
    assert any("scatters off" in line and "learnt again" in line for line in lines.lines)


def test_seven_planets_teach_nothing(fits: dict[int, PlanetFit]) -> None:
    choices = only(PRIORS, WAVELENGTH[1:])
    assert adapt(_unlabelled(fits, choices)[:7], choices, Combination(0, 0, 0)) is None


def test_too_few_planets_are_refused(
    fits: dict[int, PlanetFit], survey: list[TrainingPlanet]
) -> None:
    with pytest.raises(DataError, match="at least 8 planets, found 3"):
        learn_priors(
            {i: fits[i] for i in range(3)},
            {p.planet_id: p.depth for p in survey},
            {p.planet_id: p.star for p in survey},
            PRIORS,
            "a test",
        )


def test_priors_survive_json_to_the_last_bit(learnt: TransitPriors, tmp_path: Path) -> None:
    write_priors(tmp_path / "priors.json", learnt)
    again = read_priors(tmp_path / "priors.json")
    assert again.learnt_from == learnt.learnt_from
    assert again.orders == learnt.orders
    assert np.array_equal(again.star_scatter, learnt.star_scatter)
    assert np.array_equal(again.depth.shapes, learnt.depth.shapes)
    assert priors_to_json(again) == priors_to_json(learnt)


def test_damaged_priors_are_named() -> None:
    text = priors_to_json(PRIORS)
    with pytest.raises(DataError, match="box"):
        priors_from_json(text[: len(text) // 2], "box")
    with pytest.raises(DataError, match="format"):
        priors_from_json('{"format": "something else"}', "box")
    with pytest.raises(DataError, match="size of star_mean"):
        priors_from_json(text.replace('"limb": 2', '"limb": 1'), "box")


def _posterior(planet: int, depth: FloatArray, factor: FloatArray) -> DepthPosterior:
    geometry = {"impact": 0.1 * (planet % 7), "u1_airs": 0.2, "u1_fgs1": 0.4, "k_airs": 0.1}
    geometry["duration"] = 3.0 + 0.2 * (planet % 5)
    return DepthPosterior(
        planet, "joint", depth, np.full(283, 1e-10), factor[:, None], (), geometry
    )


def _population(bias: float) -> tuple[list[DepthPosterior], list[FloatArray]]:
    """FGS1 errors twice, AIRS mean errors half of what is stated; bias depends on impact."""
    rng = np.random.default_rng(12)
    factor = np.full(283, 4e-5)
    posteriors, truths = [], []
    for planet in range(60):
        posterior = _posterior(planet, np.full(283, 0.01), factor)
        truth = posterior.depth + rng.normal(0.0, 1e-5, 283)
        truth[0] += rng.normal(0.0, 8e-5)
        truth[1:] += rng.normal(0.0, 2e-5) + bias * (posterior.geometry["impact"] - 0.3)
        posteriors.append(posterior)
        truths.append(truth)
    return posteriors, truths


def test_factors_are_root_mean_squares_of_each_part() -> None:
    posteriors, truths = _population(0.0)
    calibration = learn_calibration(posteriors, truths, [STAR] * 60)
    assert calibration.factors[0] == pytest.approx(2.0, abs=0.4)
    assert calibration.factors[1] == pytest.approx(0.5, abs=0.12)
    assert calibration.factors[2] == pytest.approx(1.0, abs=0.05)
    mean, sigma = calibrated(posteriors[0], STAR, calibration)
    assert sigma[0] == pytest.approx(calibration.factors[0] * posteriors[0].sigma[0])
    assert not np.isnan(mean).any()


def test_mean_is_corrected_only_where_that_helps() -> None:
    posteriors, truths = _population(5e-4)
    calibration = learn_calibration(posteriors, truths, [STAR] * 60)
    moved = np.array([calibrated(p, STAR, calibration)[0] for p in posteriors])
    before = np.array([(t - p.depth)[1:].mean() for p, t in zip(posteriors, truths, strict=True)])
    after = (np.array(truths) - moved)[:, 1:].mean(axis=1)
    assert np.std(after) < 0.4 * np.std(before)
    assert not calibration.shift[0].any()  # nothing to find in FGS1


def test_fallbacks_keep_their_own_sigma() -> None:
    posterior = replace(
        _posterior(1, np.full(283, 0.01), np.full(283, 1e-3)), estimator="polynomial"
    )
    posterior = replace(posterior, geometry={})
    calibration = replace(neutral_calibration(), factors=np.full(3, 5.0))
    assert np.array_equal(calibrated(posterior, STAR, calibration)[1], posterior.sigma)
    assert np.array_equal(
        learn_calibration([posterior], [posterior.depth], [STAR]).factors, np.ones(3)
    )
    assert len(neutral_calibration().centre) == len(FEATURES)


def test_depth_prior_mixture_equals_direct_solution() -> None:
    rng = np.random.default_rng(3)
    depth = 0.01 + 5e-5 * np.cumsum(rng.normal(0.0, 0.1, (12, 283)), axis=1)
    prior = learn_depth_prior(depth)
    prior = replace(prior, log_amplitude=(float(np.log(3e-6)), 1e-3))  # one amplitude only
    unit = prior.unit_covariance(WAVELENGTH[1:])
    matrix = np.diag(rng.uniform(1.0, 2.0, 283)) / 1e-4**2
    vector = matrix @ rng.normal(0.0, 1e-4, 283)
    mean, covariance, amplitude = combine(prior, unit, matrix, vector, np.full(283, 0.01))
    expected = np.linalg.inv(np.linalg.inv(prior.covariance(unit, 3e-6)) + matrix)
    assert amplitude == pytest.approx(3e-6)
    np.testing.assert_allclose(covariance, expected, atol=1e-3 * expected.max())
    np.testing.assert_allclose(mean - 0.01, expected @ vector, atol=1e-7)


def test_folds_keep_planets_whole_and_disjoint() -> None:
    dealt = folds([5, 1, 9, 3, 7], 2)
    assert sorted(planet for fold in dealt for planet in fold) == [1, 3, 5, 7, 9]


def test_no_planet_is_judged_with_its_own_truth(
    survey: list[TrainingPlanet], fits: dict[int, PlanetFit]
) -> None:
    spoilt = [replace(p, depth=p.depth * 1.01) if p.planet_id == 0 else p for p in survey[:12]]
    honest = dict(fold_priors(survey[:12], fits, PRIORS, 3))
    other = dict(fold_priors(spoilt, fits, PRIORS, 3))
    for fold in honest:
        same = priors_to_json(honest[fold]) == priors_to_json(other[fold])
        assert same == (0 in fold)


def test_cross_validation_gives_every_planet_a_mean_and_a_sigma(
    survey: list[TrainingPlanet], fits: dict[int, PlanetFit]
) -> None:
    result = calibrate_folds(survey, fits, 3)
    for planet in survey:
        error = (planet.depth - result.mean[planet.planet_id]) / result.sigma[planet.planet_id]
        assert np.abs(error).max() < 8.0
