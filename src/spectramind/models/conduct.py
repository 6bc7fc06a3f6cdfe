"""How a fit behaved: the drift that it had to take up, and what it left in the light curves.

Conduct says nothing of the planet or its star. A fit that behaves worse than any of those that were
learnt from is wrong in ways that nobody has seen, however ordinary its planet.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.models.fit_features import CHANNEL_FEATURES, PLANET_FEATURES

FloatArray = NDArray[np.float64]

ORDINARY = 1.0
"""Mean residuals, in their sigma, below which size says nothing; beyond, its logarithm counts."""
RANGE = (0.01, 0.99)
"""Quantiles of the training planets between which a feature is nothing new."""
_OF_PLANET = [PLANET_FEATURES.index(name) for name in ("ln chi2", "drift")]
_SCATTER = [CHANNEL_FEATURES.index(f"ln rms {phase}") for phase in ("out", "edge", "in")]
_RESIDUAL = [CHANNEL_FEATURES.index(f"residual {phase}") for phase in ("out", "edge", "in")]


def conduct_features(planet: FloatArray, channel: FloatArray) -> FloatArray:
    """Conduct of one fit, or with a leading axis of many.

    Parameters
    ----------
    planet, channel : (..., PLANET_FEATURES), (..., 283, CHANNEL_FEATURES) of `FitFeatures`

    Returns
    -------
    (..., 14) ln chi2 and drift; scatter of FGS1 and of AIRS, mean residuals of FGS1 and of AIRS in
    three phases each
    """
    scatter = channel[..., _SCATTER]
    residual = np.log(ORDINARY + np.abs(channel[..., _RESIDUAL]))
    parts = [
        planet[..., _OF_PLANET],
        scatter[..., 0, :],
        np.median(scatter[..., 1:, :], axis=-2),
        residual[..., 0, :],
        residual[..., 1:, :].mean(axis=-2),
    ]
    return np.concatenate(parts, axis=-1)


def usual_range(features: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(feature,) ends of the range of (planet, feature), and their standard deviation."""
    low, high = np.quantile(features, RANGE, axis=0)
    scale = np.maximum(features.std(axis=0), 1e-3 * np.maximum(np.abs(high), np.abs(low)) + 1e-9)
    return low, high, scale
