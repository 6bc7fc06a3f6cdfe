"""Foreground: light that is not the star's, told apart from its wings on dim pixels beside it.

Dim pixels hold more starlight than foreground (0.06-0.19 % of their channel's light each, on real
AIRS frames). Taking all of it away would dilute nothing and yet deepen every transit, because what
is subtracted does not follow the star. Starlight follows the star through drift and transit, so a
regression of the dim pixels on the star tells the two apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import FloatArray
from spectramind.detector.window_sums import filled_bins, weighted_series

CountArray = NDArray[np.uint16]


def foreground_level(mean: FloatArray, count: CountArray) -> FloatArray:
    """Light on the dim pixels of each channel over the whole visit, the star's wings included.

    The median over dim pixels of their mean over time, so that one strange pixel counts little;
    a channel without a usable dim pixel takes the median of the others.

    Parameters
    ----------
    mean : (pixel, channel, time) electron / pair, dim pixels
    count : (pixel, channel, time) usable samples, zero where there is none

    Returns
    -------
    (channel,) electron / pixel / pair
    """
    filled = filled_bins(count)
    usable = filled > 0
    pixels = mean.sum(axis=2) / np.maximum(filled, 1)
    known = usable.any(axis=0)
    level = np.zeros(mean.shape[1])
    for channel in np.flatnonzero(known):
        level[channel] = np.median(pixels[usable[:, channel], channel])
    level[~known] = np.median(level[known]) if known.any() else 0.0
    return level


def white_series(mean: FloatArray, count: CountArray) -> FloatArray | None:
    """(time,) mean over all pixels without a gap in time, electron / pixel / pair; None if none is.

    Parameters
    ----------
    mean, count : (pixel, channel, time) as for `foreground_level`
    """
    complete = filled_bins(count) == count.shape[2]
    if not complete.any():
        return None
    return np.asarray(weighted_series((complete / np.count_nonzero(complete))[None], mean)[0])


def light_beside_the_star(dim: FloatArray, star: FloatArray) -> float:
    """Part of the light on dim pixels that does not follow the star, electron / pixel / pair.

    Least squares of `dim = foreground + wings * star / mean(star)`. A visit whose star hardly
    changes cannot tell: the answer is drawn towards zero by a prior as wide as half of the light,
    and it is never negative nor more than all of it.

    Parameters
    ----------
    dim, star : (time,) white series, as from `white_series`
    """
    change = star / star.mean() - 1.0
    level, spread = float(dim.mean()), float(change @ change)
    if level <= 0.0 or spread == 0.0:
        return 0.0
    wings = float(change @ (dim - level)) / spread
    residual = dim - level - wings * change
    variance = float(residual @ residual) / max(dim.size - 2, 1) / spread
    trust = 1.0 / (1.0 + variance / (0.5 * level) ** 2)
    return float(np.clip(trust * (level - wings), 0.0, level))
