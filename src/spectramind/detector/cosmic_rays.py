"""Cosmic rays: single samples far off the local median of their own pixel."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from spectramind.detector.light_curves import BoolArray, FloatArray

MINIMUM_BLOCK = 5
"""Pairs below which a median says nothing about the outlier in it."""


def block_edges(pairs: int, length: int) -> list[int]:
    """Edges of the blocks that share a local median: `length` pairs each, the last takes the rest.

    >>> block_edges(23, 10)
    [0, 10, 23]
    """
    blocks = max(1, pairs // length)
    return [block * length for block in range(blocks)] + [pairs]


def reject_cosmic_rays(
    series: FloatArray, valid: BoolArray, slope: float, floor: float, sigma: float, length: int
) -> BoolArray:
    """Samples of one pixel that agree with the median of their block, and were valid before.

    The scale is the larger of the expected noise at the block's median and the pixel's own
    scatter (the median over blocks of the standard deviation in a block), because pointing
    jitter on a steep flank is no cosmic ray. Outliers of both signs go.

    Parameters
    ----------
    series : (pair,) electron / pair
    valid : (pair,) False where there is no value
    slope, floor : expected variance is `slope * max(median, 0) + floor`
    sigma : rejection level
    length : pairs of a block

    Returns
    -------
    (pair,) True where usable
    """
    edges = block_edges(series.size, length)
    blocks = [slice(*pair) for pair in pairwise(edges)]
    blocks = [block for block in blocks if valid[block].any()]
    kept = valid.copy()
    if not blocks:
        return kept
    scatter = float(np.median([np.std(series[block][valid[block]]) for block in blocks]))
    for block in blocks:
        centre = float(np.median(series[block][valid[block]]))
        scale = max(np.sqrt(slope * max(centre, 0.0) + floor), scatter)
        kept[block] &= np.abs(series[block] - centre) <= sigma * scale
    return kept
