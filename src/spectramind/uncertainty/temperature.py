"""Temperature: sigma times the root mean square of the out-of-fold residual in units of sigma.

That factor maximises the Gaussian likelihood, hence the score (Guo et al. 2017, arXiv:1706.04599,
for one factor). Each level adds factors to the one before it; all are closed form and shrink
towards one, or towards those of the neighbours, as if a few planets more had been seen there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from spectramind.survey.instruments import N_AIRS, N_CHANNELS
from spectramind.uncertainty.error_parts import PARTS, part_residuals, part_sigmas
from spectramind.uncertainty.planet_groups import (
    AXES,
    MEMBERS,
    GroupEdges,
    group_edges,
    groups_of,
)
from spectramind.uncertainty.sample import Sample

FloatArray = NDArray[np.float64]

Level = Literal["identity", "global", "instrument", "parts", "channel", "group"]
LEVELS: tuple[Level, ...] = get_args(Level)

WILD = 6.0
"""Root mean squares beyond which a residual counts as that much: one wild planet must not set sigma
for all; its own flags and its distance to the others widen it."""
_LARGEST = 0.01
"""Share of the planets that does not set the bound."""
PRIOR_PLANETS = 2.0
GROUP_PLANETS = 12.0
"""Planets with a factor of one that every group is thought to hold besides its own."""
NEIGHBOURS = 6.0
"""Channels, standard deviation of the Gaussian over which factors of channels are averaged."""


@dataclass(frozen=True)
class Temperature:
    """Factors on sigma.

    level   what they were allowed to depend on
    parts   (3,) of FGS1, AIRS mean, AIRS shape
    channel (283,) further factor of each channel's own part
    group   (axis, member, 3) further factor of each part in each group of planets
    edges   where the groups part
    """

    level: Level
    parts: FloatArray
    channel: FloatArray
    group: FloatArray
    edges: GroupEdges

    def lines(self) -> tuple[str, ...]:
        """What is applied, for people."""
        if self.level == "identity":
            return ("temperature: identity",)
        parts = ", ".join(f"{name} x {f:.3f}" for name, f in zip(PARTS, self.parts, strict=True))
        lines = [f"temperature by {self.level}: {parts}"]
        if self.level == "channel":
            low, high = self.channel[1:].min(), self.channel[1:].max()
            lines.append(f"temperature of channels: AIRS shape x {low:.3f} to {high:.3f}")
        if self.level == "group":
            low, high = self.group.min(), self.group.max()
            lines.append(f"temperature of groups ({', '.join(AXES)}): x {low:.3f} to {high:.3f}")
        return tuple(lines)


def no_temperature() -> Temperature:
    """The temperature that changes nothing."""
    return Temperature(
        "identity",
        np.ones(len(PARTS)),
        np.ones(N_CHANNELS),
        np.ones((len(AXES), MEMBERS, len(PARTS))),
        GroupEdges(np.zeros(2)),
    )


def mean_square(square: FloatArray, prior: float) -> float:
    """Mean of squared normalised residuals, wild ones bounded, with `prior` more of them at one.

    Parameters
    ----------
    square : (planet,) NaN where unknown
    """
    known = square[np.isfinite(square)]
    if not known.size:
        return 1.0
    # The bound follows the residuals' own size, found without the largest of them.
    largest = max(1, round(_LARGEST * known.size)) if known.size > 1 else 0
    typical = float(np.sort(known)[: known.size - largest].mean())
    bounded = np.minimum(known, WILD**2 * max(typical, np.finfo(float).tiny))
    mean = float((bounded.sum() + prior) / (known.size + prior))
    return mean * predictive(known.size + prior)


def predictive(planets: float) -> float:
    """Variance of Student's t over that of the normal distribution: what few planets leave open.

    A factor that n residuals taught is itself uncertain by 1 / sqrt(2 n); the next residual in
    units of it follows Student's t with n degrees of freedom, of variance n / (n - 2).
    """
    return planets / max(planets - 2.0, 0.5 * planets)


def learn_temperature(sample: Sample, level: Level, weights: FloatArray) -> Temperature:
    """Factors of a level from planets with known depths that the estimator had not seen.

    Parameters
    ----------
    weights : (283,) of the channels in the score
    """
    neutral = no_temperature()
    if level == "identity" or not len(sample):
        return neutral
    if level in ("global", "instrument"):
        return replace(neutral, level=level, parts=_instrument_factors(sample, level, weights))
    rest = part_residuals(sample)
    square = rest.squares()
    parts = np.sqrt([mean_square(square[:, i], PRIOR_PLANETS) for i in range(len(PARTS))])
    found = replace(neutral, level=level, parts=parts)
    if level == "channel":
        return replace(found, channel=_channel_factors(rest.shape / parts[2]))
    if level == "group":
        edges = group_edges(sample)
        return replace(found, edges=edges, group=_group_factors(sample, square / parts**2, edges))
    return found


def _instrument_factors(sample: Sample, level: Level, weights: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        square = (sample.error / sample.sigma) ** 2
    known = np.isfinite(square)
    total = np.where(known, square, 0.0) * weights
    fgs1 = np.where(known[:, 0], square[:, 0], np.nan)
    airs = _ratio(total[:, 1:].sum(axis=1), (known * weights)[:, 1:].sum(axis=1))
    if level == "instrument":
        fgs1_factor, airs_factor = (mean_square(part, PRIOR_PLANETS) for part in (fgs1, airs))
        return np.sqrt([fgs1_factor, airs_factor, airs_factor])
    both = _ratio(total.sum(axis=1), (known * weights).sum(axis=1))
    return np.full(len(PARTS), np.sqrt(mean_square(both, PRIOR_PLANETS)))


def _ratio(total: FloatArray, weight: FloatArray) -> FloatArray:
    """(planet,) weighted mean, NaN where nothing is known."""
    return np.where(weight > 0, total / np.maximum(weight, np.finfo(float).tiny), np.nan)


def _channel_factors(shape: FloatArray) -> FloatArray:
    """(283,) factor of each AIRS channel, averaged over its neighbours."""
    known = np.isfinite(shape)
    bounded = np.clip(np.where(known, shape, 0.0), -WILD, WILD)
    total = gaussian_filter1d((bounded**2).sum(axis=0), NEIGHBOURS, mode="nearest")
    count = gaussian_filter1d(known.sum(axis=0).astype(np.float64), NEIGHBOURS, mode="nearest")
    factor = np.sqrt((total + GROUP_PLANETS) / (count + GROUP_PLANETS))
    assert factor.shape == (N_AIRS,)
    return np.concatenate([[1.0], factor])


def _group_factors(sample: Sample, square: FloatArray, edges: GroupEdges) -> FloatArray:
    """(axis, member, 3) factors, one axis after the other on what is left."""
    number = groups_of(sample, edges)
    factors = np.ones((len(AXES), MEMBERS, len(PARTS)))
    left = square.copy()
    for axis in range(len(AXES)):
        for member in range(MEMBERS):
            rows = number[:, axis] == member
            for part in range(len(PARTS)):
                mean = mean_square(left[rows, part], GROUP_PLANETS)
                factors[axis, member, part] = np.sqrt(mean)
        left = left / factors[axis, number[:, axis]] ** 2
    return factors


def planet_factors(temperature: Temperature, sample: Sample) -> FloatArray:
    """(planet, 3) factor of each part of each planet."""
    number = groups_of(sample, temperature.edges)
    factors = np.broadcast_to(temperature.parts, (len(sample), len(PARTS))).copy()
    for axis in range(len(AXES)):
        factors *= temperature.group[axis, number[:, axis]]
    return factors


def heated(
    temperature: Temperature, sample: Sample, widening: FloatArray | float = 1.0
) -> FloatArray:
    """(planet, 283) sigma with the factors applied.

    Parameters
    ----------
    widening : (planet, 3) further factor of each part
    """
    parts = part_sigmas(sample)
    own = replace(
        parts,
        fgs1=parts.fgs1 * temperature.channel[0],
        shape=parts.shape * temperature.channel[1:],
        cross=parts.cross * temperature.channel[1:],
    )
    return own.joined(planet_factors(temperature, sample) * widening)
