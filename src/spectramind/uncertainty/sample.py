"""What calibrators see of the planets, as arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.models.predictions import Predictions

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

Score = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
"""(planet,) score of each planet from truth, mean and sigma, (planet, channel) each."""


@dataclass(frozen=True)
class Sample:
    """Predictions of planets that calibrators may learn from or be applied to.

    mu, sigma         (planet, channel) transit depth and its standard deviation as stated
    common            (planet,) part of sigma that all AIRS channels share
    channel_features  (planet, channel, feature)
    planet_features   (planet, feature)
    flagged           (planet,) whether the fit doubts itself
    truth             (planet, channel) known depths; NaN where unknown
    """

    mu: FloatArray
    sigma: FloatArray
    common: FloatArray
    channel_features: FloatArray
    planet_features: FloatArray
    flagged: BoolArray
    truth: FloatArray

    def __len__(self) -> int:
        return len(self.mu)

    def rows(self, index: IntArray | BoolArray) -> Sample:
        """The planets of `index` alone."""
        return Sample(**{name: values[index] for name, values in vars(self).items()})

    @property
    def error(self) -> FloatArray:
        """(planet, channel) truth minus mean; NaN where unknown or where sigma is no scale."""
        usable = np.isfinite(self.sigma) & (self.sigma > 0)
        return np.where(usable, self.truth - self.mu, np.nan)


def has_features(predictions: Predictions) -> bool:
    """Whether the estimator says anything of its fits; one without transit fit does not."""
    return bool(np.isfinite(predictions.planet_features).all(axis=1).any())


def sample_of(predictions: Predictions, featured: bool | None = None) -> tuple[Sample, BoolArray]:
    """Planets of a prediction that calibrators may touch, and which rows they are.

    Fallbacks are left out, and so is a planet whose fit says nothing of itself where others' do.

    Parameters
    ----------
    featured : whether the estimator has features; found from the predictions if None

    Returns
    -------
    sample : of the usable planets; features are zero where the estimator has none
    usable : (planet,) in the predictions' order
    """
    planet, channel = predictions.planet_features, predictions.channel_features
    if not (has_features(predictions) if featured is None else featured):
        planet, channel = np.zeros_like(planet), np.zeros_like(channel)
    usable = np.array([status != "fallback" for status in predictions.status])
    usable &= np.isfinite(planet).all(axis=1) & np.isfinite(predictions.sigma_common)
    truth = predictions.truth
    known = np.full_like(predictions.mu, np.nan) if truth is None else truth
    whole = Sample(
        mu=predictions.mu,
        sigma=predictions.sigma_raw,
        common=predictions.sigma_common,
        channel_features=channel,
        planet_features=planet,
        flagged=np.array([bool(note) for note in predictions.note]),
        truth=known,
    )
    return whole.rows(usable), usable
