"""The three parts of an error: FGS1, what all AIRS channels share, and the shape of the spectrum.

They err for different reasons (limb darkening of one band, geometry and drift, photon noise), so
their sigma is wrong by different factors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.models.fit_features import CHANNEL_FEATURES
from spectramind.uncertainty.sample import Sample

FloatArray = NDArray[np.float64]

_SIGMA, _SHAPE = (CHANNEL_FEATURES.index(name) for name in ("ln sigma", "ln shape sigma"))
PARTS = ("FGS1", "AIRS mean", "AIRS shape")
_OPPOSED = 0.99
"""Largest correlation between the mean and the shape of a channel, either sign."""


@dataclass(frozen=True)
class PartSigmas:
    """Standard deviations of the parts.

    fgs1    (planet,)
    common  (planet, 1) that all AIRS channels share
    shape   (planet, 282) of a channel's departure from the mean
    cross   (planet, 282) twice the covariance of the two
    """

    fgs1: FloatArray
    common: FloatArray
    shape: FloatArray
    cross: FloatArray

    def joined(self, factors: FloatArray) -> FloatArray:
        """(planet, 283) sigma with each part multiplied by its factor.

        Parameters
        ----------
        factors : (3,) or (planet, 3) in the order of `PARTS`
        """
        fgs1, mean, rest = np.broadcast_to(factors, (len(self.fgs1), 3)).T[..., None]
        variance = (mean * self.common) ** 2 + (rest * self.shape) ** 2 + mean * rest * self.cross
        return np.column_stack([fgs1[:, 0] * self.fgs1, np.sqrt(variance)])


def part_sigmas(sample: Sample) -> PartSigmas:
    """Split stated sigma into its parts; joined with factors of one they give it back.

    The transit fit knows how far each channel's shape is certain beside its sigma; an estimator
    that changes a sigma has changed both.
    """
    features = sample.channel_features[:, 1:]
    ratio = np.exp(features[..., _SHAPE] - features[..., _SIGMA])
    airs, common = sample.sigma[:, 1:], sample.common[:, None]
    shape = ratio * airs
    most = 2.0 * _OPPOSED * common * shape
    cross = np.clip(airs**2 - common**2 - shape**2, -most, most)
    return PartSigmas(sample.sigma[:, 0], common, shape, cross)


@dataclass(frozen=True)
class PartResiduals:
    """Normalised errors, part by part; NaN where unknown.

    fgs1, common  (planet,)
    shape         (planet, 282)
    """

    fgs1: FloatArray
    common: FloatArray
    shape: FloatArray

    def squares(self) -> FloatArray:
        """(planet, 3) mean square of each part; NaN where a planet has none."""
        known = np.isfinite(self.shape)
        total = np.where(known, self.shape, 0.0) ** 2
        count = known.sum(axis=1)
        shape = np.where(count > 0, total.sum(axis=1) / np.maximum(count, 1), np.nan)
        return np.column_stack([self.fgs1**2, self.common**2, shape])


@dataclass(frozen=True)
class PartSquare:
    """Mean squared residual / sigma of one part of the error, over planets; 1 where sigma is true.

    error  standard error of the mean
    """

    name: str
    mean: float
    error: float


def part_squares(sample: Sample) -> tuple[PartSquare, ...]:
    """One entry a part, of sigma as the estimator states it; none without two known planets."""
    found = []
    for name, squares in zip(PARTS, part_residuals(sample).squares().T, strict=True):
        known = squares[np.isfinite(squares)]
        if known.size > 1:
            error = float(known.std(ddof=1) / np.sqrt(known.size))
            found.append(PartSquare(name, float(known.mean()), error))
    return tuple(found)


def part_residuals(sample: Sample) -> PartResiduals:
    """Errors of each part in units of its sigma."""
    parts, error = part_sigmas(sample), sample.error
    airs = error[:, 1:]
    known = np.isfinite(airs)
    count = known.sum(axis=1)
    mean = np.where(known, airs, 0.0).sum(axis=1) / np.maximum(count, 1)
    mean = np.where(count > 0, mean, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return PartResiduals(
            error[:, 0] / parts.fgs1, mean / sample.common, (airs - mean[:, None]) / parts.shape
        )
