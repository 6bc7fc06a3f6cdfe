"""Extraction: one flux per channel and time bin from the pixels of the window."""

from __future__ import annotations

import numpy as np

from spectramind.detector.light_curves import BoolArray, FloatArray
from spectramind.detector.noise import pair_variance

MINIMUM_SHARE = 0.3
"""A bin of a channel is masked when less than this share of its weighted profile is usable."""


def extract(
    mean: FloatArray,
    count: FloatArray,
    foreground: FloatArray,
    weighting: tuple[FloatArray, FloatArray],
    response: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Weighted estimate of the flux from the usable pixels only.

    `flux = sum w (d - b) / sum w p`, both sums over usable pixels: a missing pixel takes its share
    of the profile out of the denominator, so the estimate stays unbiased. With w = 1 this is the
    plain sum, with the missing pixels' light put back in proportion.

    Parameters
    ----------
    mean : (pixel, channel, time) electron / pair
    count : (pixel, channel, time) samples in the bin, zero where the pixel is not usable
    foreground : (channel, time) electron / pixel / pair
    weighting : profile and weights, each (pixel, channel)
    response : flat and variance floor of a pair, each (pixel, channel)

    Returns
    -------
    flux : (channel, time) electron / pair, NaN where masked
    variance : (channel, time) (electron / pair)^2, inf where masked
    mask : (channel, time)
    """
    profile, weights = (array[:, :, None] for array in weighting)
    flat, floor = (array[:, :, None] for array in response)
    usable = np.where(count > 0, weights, 0.0)
    share = (usable * profile).sum(axis=0)
    mask = ~(share > MINIMUM_SHARE * (weights * profile).sum(axis=0))
    share = np.where(mask, np.nan, share)
    flux = (usable * (mean - foreground)).sum(axis=0) / share
    noise = pair_variance(mean, flat, floor) / np.maximum(count, 1)
    variance = (usable**2 * noise).sum(axis=0) / share**2
    return flux, np.where(mask, np.inf, variance), mask
