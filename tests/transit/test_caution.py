"""What a light curve says against a posterior: structure, red noise, visits, and their price."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from transit_scenes import Scene, edited, make_visit

from spectramind.detector.light_curves import VisitLightCurves
from spectramind.survey.instruments import InstrumentName
from spectramind.survey.stars import Star
from spectramind.transit.caution import DOUBTS, cautious, seen_errors
from spectramind.transit.common_residuals import CommonResidual
from spectramind.transit.plain_doubts import looked_at
from spectramind.transit.polynomial import estimate_depths
from spectramind.transit.posterior import DepthPosterior
from spectramind.transit.time_averaged_noise import red_noise
from spectramind.transit.time_structure import structure_of
from spectramind.transit.visit_agreement import visit_difference

FloatArray = NDArray[np.float64]
TIME = (np.arange(375) + 0.5) * 7.5 / 375
DEPTH, SIGMA = 0.012, 6e-5
DIP = DEPTH * np.clip((1.35 - np.abs(TIME - 3.7)) / 0.25, 0.0, 1.0)


def residual(
    seed: int, extra: FloatArray | float = 0.0, name: InstrumentName = "AIRS-CH0", visit: int = 0
) -> CommonResidual:
    noise = SIGMA * np.random.default_rng(seed).normal(size=TIME.size)
    return CommonResidual(name, visit, TIME, noise + extra, np.full(TIME.size, SIGMA), DIP)


def plain_posterior() -> DepthPosterior:
    return DepthPosterior(
        "7", "joint", np.full(283, DEPTH), np.full(283, 2e-5**2), np.full((283, 1), 3e-5)
    )


def airs_mean_sigma(posterior: DepthPosterior) -> float:
    mean = posterior.factors[1:].mean(axis=0)
    return float(np.sqrt(mean @ mean + posterior.variance_diagonal[1:].sum() / 282**2))


def red(seed: int, size: float, hours: float) -> FloatArray:
    """Ornstein-Uhlenbeck noise."""
    rng, keep = np.random.default_rng([seed, 9]), np.exp(-0.02 / hours)
    out = np.zeros(TIME.size)
    for i in range(1, out.size):
        out[i] = keep * out[i - 1] + size * np.sqrt(1.0 - keep**2) * rng.normal()
    return out


def test_white_residuals_cost_nothing() -> None:
    before = plain_posterior()
    for seed in range(60):
        curves = [residual(seed), residual(seed + 1000, name="FGS1")]
        assert cautious(before, seen_errors(curves), []) is before


@pytest.mark.parametrize(
    ("shape", "name"),
    [
        (-3e-3 * np.exp(-TIME / 0.42), "edge_structure"),
        (np.where(TIME > 7.33, -5e-3, 0.0), "edge_structure"),
        (np.where(TIME > 4.2, -1.5e-3, 0.0), "time_structure"),
        (np.where(TIME > 3.9, 3e-3 * np.exp(-(TIME - 3.9) / 0.3), 0.0), "time_structure"),
    ],
    ids=["ramp", "drop", "step", "flare"],
)
def test_structure_is_named_and_priced(shape: FloatArray, name: str) -> None:
    found = structure_of(residual(1, shape))
    assert found.name == name
    # The depth that the structure makes, from plain least squares beside a fifth-order drift.
    basis = np.column_stack([-DIP, np.polynomial.legendre.legvander(TIME / 3.75 - 1.0, 5)])
    bias = abs(np.linalg.lstsq(basis, shape, rcond=None)[0][0])
    assert 0.4 * bias < found.change < 2.5 * bias + 0.003
    after = cautious(plain_posterior(), seen_errors([residual(1, shape)]), [])
    assert f"{name}/AIRS-CH0/0" in after.flags
    assert airs_mean_sigma(after) > 0.9 * found.change * DEPTH
    assert after.sigma[0] == pytest.approx(plain_posterior().sigma[0], rel=1e-3)


def test_red_noise_is_an_error_of_its_size() -> None:
    """Depths fitted to red noise scatter by about as much as is said."""
    assert max(red_noise(residual(seed)) for seed in range(60)) == 0.0
    basis = np.column_stack([-DIP, np.polynomial.legendre.legvander(TIME / 3.75 - 1.0, 5)])
    said, errors = [], []
    for seed in range(40):
        curve = residual(seed, red(seed, 3e-4, 0.4))
        said.append(red_noise(curve))
        errors.append(np.linalg.lstsq(basis, curve.rest, rcond=None)[0][0])
    assert np.mean(np.array(said) > 0.0) > 0.9
    assert 0.5 < np.sqrt(np.mean(np.square(said)) / np.mean(np.square(errors))) < 2.0


def test_visits_that_differ_cost_their_difference() -> None:
    pairs = [(residual(s, visit=0), residual(s + 500, visit=1)) for s in range(40)]
    assert all(visit_difference(pair) == 0.0 for pair in pairs)
    apart = [residual(1, visit=0), residual(2, -0.1 * DIP, visit=1)]
    assert visit_difference(apart) == pytest.approx(0.1, abs=0.03)
    after = cautious(plain_posterior(), seen_errors(apart), [])
    assert after.flags == ("visits_disagree",)
    assert airs_mean_sigma(after) == pytest.approx(0.1 * DEPTH, rel=0.3)


def test_a_flag_that_was_there_already_does_not_stop_the_widening() -> None:
    apart = [residual(1, visit=0), residual(2, -0.1 * DIP, visit=1)]
    before = replace(plain_posterior(), flags=("visits_disagree",))
    assert airs_mean_sigma(cautious(before, seen_errors(apart), [])) > 0.07 * DEPTH


def test_flags_of_frames_reach_the_posterior() -> None:
    visit = replace(make_visit(Scene()), attributes={DOUBTS: "frozen_frames/FGS1/0"})
    assert cautious(plain_posterior(), seen_errors([]), [visit]).flags == ("frozen_frames/FGS1/0",)


@pytest.fixture(scope="module")
def empty_visit() -> VisitLightCurves:
    """The star alone."""
    return make_visit(Scene(depth=0.0, visit=1, seed=4))


def test_an_empty_visit_is_left_out(empty_visit: VisitLightCurves, star: Star) -> None:
    for number, visits in enumerate(
        (
            [make_visit(Scene()), empty_visit],
            [replace(empty_visit, visit=0), make_visit(Scene(visit=1))],
        )
    ):
        posterior = estimate_depths(visits, star)
        assert f"empty_visit/{1 - number}" in posterior.flags
        error = posterior.depth[1:].mean() - Scene().truth()[1:].mean()
        assert abs(error) < 4 * airs_mean_sigma(posterior)
        assert airs_mean_sigma(posterior) < 2e-4


def test_an_empty_instrument_is_left_out(empty_visit: VisitLightCurves, star: Star) -> None:
    visit = make_visit(Scene())
    for changed, name in (
        (replace(visit, airs=empty_visit.airs), "AIRS-CH0"),
        (replace(visit, fgs1=empty_visit.fgs1), "FGS1"),
    ):
        flags, left = looked_at([changed], star)
        assert f"empty_curve/{name}/0" in flags
        assert len(left) == 1
        posterior = estimate_depths([changed], star)
        assert f"empty_curve/{name}/0" in posterior.flags
        error = posterior.depth - Scene().truth()
        assert abs(error[0]) < 4 * posterior.sigma[0]
        assert abs(error[1:].mean()) < 4 * airs_mean_sigma(posterior)


@pytest.mark.parametrize(
    "second", [Scene(t0=8.7, visit=1), Scene(t0=5.4, visit=1), Scene(t0=-0.6, visit=1)]
)
def test_late_early_and_cut_transits_are_not_empty(second: Scene, star: Star) -> None:
    flags, _ = looked_at([make_visit(Scene()), make_visit(second)], star)
    assert flags == ()


def test_faint_visits_are_never_called_empty(star: Star) -> None:
    """A transit too shallow to be seen in one visit may be there in the other."""
    visits = [make_visit(Scene(depth=9e-5, visit=v, seed=v)) for v in range(2)]
    flags, left = looked_at(visits, star)
    assert not any(flag.startswith("empty") for flag in flags)
    assert len(left) == 2


def test_no_light_at_all_is_told(star: Star) -> None:
    def dark(_: FloatArray, mask: NDArray[np.bool_]) -> None:
        mask[:] = True

    flags, _ = looked_at([edited(make_visit(Scene()), dark, dark)], star)
    assert flags == ("no_data",)
