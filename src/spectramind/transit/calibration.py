"""From posteriors to the mean and sigma that are handed in: what out-of-fold residuals teach.

The sigma that scores best is the root mean square of the residual, so that each part of the error,
FGS1, the common AIRS error and the AIRS shape, is scaled by the root mean square of its normalised
residual. The mean may be moved by a small ridge regression, in units of the posterior's own sigma;
its strength is chosen by leave-one-out error and may turn out to be nothing at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import N_AIRS
from spectramind.survey.stars import Star
from spectramind.transit.posterior import DepthPosterior

FloatArray = NDArray[np.float64]

_RIDGES: tuple[float, ...] = (3.0, 10.0, 30.0, 100.0, 300.0)
_FACTOR_PLANETS = (
    10.0  # weight, in planets, of a factor of one: the posterior states its errors well
)
_CLIP = 5.0  # one wild planet must not set sigma for all; its own flags widen it
FEATURES = ("impact", "u1_airs", "u1_fgs1", "ln k_airs", "ln duration", "temperature", "rms shape")


@dataclass(frozen=True)
class ErrorParts:
    """Standard deviations of the parts of a posterior: FGS1, AIRS mean, AIRS shape (282,)."""

    fgs1: float
    airs_mean: float
    airs_shape: FloatArray


@dataclass(frozen=True)
class Residuals:
    """Normalised residuals of a planet: (truth - depth) / sigma of each part; shape as its rms."""

    fgs1: float
    airs_mean: float
    airs_shape: float


@dataclass(frozen=True)
class TransitCalibration:
    """Factors on sigma, and shifts of FGS1 and of the AIRS mean in units of their sigma.

    factors   (3,) FGS1, AIRS mean, AIRS shape
    centre, scale  (feature,) standardisation of the features
    shift     (2, 1 + feature) coefficients for FGS1 and AIRS mean, intercept first
    """

    factors: FloatArray
    centre: FloatArray
    scale: FloatArray
    shift: FloatArray

    def fault(self) -> str | None:
        """What no calibration can have, or None."""
        count = len(FEATURES)
        shapes = {"factors": (3,), "centre": (count,), "scale": (count,), "shift": (2, 1 + count)}
        for name, shape in shapes.items():
            values = getattr(self, name)
            if values.shape != shape or not np.isfinite(values).all():
                return f"{name} of shape {values.shape}, or not finite"
        return None


def neutral_calibration() -> TransitCalibration:
    """The calibration that changes nothing."""
    n = len(FEATURES)
    return TransitCalibration(np.ones(3), np.zeros(n), np.ones(n), np.zeros((2, n + 1)))


def error_parts(posterior: DepthPosterior) -> ErrorParts:
    """Split the covariance of a posterior into FGS1, common AIRS error and AIRS shape."""
    diagonal, factors = posterior.variance_diagonal, posterior.factors
    mean = factors[1:].mean(axis=0)
    common = float(mean @ mean) + float(diagonal[1:].sum()) / N_AIRS**2
    shape = np.sum((factors[1:] - mean) ** 2, axis=1)
    shape += diagonal[1:] * (1.0 - 2.0 / N_AIRS) + float(diagonal[1:].sum()) / N_AIRS**2
    return ErrorParts(float(posterior.sigma[0]), float(np.sqrt(common)), np.sqrt(shape))


def residuals(posterior: DepthPosterior, truth: FloatArray) -> Residuals:
    """Normalised residuals of a planet with known depths (283,)."""
    parts = error_parts(posterior)
    error = truth - posterior.depth
    mean = float(error[1:].mean())
    shape = (error[1:] - mean) / parts.airs_shape
    return Residuals(
        fgs1=float(error[0]) / parts.fgs1,
        airs_mean=mean / parts.airs_mean,
        airs_shape=float(np.sqrt(np.mean(shape**2))),
    )


def features(posterior: DepthPosterior, star: Star) -> FloatArray:
    """(feature,) what errors of the mean may depend on, in the order of `FEATURES`."""
    geometry = posterior.geometry
    airs = posterior.depth[1:]
    return np.array(
        [
            geometry["impact"],
            geometry["u1_airs"],
            geometry["u1_fgs1"],
            np.log(geometry["k_airs"]),
            np.log(max(geometry["duration"], 0.1)),
            star.temperature / 1000.0,
            np.log(max(float(airs.std()), 1e-6)),
        ]
    )


def _ridge(design: FloatArray, target: FloatArray) -> FloatArray:
    """Ridge coefficients, or zeros where no strength beats the mean square by leave-one-out."""
    best = float(np.mean(target**2))
    chosen: FloatArray = np.zeros(design.shape[1])
    for strength in _RIDGES:
        gram = design.T @ design + strength * np.eye(design.shape[1])
        hat = design @ np.linalg.solve(gram, design.T)
        loo = (target - hat @ target) / (1.0 - np.diag(hat))
        error = float(np.mean(loo**2))
        if error < 0.97 * best:
            best, chosen = error, np.asarray(np.linalg.solve(gram, design.T @ target), np.float64)
    return chosen


def _factor(values: FloatArray) -> float:
    square = float(np.sum(np.minimum(values**2, _CLIP**2)))
    return float(np.sqrt((square + _FACTOR_PLANETS) / (values.size + _FACTOR_PLANETS)))


def learn_calibration(
    posteriors: Sequence[DepthPosterior],
    truths: Sequence[FloatArray],
    stars: Sequence[Star],
    *,
    correct_mean: bool = True,
) -> TransitCalibration:
    """Calibration from planets with known depths, whose fits did not know them.

    Parameters
    ----------
    posteriors, truths, stars : one each a planet; those of the fallback are left out
    correct_mean : whether to look for a correction of the mean
    """
    used = [
        (p, t, s)
        for p, t, s in zip(posteriors, truths, stars, strict=True)
        if p.estimator == "joint"
    ]
    if not used:
        return neutral_calibration()
    rest = [residuals(posterior, truth) for posterior, truth, _ in used]
    target = np.array([[r.fgs1, r.airs_mean] for r in rest])
    table = np.array([features(posterior, star) for posterior, _, star in used])
    centre, scale = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-6)
    design = np.column_stack([np.ones(len(table)), (table - centre) / scale])
    shift = np.zeros((2, design.shape[1]))
    if correct_mean and len(table) > 2 * design.shape[1]:
        clipped = np.clip(target, -3.0, 3.0)
        shift = np.stack([_ridge(design, clipped[:, i]) for i in range(2)])
    left = target - design @ shift.T
    shape = np.array([r.airs_shape for r in rest])
    factors = np.array([_factor(left[:, 0]), _factor(left[:, 1]), _factor(shape)])
    return TransitCalibration(factors, centre, scale, shift)


def scaled_sigma(posterior: DepthPosterior, calibration: TransitCalibration) -> FloatArray:
    """(283,) sigma of a posterior with each part of its error scaled; a fallback's is its own."""
    if posterior.estimator != "joint":
        return posterior.sigma
    parts = error_parts(posterior)
    fgs1, mean, shape = calibration.factors
    airs = np.hypot(mean * parts.airs_mean, shape * parts.airs_shape)
    return np.concatenate([[fgs1 * parts.fgs1], airs])


def corrected_mean(
    posterior: DepthPosterior, star: Star, calibration: TransitCalibration
) -> FloatArray:
    """(283,) mean with the learnt correction, never negative; a fallback's is its own."""
    if posterior.estimator != "joint":
        return np.maximum(posterior.depth, 0.0)
    parts = error_parts(posterior)
    place = (features(posterior, star) - calibration.centre) / calibration.scale
    move = calibration.shift @ np.concatenate([[1.0], np.clip(place, -3.0, 3.0)])
    depth = posterior.depth.copy()
    depth[0] += move[0] * parts.fgs1
    depth[1:] += move[1] * parts.airs_mean
    return np.maximum(depth, 0.0)


def calibrated(
    posterior: DepthPosterior, star: Star, calibration: TransitCalibration
) -> tuple[FloatArray, FloatArray]:
    """Mean and sigma (283,) each, as they are handed in."""
    return (
        corrected_mean(posterior, star, calibration),
        scaled_sigma(posterior, calibration),
    )


def with_factors(calibration: TransitCalibration, factor: float) -> TransitCalibration:
    """The same with one factor for all parts of the error, for ablations."""
    return TransitCalibration(
        np.full(3, factor), calibration.centre, calibration.scale, calibration.shift
    )
