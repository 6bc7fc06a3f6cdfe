"""The seam of the baselines: features to spectra, learnt numbers as plain arrays.

    depth[channel] = white depth (1 + regression(features)[channel])

Features and targets are standardised by median and quantiles of the training planets and clipped:
where the box was put in the wrong place, a ratio of any size may stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Arrays = Mapping[str, FloatArray]

_FARTHEST = 6.0  # standard deviations


class SpectrumRegression(Protocol):
    """A way to learn standardised spectra from standardised features."""

    def learn(self, features: FloatArray, targets: FloatArray) -> dict[str, FloatArray]:
        """Learn (planet, 283) from (planet, feature); equal input gives equal numbers."""

    def apply(self, arrays: Arrays, features: FloatArray) -> FloatArray:
        """(planet, 283) for (planet, feature) by what `learn` returned."""


def learn_spectra(
    regression: SpectrumRegression, features: FloatArray, white: FloatArray, depth: FloatArray
) -> dict[str, FloatArray]:
    """Learn from planets with known depths.

    Parameters
    ----------
    features, white, depth : (planet, feature), (planet,), (planet, 283)
    """
    target = depth / white[:, None] - 1.0
    standard = {
        "feature_mean": np.median(features, axis=0),
        "feature_scale": _spread(features),
        "target_mean": np.median(target, axis=0),
        "target_scale": _spread(target),
    }
    scaled = _standardised(target, standard["target_mean"], standard["target_scale"])
    seen = _standardised(features, standard["feature_mean"], standard["feature_scale"])
    return standard | regression.learn(seen, scaled)


def apply_spectra(
    regression: SpectrumRegression, arrays: Arrays, features: FloatArray, white: FloatArray
) -> FloatArray:
    """(planet, 283) depths by what `learn_spectra` returned."""
    seen = _standardised(features, arrays["feature_mean"], arrays["feature_scale"])
    scaled = np.clip(regression.apply(arrays, seen), -_FARTHEST, _FARTHEST)
    target = arrays["target_mean"] + arrays["target_scale"] * scaled
    return np.asarray(white[:, None] * (1.0 + target))


def _spread(values: FloatArray) -> FloatArray:
    """Half of the range that holds 68 % of (planet, column) values: of normal ones sigma."""
    low, high = np.quantile(values, [0.16, 0.84], axis=0)
    return np.asarray(np.maximum(0.5 * (high - low), 1e-9))


def _standardised(values: FloatArray, centre: FloatArray, scale: FloatArray) -> FloatArray:
    return np.clip((values - centre) / scale, -_FARTHEST, _FARTHEST)
