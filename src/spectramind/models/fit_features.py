"""What a transit fit says about its own trustworthiness, channel by channel and overall.

Networks and calibrators learn from these where the posterior's mean or sigma is wrong. None of them
is the depth itself: a spectrum must not be moved because of how deep it is, only because of how it
was measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import N_CHANNELS
from spectramind.survey.stars import Star
from spectramind.transit.calibration import error_parts
from spectramind.transit.planet_fit import PlanetFit

FloatArray = NDArray[np.float64]

CHANNEL_FEATURES = (
    "ln sigma",
    "ln shape sigma",
    "ln noise",
    "contrast",
    "roughness",
    "residual out",
    "residual edge",
    "residual in",
    "ln rms out",
    "ln rms edge",
    "ln rms in",
    "u1",
    "u2",
)
PLANET_FEATURES = (
    "impact",
    "u1 AIRS",
    "u1 FGS1",
    "ln k",
    "ln duration",
    "temperature",
    "ln gravity",
    "ln shape amplitude",
    "ln FGS1 sigma",
    "ln AIRS mean sigma",
    "ln AIRS noise",
    "ln chi2",
    "drift",
    "visits",
    "doubts",
)
_DEEPEST = 50.0  # sigma; a contrast beyond that says no more
_LEAST = 1e-9


@dataclass(frozen=True)
class FitFeatures:
    """Features of one planet; all finite, or all NaN after a fallback.

    channel  (283, CHANNEL_FEATURES)
    planet   (PLANET_FEATURES,)
    """

    channel: FloatArray
    planet: FloatArray


def absent_features() -> FitFeatures:
    """Of a planet that the joint inference did not describe: all NaN."""
    return FitFeatures(
        np.full((N_CHANNELS, len(CHANNEL_FEATURES)), np.nan), np.full(len(PLANET_FEATURES), np.nan)
    )


def _ln(values: FloatArray | float) -> FloatArray:
    """Natural logarithm, finite for zero and infinity."""
    return np.asarray(np.log(np.clip(values, _LEAST, 1.0 / _LEAST)))


def _roughness(depth: FloatArray) -> FloatArray:
    """(282,) departure of each channel from the mean of its two neighbours; 0 at the ends."""
    out = np.zeros(depth.size)
    out[1:-1] = depth[1:-1] - 0.5 * (depth[:-2] + depth[2:])
    return out


def fit_features(fit: PlanetFit, star: Star) -> FitFeatures:
    """Features of a fit; a fallback has none.

    contrast and roughness are the depth relative to the AIRS mean and to its two neighbours, in
    units of the shape sigma; residuals and rms are those of `PhaseResiduals`; drift is the rms
    Legendre coefficient of all curves; doubts the number of flags.
    """
    posterior = fit.posterior
    if posterior.estimator != "joint":
        return absent_features()
    parts, geometry, residuals = error_parts(posterior), posterior.geometry, fit.residuals
    shape_sigma = np.concatenate([[parts.fgs1], parts.airs_shape])
    airs = posterior.depth[1:]
    contrast = (posterior.depth - airs.mean()) / shape_sigma
    rough = np.concatenate([[0.0], _roughness(airs) / parts.airs_shape])
    channel = np.column_stack(
        [
            _ln(posterior.sigma),
            _ln(shape_sigma),
            _ln(residuals.noise),
            np.clip(contrast, -_DEEPEST, _DEEPEST),
            np.clip(rough, -_DEEPEST, _DEEPEST),
            residuals.mean,
            _ln(residuals.rms),
            fit.limb_darkening[:, :2],
        ]
    )
    drift = np.concatenate([curve.drift.ravel() for curve in fit.curves])
    gravity = star.mass / star.radius**2
    planet = np.array(
        [
            abs(geometry["impact"]),
            geometry["u1_airs"],
            geometry["u1_fgs1"],
            *_ln(np.array([geometry["k_airs"], geometry["duration"]])),
            star.temperature / 1000.0,
            *_ln(np.array([gravity, airs.std(), parts.fgs1, parts.airs_mean])),
            float(np.median(_ln(residuals.noise[1:]))),
            *_ln(np.array([fit.chi2])),
            1e3 * float(np.sqrt(np.mean(drift**2))),
            float(len({curve.visit for curve in fit.curves})),
            float(len(posterior.flags)),
        ]
    )
    return FitFeatures(channel, planet)
