"""How unlike the training planets a planet is, and how much wider its sigma must then be.

Two distances, each zero inside the range of the training planets: `setting` (star, orbit, depth)
and `conduct` (drift, fit quality, residuals). Nobody can measure errors where there are no planets,
but one can leave out the planets at the edge: for every feature those at either end are held out,
the range is drawn around the rest, and the growth of their squared residuals with distance gives a
slope. Absence of evidence is no evidence of true sigma, so the slope is the largest one that the
held-out planets do not exclude, not the likeliest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.models.conduct import conduct_features, usual_range
from spectramind.models.fit_features import PLANET_FEATURES
from spectramind.uncertainty.error_parts import PARTS, part_residuals
from spectramind.uncertainty.sample import Sample

FloatArray = NDArray[np.float64]

SETTING = ("impact", "u1 AIRS", "u1 FGS1", "ln k", "ln duration", "temperature", "ln gravity")
DISTANCES = ("setting", "conduct")

HELD_OUT = 0.15
"""Share of the planets at either end of a feature that is held out to learn from."""
LEAST_PLANETS = 60
"""Fewer planets have no edge to learn from."""
SLOPES: FloatArray = np.concatenate([[0.0], np.geomspace(0.02, 2.0, 47)])
EXCLUDED = 0.82
"""Fall of the log likelihood that excludes a slope at 90 %, one-sided."""
WIDEST = 8.0
_HALF = 2.0


@dataclass(frozen=True)
class Novelty:
    """The range of the training planets and what lies in leaving it.

    low, high, scale  (feature,) range and standard deviation of each feature
    slope             (part, distance) relative growth of sigma with each unit of distance
    """

    low: FloatArray
    high: FloatArray
    scale: FloatArray
    slope: FloatArray

    def lines(self) -> tuple[str, ...]:
        """What is applied, for people."""
        if not self.slope.any():
            return ("out of distribution: identity",)
        parts = ", ".join(
            f"{name} {own[0]:.2f} + {own[1]:.2f}"
            for name, own in zip(PARTS, self.slope, strict=True)
        )
        return (f"out of distribution, widening by unit of setting + conduct: {parts}",)


def novelty_features(sample: Sample) -> tuple[FloatArray, FloatArray]:
    """Features of both distances: (planet, setting), (planet, conduct)."""
    planet = sample.planet_features
    column = [PLANET_FEATURES.index(name) for name in SETTING]
    return planet[:, column], conduct_features(planet, sample.channel_features)


def _beyond(
    features: FloatArray, low: FloatArray, high: FloatArray, scale: FloatArray
) -> FloatArray:
    """(planet, feature) standard deviations outside the range."""
    outside = np.maximum(low - features, features - high) / scale
    return np.asarray(np.maximum(outside, 0.0))


def distances(novelty: Novelty, sample: Sample) -> FloatArray:
    """(planet, distance) of each planet from the training planets, in their standard deviations."""
    setting, conduct = novelty_features(sample)
    beyond = _beyond(np.column_stack([setting, conduct]), novelty.low, novelty.high, novelty.scale)
    split = setting.shape[1]
    both = [np.sum(part**2, axis=1) for part in (beyond[:, :split], beyond[:, split:])]
    return np.asarray(np.sqrt(np.column_stack(both)))


def familiar(novelty: Novelty, sample: Sample) -> FloatArray:
    """(planet,) 1 within the range of the training planets, half at two of their deviations."""
    square = np.sum(distances(novelty, sample) ** 2, axis=1)
    return np.asarray(1.0 / (1.0 + (square / _HALF**2) ** 2))


def widening(novelty: Novelty, sample: Sample) -> FloatArray:
    """(planet, part) factor on the sigma of each part; one for a planet like the others."""
    return np.asarray(np.minimum(1.0 + distances(novelty, sample) @ novelty.slope.T, WIDEST))


def learn_novelty(sample: Sample) -> Novelty:
    """Range of these planets, and slopes from those at the edge of each feature."""
    both = novelty_features(sample)
    low, high, scale = usual_range(np.column_stack(both))
    slope = np.zeros((len(PARTS), len(DISTANCES)))
    if len(sample) >= LEAST_PLANETS:
        square = part_residuals(sample).squares()
        for number, features in enumerate(both):
            for part in range(len(PARTS)):
                slope[part, number] = _slope(features, square[:, part])
    return Novelty(low, high, scale, slope)


def _slope(features: FloatArray, square: FloatArray) -> float:
    """Largest growth of sigma with distance that the planets at the edges do not exclude."""
    gain = np.zeros(len(SLOPES))
    tails = 0
    seen = np.zeros(len(features), dtype=np.bool_)
    for values in features.T:
        for signed in (values, -values):
            held = signed > np.quantile(signed, 1.0 - HELD_OUT)
            if not held.any():
                continue
            distance = _beyond(features[held], *usual_range(features[~held]))
            usual = float(np.nanmean(square[~held]))
            if not usual > 0.0:
                continue
            gain += _gain(np.sqrt(np.sum(distance**2, axis=1)), square[held] / usual)
            tails += int(held.sum())
            seen |= held
    if not tails:
        return 0.0
    # A planet at the edge of several features is one planet.
    gain *= seen.sum() / tails
    allowed = gain >= gain.max() - EXCLUDED
    return float(SLOPES[allowed][-1])


def _gain(distance: FloatArray, square: FloatArray) -> FloatArray:
    """(slope,) log likelihood of squared residuals against that without widening."""
    known = np.isfinite(square)
    wide = np.minimum(1.0 + SLOPES[:, None] * distance[known], WIDEST)
    gain = -np.log(wide) + 0.5 * square[known] * (1.0 - wide**-2)
    return np.asarray(gain.sum(axis=1))
