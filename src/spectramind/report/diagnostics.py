"""How good predictions are: arithmetic on errors and stated sigmas."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

FloatArray = NDArray[np.float64]


def coverage(z: FloatArray, level: float) -> FloatArray:
    """(channel,) share of planets within the central Gaussian interval of `level`.

    Parameters
    ----------
    z : (planet, channel) error / sigma
    """
    share: FloatArray = np.mean(np.abs(z) <= half_width(level), axis=0)
    return share


def half_width(level: float) -> float:
    """Half-width of the central interval of a normal density, in standard deviations."""
    return float(ndtri(0.5 + level / 2))


def reliability(z: FloatArray, levels: FloatArray) -> FloatArray:
    """(level,) share of all values within the central Gaussian interval of each level."""
    edges = np.array([half_width(float(level)) for level in levels])
    ordered = np.sort(np.abs(z).ravel())
    share: FloatArray = np.searchsorted(ordered, edges, side="right") / max(ordered.size, 1)
    return share


def probability_integral(z: FloatArray, bins: int) -> FloatArray:
    """(bin,) density of Phi(z) on 0..1: 1 everywhere where the stated Gaussian is true."""
    counts, _ = np.histogram(ndtr(z.ravel()), bins=bins, range=(0.0, 1.0))
    return counts * (bins / max(z.size, 1))


def crps(error: FloatArray, sigma: FloatArray) -> FloatArray:
    """Continuous ranked probability score of a Gaussian, in the unit of `error`.

    Gneiting & Raftery (2007), doi:10.1198/016214506000001437, equation 21.
    """
    z = error / sigma
    density = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    score: FloatArray = sigma * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / math.sqrt(math.pi))
    return score


def residual_power(z: FloatArray) -> FloatArray:
    """(frequency,) mean power of error / sigma along the channels; 1 everywhere if independent.

    Parameters
    ----------
    z : (planet, channel); frequency k of `numpy.fft.rfftfreq(channel)`, k = 0 is the common error
    """
    power: FloatArray = np.mean(np.abs(np.fft.rfft(z, axis=1)) ** 2, axis=0) / z.shape[1]
    return power


@dataclass(frozen=True)
class PlanetMap:
    """Planets by the two strongest patterns of their residuals.

    place     (planet, 2) in standard deviations
    share     (2,) of the variance that each pattern explains
    outliers  planets farthest from the middle, farthest first
    """

    place: FloatArray
    share: FloatArray
    outliers: tuple[int, ...]


def planet_map(z: FloatArray, outliers: int) -> PlanetMap:
    """Principal components of the residuals.

    Parameters
    ----------
    z : (planet, channel) error / sigma; at least three planets
    """
    # One wild planet must not be the pattern that all others are shown along.
    limited = np.clip(z, -5.0, 5.0)
    centred = limited - limited.mean(axis=0)
    u, values, _ = np.linalg.svd(centred, full_matrices=False)
    place: FloatArray = np.asarray(u[:, :2] * math.sqrt(len(z)), dtype=np.float64)
    distance = np.hypot(place[:, 0], place[:, 1])
    far = tuple(int(row) for row in np.argsort(-distance)[:outliers])
    return PlanetMap(place, values[:2] ** 2 / np.sum(values**2), far)


def running_median(x: FloatArray, y: FloatArray, groups: int) -> tuple[FloatArray, FloatArray]:
    """Median of x and of y in `groups` equally full groups along x, each (group,)."""
    parts = [part for part in np.array_split(np.argsort(x), groups) if len(part)]
    middle = [(np.median(x[part]), np.median(y[part])) for part in parts]
    return np.array([m[0] for m in middle]), np.array([m[1] for m in middle])


def standard_error(values: FloatArray) -> float:
    """Standard error of the mean of independent values; infinite for a single one."""
    if len(values) < 2:
        return math.inf
    return float(np.std(values, ddof=1) / math.sqrt(len(values)))
