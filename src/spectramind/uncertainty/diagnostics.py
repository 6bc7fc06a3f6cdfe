"""Is the stated uncertainty true, and where is it not: arithmetic on errors and half-widths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.uncertainty.conformal import LEVELS
from spectramind.uncertainty.half_widths import winkler_score

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class CoverageRow:
    """Coverage of some cells.

    planets   that the cells belong to
    coverage  (level,) share of the errors within their intervals
    width     (level,) median full width, transit depth
    mean_z2   mean squared error / sigma
    """

    name: str
    planets: int
    coverage: FloatArray
    width: FloatArray
    mean_z2: float


def inside(error: FloatArray, half_width: FloatArray) -> FloatArray:
    """(..., level) 1 within the interval, 0 outside, NaN where the error is not known."""
    known = np.isfinite(error)[..., None]
    return np.where(known, np.abs(np.nan_to_num(error))[..., None] <= half_width, np.nan)


def coverage_row(
    name: str, cells: BoolArray, error: FloatArray, sigma: FloatArray, half_width: FloatArray
) -> CoverageRow:
    """Coverage of the cells (planet, channel) that are chosen and known."""
    chosen = cells & np.isfinite(error)
    if not chosen.any():
        nothing = np.full(len(LEVELS), np.nan)
        return CoverageRow(name, 0, nothing, nothing, float("nan"))
    return CoverageRow(
        name=name,
        planets=int(chosen.any(axis=1).sum()),
        coverage=np.asarray(inside(error, half_width)[chosen].mean(axis=0)),
        width=np.asarray(2.0 * np.median(half_width[chosen], axis=0)),
        mean_z2=float(np.mean((error[chosen] / sigma[chosen]) ** 2)),
    )


def coverage_rows(
    groups: Mapping[str, BoolArray], error: FloatArray, sigma: FloatArray, half_width: FloatArray
) -> tuple[CoverageRow, ...]:
    """One row for each group of cells, by name."""
    return tuple(
        coverage_row(name, cells, error, sigma, half_width) for name, cells in groups.items()
    )


def channel_spread(error: FloatArray, half_width: FloatArray, level: float) -> tuple[float, float]:
    """Spread over the channels of their coverage, and what sampling alone gives.

    Parameters
    ----------
    half_width : (planet, channel, level)

    Returns
    -------
    standard deviation over channels; binomial standard deviation of independent planets
    """
    within = inside(error, half_width)[..., LEVELS.index(level)]
    channels = np.isfinite(within).any(axis=0)
    share = np.nanmean(within[:, channels], axis=0)
    planets = float(np.isfinite(within[:, channels]).sum(axis=0).mean())
    return float(share.std()), float(np.sqrt(level * (1.0 - level) / planets))


def band_coverage(error: FloatArray, band: FloatArray) -> float:
    """Share of the planets whose whole known spectrum lies within the band (planet, channel)."""
    known = np.isfinite(error)
    within = (np.abs(np.nan_to_num(error)) <= band) | ~known
    return float(within[known.any(axis=1)].all(axis=1).mean())


def reliability_of_sigma(
    error: FloatArray, sigma: FloatArray, bins: int = 15
) -> tuple[FloatArray, FloatArray]:
    """Root mean square of sigma and of the error, in bins of equally many cells by sigma.

    Returns
    -------
    stated, made : (bin,)
    """
    known = np.isfinite(error) & np.isfinite(sigma)
    order = np.argsort(sigma[known], kind="stable")
    parts = np.array_split(order, min(bins, max(order.size, 1)))
    stated, made = (
        np.array([np.sqrt(np.mean(values[part] ** 2)) for part in parts])
        for values in (sigma[known], error[known])
    )
    return stated, made


def expected_normalised_error(error: FloatArray, sigma: FloatArray, bins: int = 15) -> float:
    """ENCE: mean over bins of |rms sigma - rms error| / rms sigma; 0 where sigma is true.

    Levi, Gispan, Giladi & Fetaya 2022, arXiv:1905.11659, equation 8.
    """
    stated, made = reliability_of_sigma(error, sigma, bins)
    return float(np.mean(np.abs(stated - made) / stated))


def mean_winkler(error: FloatArray, half_width: FloatArray, sigma: FloatArray) -> FloatArray:
    """(level,) mean Winkler score of the known cells in units of `sigma` (planet, channel).

    In that unit every planet counts alike; in transit depth a handful of hopeless planets would
    decide alone.
    """
    known = np.isfinite(error)
    return np.array(
        [
            float(np.mean((winkler_score(error, half_width[..., i], level) / sigma)[known]))
            for i, level in enumerate(LEVELS)
        ]
    )
