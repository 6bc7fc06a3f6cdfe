"""The joint inference on synthetic visits made with batman: right, honest, repeatable, flagged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from joint_scenes import CONFIG, PRIORS
from numpy.typing import NDArray
from transit_scenes import AIRS_UM, Scene, edited, make_visit

from spectramind.detector.light_curves import VisitLightCurves
from spectramind.errors import DataError
from spectramind.survey.stars import Star
from spectramind.transit.calibration import error_parts
from spectramind.transit.joint import fit_planet
from spectramind.transit.planet_fit import PlanetFit
from spectramind.transit.planet_fit_product import read_planet_fit, write_planet_fit
from spectramind.transit.product import read_posterior

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def assert_honest(fit: PlanetFit, truth: FloatArray, limit: float = 3.5) -> None:
    posterior, parts = fit.posterior, error_parts(fit.posterior)
    error = posterior.depth - truth
    assert abs(error[0]) < limit * parts.fgs1
    assert abs(error[1:].mean()) < limit * parts.airs_mean
    assert parts.fgs1 < 0.02 * truth.mean()


@pytest.fixture(scope="module")
def plain_fit(plain_visit: VisitLightCurves, star: Star) -> PlanetFit:
    return fit_planet([plain_visit], star, PRIORS, CONFIG)


def test_a_plain_transit(plain_fit: PlanetFit) -> None:
    truth = Scene().truth()
    assert plain_fit.posterior.estimator == "joint"
    assert plain_fit.posterior.flags == ()
    assert_honest(plain_fit, truth, 3.0)
    assert np.std((plain_fit.posterior.depth - truth)[1:]) < 30e-6
    assert plain_fit.posterior.geometry["t0_0"] == pytest.approx(3.6, abs=0.003)
    assert plain_fit.chi2 == pytest.approx(1.0, abs=0.05)
    for curve in plain_fit.curves:
        assert curve.stated == pytest.approx(1.0, abs=0.1)
    u1 = plain_fit.limb_darkening[1:, 0] + plain_fit.limb_darkening[1:, 2] / 2.0
    assert np.polyfit(AIRS_UM, u1, 1)[0] == pytest.approx(-0.08 / 1.95, abs=0.03)


def test_residuals_of_a_plain_transit_are_white_in_every_phase(plain_fit: PlanetFit) -> None:
    left = plain_fit.residuals
    assert np.isfinite(left.mean).all()
    assert np.abs(left.mean[1:]).mean() < 1.0
    assert np.median(left.rms[1:], axis=0) == pytest.approx(1.0, abs=0.12)
    assert left.noise[0] < np.median(left.noise[1:])


def test_rerun_is_bit_identical(
    plain_fit: PlanetFit, plain_visit: VisitLightCurves, star: Star
) -> None:
    again = fit_planet([plain_visit], star, PRIORS, CONFIG)
    assert np.array_equal(again.posterior.depth, plain_fit.posterior.depth)
    assert np.array_equal(again.posterior.factors, plain_fit.posterior.factors)
    assert np.array_equal(again.limb_darkening, plain_fit.limb_darkening)


def test_jitter_along_the_dispersion_is_taken_out(star: Star) -> None:
    visit = make_visit(Scene(seed=5))
    rng = np.random.default_rng(8)
    level = visit.airs.flux.mean(axis=0)
    lines = 0.1 * rng.normal(size=level.size)  # bad pixels make the pattern rough
    pattern = np.gradient(np.log(level)) + lines
    smooth = np.convolve(rng.normal(0.0, 0.05, visit.airs.time.size + 8), np.ones(9) / 3.0, "valid")

    def shake(flux: FloatArray, _: BoolArray) -> None:
        flux *= 1.0 + smooth[:, None] * pattern

    fit = fit_planet([edited(visit, airs=shake)], star, PRIORS, CONFIG)
    airs = next(curve for curve in fit.curves if curve.instrument == "AIRS-CH0")
    assert airs.templates >= 1
    assert airs.stated == pytest.approx(1.0, abs=0.05)
    assert_honest(fit, Scene().truth())


@pytest.mark.parametrize(
    "scene",
    [
        Scene(impact=0.0, seed=11),
        Scene(impact=0.75, seed=12),
        Scene(t0=1.2, seed=13),
        Scene(t0=6.6, seed=14),
        Scene(depth=0.05, seed=15),
        Scene(depth=0.003, seed=16),
    ],
    ids=["i90", "high impact", "cut at the start", "cut at the end", "deep", "shallow"],
)
def test_difficult_transits_are_honest(scene: Scene, star: Star) -> None:
    fit = fit_planet([make_visit(scene)], star, PRIORS, CONFIG)
    posterior, parts = fit.posterior, error_parts(fit.posterior)
    error = posterior.depth - scene.truth()
    assert posterior.estimator == "joint"
    assert abs(error[0]) < 3.5 * parts.fgs1
    assert abs(error[1:].mean()) < 3.5 * parts.airs_mean


def test_two_visits_are_better_than_one(plain_fit: PlanetFit, star: Star) -> None:
    visits = [make_visit(Scene()), make_visit(Scene(t0=4.1, visit=1, seed=2))]
    fit = fit_planet(visits, star, PRIORS, CONFIG)
    assert fit.posterior.flags == ()
    assert_honest(fit, Scene().truth())
    one, two = error_parts(plain_fit.posterior), error_parts(fit.posterior)
    assert two.fgs1 < 0.85 * one.fgs1
    assert two.airs_mean < 0.85 * one.airs_mean
    # Sigma of the shape follows the amplitude of structure that each of the fits finds; what the
    # light curves themselves say of each channel nearly doubles.
    assert fit.depth_information is not None
    assert plain_fit.depth_information is not None
    gain = np.diag(fit.depth_information) / np.diag(plain_fit.depth_information)
    assert 1.7 < np.median(gain) < 2.3
    assert fit.posterior.geometry["t0_1"] == pytest.approx(4.1, abs=0.004)


def test_visits_that_disagree_widen_the_posterior(star: Star) -> None:
    visits = [make_visit(Scene()), make_visit(Scene(depth=0.0124, visit=1, seed=2))]
    fit = fit_planet(visits, star, PRIORS, CONFIG)
    assert "visits_disagree" in fit.posterior.flags
    assert error_parts(fit.posterior).airs_mean > 100e-6


def test_masked_samples_channels_and_outliers_do_no_harm(star: Star) -> None:
    rng = np.random.default_rng(9)

    def spoil(flux: FloatArray, mask: BoolArray) -> None:
        hit = rng.random(flux.shape) < 0.01
        flux[hit] = np.nan
        mask[:, 40] = True
        flux[100:102] *= 3.0
        flux[-1] *= 0.5
        mask[300:310] = True
        flux[rng.random(flux.shape) < 0.002] *= 1.2  # missed by the detector stage

    fit = fit_planet([edited(make_visit(Scene(seed=4)), airs=spoil)], star, PRIORS, CONFIG)
    assert "masked_channels" in fit.posterior.flags
    assert_honest(fit, Scene().truth())


def test_an_instrument_that_is_missing(star: Star) -> None:
    def nothing(flux: FloatArray, mask: BoolArray) -> None:
        mask[:] = True
        flux[:] = np.nan

    visit = edited(make_visit(Scene(seed=6)), airs=nothing)
    fit = fit_planet([visit], star, PRIORS, CONFIG)
    assert "few_samples" in fit.posterior.flags
    parts = error_parts(fit.posterior)
    assert abs(fit.posterior.depth[0] - Scene().truth()[0]) < 3.5 * parts.fgs1
    assert parts.airs_mean > PRIORS.depth.offset


def test_without_transit_or_data_the_first_estimator_answers(star: Star) -> None:
    flat = make_visit(Scene(depth=0.0, seed=3))
    fit = fit_planet([flat], star, PRIORS, CONFIG)
    assert fit.posterior.estimator == "polynomial"
    assert fit.posterior.flags == ("no_transit",)
    assert fit.information is None

    def nothing(_: FloatArray, mask: BoolArray) -> None:
        mask[:] = True

    empty = fit_planet([edited(flat, airs=nothing, fgs1=nothing)], star, PRIORS, CONFIG)
    assert empty.posterior.flags == ("no_data",)


def test_product_keeps_everything(plain_fit: PlanetFit, tmp_path: Path) -> None:
    path = tmp_path / "7.nc"
    write_planet_fit(path, plain_fit, {"config_hash": "abc"})
    again = read_planet_fit(path)
    assert np.array_equal(again.posterior.depth, plain_fit.posterior.depth)
    assert np.array_equal(again.limb_darkening, plain_fit.limb_darkening)
    assert np.array_equal(again.residuals.mean, plain_fit.residuals.mean)
    assert np.array_equal(again.residuals.rms, plain_fit.residuals.rms)
    assert np.array_equal(again.residuals.noise, plain_fit.residuals.noise)
    assert again.chi2 == plain_fit.chi2
    assert again.learnt_from == plain_fit.learnt_from
    assert [c.scatter for c in again.curves] == [c.scatter for c in plain_fit.curves]
    assert np.array_equal(again.curves[0].drift, plain_fit.curves[0].drift)
    assert again.information is not None
    assert plain_fit.information is not None
    assert again.information.layout == plain_fit.information.layout
    assert np.array_equal(again.information.cross, plain_fit.information.cross)
    assert again.depth_information is not None
    assert plain_fit.depth_information is not None
    assert np.array_equal(again.depth_information, plain_fit.depth_information.astype(np.float32))
    assert read_posterior(path).flags == plain_fit.posterior.flags


def test_product_of_a_fallback(star: Star, tmp_path: Path) -> None:
    fit = fit_planet([make_visit(Scene(depth=0.0, seed=3))], star, PRIORS, CONFIG)
    write_planet_fit(tmp_path / "7.nc", fit, {})
    again = read_planet_fit(tmp_path / "7.nc")
    assert again.information is None
    assert again.depth_information is None
    assert again.curves == ()
    assert np.isnan(again.limb_darkening).all()


def test_reading_another_estimators_product_says_so(plain_fit: PlanetFit, tmp_path: Path) -> None:
    from spectramind.transit.product import write_posterior

    write_posterior(tmp_path / "7.nc", replace(plain_fit.posterior, estimator="polynomial"), {})
    with pytest.raises(DataError, match="a joint fit"):
        read_planet_fit(tmp_path / "7.nc")
