"""Which planets calibrators may touch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from synthetic_errors import WEIGHTS, planets, predictions_of, score

from spectramind.models.predictions import Predictions
from spectramind.uncertainty.calibrators import certify
from spectramind.uncertainty.cross_fit import Lesson
from spectramind.uncertainty.learning import learn_calibrators
from spectramind.uncertainty.sample import sample_of


def predictions(count: int) -> Predictions:
    """Out-of-fold predictions of planets whose errors are twice what is stated."""
    return predictions_of(planets(count, 2.0))


def test_fallbacks_and_silent_fits_are_left_out() -> None:
    table = predictions(4)
    features = table.planet_features.copy()
    features[2] = np.nan
    mixed = replace(table, status=("ok", "fallback", "ok", "ok"), planet_features=features)
    sample, usable = sample_of(mixed)
    assert usable.tolist() == [True, False, False, True]
    assert len(sample) == 2


def test_estimator_without_features_is_calibrated_too() -> None:
    table = predictions(80)
    silent = replace(
        table,
        planet_features=np.full_like(table.planet_features, np.nan),
        channel_features=np.full_like(table.channel_features, np.nan),
    )
    sample, usable = sample_of(silent)
    assert usable.all()
    found = learn_calibrators(sample, Lesson(score, WEIGHTS)).calibrators
    assert not found.featured
    sigma = certify(found, sample).sigma
    assert np.median(sigma / table.sigma_raw) > 1.8
    # One planet of an estimator with features whose fit says nothing is still left alone.
    assert not sample_of(silent, featured=True)[1].any()
