"""Pixels that meet the end of their range more often than now and then.

A pixel that loses its highest samples reads too little when the star is bright, so that a transit
comes out too shallow: no sample of it can be kept. The end is that of the converter, or the pixel's
own full well, where many long reads show exactly the largest count of all.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spectramind.detector.binned_window import BinnedWindow
from spectramind.detector.light_curves import BoolArray, FloatArray

_SHARE = 1e-3
"""Of pairs: one sample in a thousand lost at the top moves a mean by 0.003 of its scatter."""
_LEAST = 3
_TIES_SHARE = 0.01
_LEAST_TIES = 12


def saturated_pixels(clipped: FloatArray, ties: FloatArray, pairs: int) -> BoolArray:
    """Which pixels lose more than now and then.

    Parameters
    ----------
    clipped : pairs with a read at an end of the converter's range, any shape
    ties : long reads that show the largest count of the pixel, same shape
    pairs : of the visit
    """
    at_converter = clipped >= max(_LEAST, _SHARE * pairs)
    at_full_well = ties >= max(_LEAST_TIES, _TIES_SHARE * pairs)
    return np.asarray(at_converter | at_full_well)


def saturation_of(binned: BinnedWindow, pairs: int) -> BoolArray:
    """(pixel, channel) which pixels of the star's window saturate more than now and then."""
    return saturated_pixels(binned.star_reads[..., 0], binned.star_reads[..., 1], pairs)


def without_saturated(binned: BinnedWindow, saturated: BoolArray) -> BinnedWindow:
    """The window with no sample of saturated pixels (pixel, channel)."""
    if not saturated.any():
        return binned
    star, count = binned.star.copy(), binned.star_count.copy()
    star[saturated], count[saturated] = 0.0, 0
    return replace(binned, star=star, star_count=count)
