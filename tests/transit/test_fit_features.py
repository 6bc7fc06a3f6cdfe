"""Features of a transit fit: finite for every fit, absent for a fallback, blind to the depth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from joint_scenes import CONFIG, PRIORS
from transit_scenes import Scene, make_visit

from spectramind.detector.light_curves import VisitLightCurves
from spectramind.models.fit_features import (
    CHANNEL_FEATURES,
    PLANET_FEATURES,
    absent_features,
    fit_features,
)
from spectramind.survey.instruments import N_CHANNELS
from spectramind.survey.stars import Star
from spectramind.transit.joint import fit_planet
from spectramind.transit.phase_residuals import no_residuals
from spectramind.transit.planet_fit import PlanetFit


@pytest.fixture(scope="module")
def fit(plain_visit: VisitLightCurves, star: Star) -> PlanetFit:
    return fit_planet([plain_visit], star, PRIORS, CONFIG)


def test_every_feature_is_named_and_finite(fit: PlanetFit, star: Star) -> None:
    features = fit_features(fit, star)
    assert features.channel.shape == (N_CHANNELS, len(CHANNEL_FEATURES))
    assert features.planet.shape == (len(PLANET_FEATURES),)
    assert np.isfinite(features.channel).all()
    assert np.isfinite(features.planet).all()
    assert features.planet[PLANET_FEATURES.index("visits")] == 1.0
    assert features.planet[PLANET_FEATURES.index("impact")] == pytest.approx(
        abs(fit.posterior.geometry["impact"])
    )


def test_dark_channels_stay_finite(fit: PlanetFit, star: Star) -> None:
    features = fit_features(replace(fit, residuals=no_residuals()), star)
    assert np.isfinite(features.channel).all()
    assert np.isfinite(features.planet).all()


def test_channel_features_do_not_tell_the_depth(fit: PlanetFit, star: Star) -> None:
    moved = replace(fit.posterior, depth=fit.posterior.depth + 1e-3)
    again = fit_features(replace(fit, posterior=moved), star)
    assert again.channel == pytest.approx(fit_features(fit, star).channel, abs=1e-6)


def test_a_fallback_has_none(star: Star) -> None:
    fallback = fit_planet([make_visit(Scene(depth=0.0, seed=3))], star, PRIORS, CONFIG)
    features = fit_features(fallback, star)
    assert np.isnan(features.channel).all()
    assert np.isnan(features.planet).all()
    assert features.channel.shape == absent_features().channel.shape
