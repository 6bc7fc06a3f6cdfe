"""Planets whose errors are known to the last digit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spectramind.models.fit_features import CHANNEL_FEATURES, PLANET_FEATURES
from spectramind.models.predictions import Predictions
from spectramind.uncertainty.sample import Sample

FloatArray = NDArray[np.float64]
CHANNELS = 283
WEIGHTS = np.concatenate([[57.846], np.ones(CHANNELS - 1)])
STATED = 3e-5


def score(truth: FloatArray, mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """Weighted Gaussian log density of each planet over its known channels."""
    density = -np.log(sigma) - 0.5 * ((truth - mu) / sigma) ** 2
    weights = WEIGHTS * np.isfinite(density)
    return np.asarray((np.nan_to_num(density) * weights).sum(1) / weights.sum(1) / 8.0)


def planets(
    count: int, factor: FloatArray | float = 1.0, seed: int = 0, stated: float = STATED
) -> Sample:
    """Planets with independent normal errors of `factor` times the stated sigma.

    Half of the stated variance of AIRS is common to all its channels, and so is that of the error.
    """
    rng = np.random.default_rng(seed)
    sigma = np.full((count, CHANNELS), stated)
    common = np.full(count, stated * np.sqrt(0.5))
    error = rng.normal(0.0, stated, (count, CHANNELS))
    error[:, 1:] *= np.sqrt(0.5)
    error[:, 1:] += rng.normal(0.0, 1.0, (count, 1)) * common[:, None]
    channel = rng.normal(0.0, 1.0, (count, CHANNELS, len(CHANNEL_FEATURES)))
    channel[..., CHANNEL_FEATURES.index("ln sigma")] = np.log(stated)
    channel[..., CHANNEL_FEATURES.index("ln shape sigma")] = np.log(stated * np.sqrt(0.5))
    channel[:, 0, CHANNEL_FEATURES.index("ln shape sigma")] = np.log(stated)
    planet = rng.normal(0.0, 1.0, (count, len(PLANET_FEATURES)))
    planet[:, PLANET_FEATURES.index("visits")] = 1.0
    mu = np.full((count, CHANNELS), 0.01)
    return Sample(
        mu=mu,
        sigma=sigma,
        common=common,
        channel_features=channel,
        planet_features=planet,
        flagged=np.zeros(count, dtype=np.bool_),
        truth=mu + error * factor,
    )


def predictions_of(sample: Sample) -> Predictions:
    """The planets of a sample as a model hands them out, not calibrated yet."""
    count = len(sample)
    return Predictions(
        planet_ids=tuple(range(count)),
        wavelength=np.linspace(0.7, 3.9, CHANNELS),
        mu=sample.mu,
        sigma_raw=sample.sigma,
        sigma_common=sample.common,
        sigma=sample.sigma,
        channel_features=sample.channel_features,
        planet_features=sample.planet_features,
        status=("ok",) * count,
        note=("",) * count,
        truth=sample.truth,
    )


def with_cells(sample: Sample, **cells: FloatArray) -> Sample:
    """The same planets with some arrays replaced."""
    return replace(sample, **cells)
