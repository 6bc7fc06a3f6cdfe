"""Priors of a planet whose star table does not say all, and the flags of its fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from joint_scenes import CONFIG, PRIORS
from transit_scenes import Scene

from spectramind.detector.light_curves import VisitLightCurves
from spectramind.pipeline.fit import flagged
from spectramind.survey.star_completion import completed
from spectramind.survey.stars import Star
from spectramind.transit.assumed_star import with_assumptions
from spectramind.transit.calibration import error_parts
from spectramind.transit.joint import fit_planet


@pytest.mark.parametrize(
    ("assumed", "log_axis", "impact"),
    [((), 0.0, 0.0), (("P",), 0.5, 0.0), (("sma",), 0.5, 0.0), (("P", "sma"), 1.0, 0.0),
     (("i",), 0.0, 0.4), (("Rs", "Ms"), 0.0, 0.0)],
)  # fmt: skip
def test_priors_widen_in_what_is_assumed(
    star: Star, assumed: tuple[str, ...], log_axis: float, impact: float
) -> None:
    wide = with_assumptions(PRIORS, replace(star, assumed=assumed))
    change = wide.star_scatter - PRIORS.star_scatter
    assert np.diag(change)[-2:] == pytest.approx([log_axis**2, impact**2])
    assert not change[:-2].any()


def test_an_assumed_temperature_widens_limb_darkening_along_its_slope(star: Star) -> None:
    wide = with_assumptions(PRIORS, replace(star, assumed=("Ts",)))
    change = wide.star_scatter - PRIORS.star_scatter
    slope = PRIORS.star_mean[:, 1]
    assert slope.any()
    np.testing.assert_allclose(change, np.outer(slope, slope) * (700 / 550) ** 2, atol=1e-12)


def test_a_planet_of_whose_orbit_nothing_is_known_is_fitted_and_flagged(
    plain_visit: VisitLightCurves, star: Star
) -> None:
    nothing = float("nan")
    blank = replace(star, period=nothing, semi_major_axis=nothing, inclination=nothing)
    whole = completed(blank)
    fit = flagged(fit_planet([plain_visit], whole, PRIORS, CONFIG), whole)
    assert fit.posterior.flags[-3:] == ("assumed_P", "assumed_sma", "assumed_i")
    error, parts = fit.posterior.depth - Scene().truth(), error_parts(fit.posterior)
    assert abs(error[0]) < 3.5 * parts.fgs1
    assert abs(error[1:].mean()) < 3.5 * parts.airs_mean
