"""Which pixels cannot be trusted during a whole visit, and for what reason.

The reasons are bit flags that are OR-ed, so that a product can say why a pixel was left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import BoolArray, FloatArray
from spectramind.detector.linearity import wild_coefficients


class PixelFlag(IntFlag):
    """Why a pixel is bad; UNKNOWN where its calibration holds no number."""

    HOT = 1
    DEAD = 2
    LINEARITY = 4
    FLAT = 8
    UNKNOWN = 16


@dataclass(frozen=True)
class PixelLimits:
    """What a sound pixel may look like in the calibration files.

    hot_sigma         clip level of the dark map; None keeps hot pixels
    linearity_range   smallest and largest relative correction up to 1e5 electron; None: no check
    flat_range        smallest and largest flat; None: no check
    """

    hot_sigma: float | None = 5.0
    linearity_range: tuple[float, float] | None = (-0.05, 0.15)
    flat_range: tuple[float, float] | None = (0.8, 1.2)


def hot_pixels(dark: FloatArray, sigma: float) -> BoolArray:
    """Pixels whose dark current lies above `sigma` standard deviations, by iterated clipping.

    Parameters
    ----------
    dark : (row, column) electron / s
    sigma : clip level in standard deviations about the median of what is left

    Returns
    -------
    (row, column) True where hot. Values far below the median are clipped from the statistics too,
    but a pixel with little dark current is not a bad one.
    """
    kept = np.isfinite(dark)
    while True:
        centre, scatter = np.median(dark[kept]), np.std(dark[kept])
        inside = kept & (np.abs(dark - centre) <= sigma * scatter)
        if np.array_equal(inside, kept):
            return np.asarray(~(dark <= centre + sigma * scatter))
        kept = inside


def pixel_flags(
    dark: FloatArray,
    dead: BoolArray,
    linear_corr: FloatArray,
    flat: FloatArray,
    limits: PixelLimits,
) -> NDArray[np.uint8]:
    """OR of the `PixelFlag` values of every pixel; zero is a sound pixel.

    Parameters
    ----------
    dark : (row, column) electron / s
    dead : (row, column) True where the pixel does not respond
    linear_corr : (6, row, column) coefficients, see `linearity`
    flat : (row, column) relative response

    Returns
    -------
    (row, column) bit flags
    """
    flags = np.where(dead, PixelFlag.DEAD, 0).astype(np.uint8)
    if limits.hot_sigma is not None:
        flags[hot_pixels(dark, limits.hot_sigma)] |= np.uint8(PixelFlag.HOT)
    if limits.linearity_range is not None:
        flags[wild_coefficients(linear_corr, *limits.linearity_range)] |= np.uint8(
            PixelFlag.LINEARITY
        )
    if limits.flat_range is not None:
        low, high = limits.flat_range
        flags[~((flat >= low) & (flat <= high))] |= np.uint8(PixelFlag.FLAT)
    return flags
