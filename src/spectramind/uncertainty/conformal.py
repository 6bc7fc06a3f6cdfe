"""Split-conformal correction of half-widths, and the band around a whole spectrum.

A score is |error| over the half-width that was promised. For a new planet, exchangeable with n
calibration planets, a share of at least 1 - alpha of its scores lies below the (1 - alpha)(n + 1)/n
quantile of the pooled scores in which every planet counts once (Vovk et al. 2005; for repeated
measures Dunn, Wasserman & Ramdas 2018, arXiv:1809.07441; Lee, Barber & Willett 2023,
arXiv:2306.06342). That channels of a planet depend on each other costs sharpness, not validity.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

LEVELS = (0.68, 0.90, 0.95)
"""Coverage of the published intervals."""
BAND_LEVEL = 0.90


def conformal_factor(scores: FloatArray, level: float) -> float:
    """Factor on half-widths that makes them cover a new planet's channels at `level`.

    Parameters
    ----------
    scores : (planet, channel) |error| / half-width; NaN where unknown
    level : coverage that is wanted

    Returns
    -------
    the largest score where too few planets are there for the level: no finite factor is guaranteed
    """
    known = np.isfinite(scores)
    rows = known.any(axis=1)
    planets = int(rows.sum())
    if planets == 0:
        return 1.0
    weight = known[rows] / known[rows].sum(axis=1, keepdims=True) / planets
    flat, share = scores[rows][known[rows]], weight[known[rows]]
    order = np.argsort(flat, kind="stable")
    # Rounding must not push a level that is reached exactly to the next score.
    reached = np.cumsum(share[order]) * planets / (planets + 1) + 1e-12
    place = int(np.searchsorted(reached, level))
    return float(flat[order][min(place, flat.size - 1)])


def region_factors(scores: FloatArray, regions: IntArray, level: float) -> FloatArray:
    """(channel,) factor of each channel, learnt from all channels of its region.

    Parameters
    ----------
    scores : (planet, channel)
    regions : (channel,) number of the region; equal numbers pool their scores
    """
    factors = np.empty(len(regions))
    for region in np.unique(regions):
        own = regions == region
        factors[own] = conformal_factor(scores[:, own], level)
    return factors


def band_factor(scores: FloatArray, level: float = BAND_LEVEL) -> float:
    """Factor on half-widths with which whole spectra lie within at `level`: the maximum's quantile.

    Parameters
    ----------
    scores : (planet, channel) |error| / half-width; NaN where unknown
    """
    known = np.isfinite(scores).any(axis=1)
    largest = np.nanmax(scores[known], axis=1) if known.any() else np.zeros(0)
    return conformal_factor(largest[:, None], level)
