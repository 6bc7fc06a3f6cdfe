"""What the baselines see of a planet: the first look at its light curves, and its star."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import N_CHANNELS
from spectramind.survey.stars import Star
from spectramind.transit.in_transit_ratio import PHASES, TransitRatio

FloatArray = NDArray[np.float64]

_LEAST_DEPTH = 1e-4
_STAR = 6
N_FEATURES = N_CHANNELS + 2 + 2 * PHASES.size + 2 + _STAR


@dataclass(frozen=True)
class LightFeatures:
    """Features of one planet.

    values  (N_FEATURES,) each channel's depth over the white depth, noise of both instruments,
            white light by phase, duration, white depth, star
    white   depth of AIRS white light, the unit that spectra are learnt in
    """

    values: FloatArray
    white: float


def light_features(ratio: TransitRatio, star: Star) -> LightFeatures:
    """Features of a planet; NaN in all of them where its light curves show nothing."""
    white = max(float(ratio.depth[1:].mean()), _LEAST_DEPTH)
    noise = np.array([ratio.noise[0], np.median(ratio.noise[1:])])
    impact = star.semi_major_axis * np.cos(np.radians(star.inclination))
    values = np.concatenate(
        [
            ratio.depth / white - 1.0,
            np.log(np.maximum(noise, 1e-9) / white),
            ((1.0 - ratio.white) / white).ravel(),
            np.log([ratio.duration, white]),
            np.log([star.radius, star.mass, star.temperature, star.period, star.semi_major_axis]),
            [impact],
        ]
    )
    seen = bool(np.isfinite(values).all())
    return LightFeatures(values if seen else np.full(N_FEATURES, np.nan), white)
