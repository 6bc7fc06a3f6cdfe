"""Time bins of every pixel that an instrument's extraction needs, read and reduced in one go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.detector_constants import DetectorConstants
from spectramind.detector.fused import reduce_pixel
from spectramind.detector.light_curves import FloatArray
from spectramind.detector.windows import IndexArray, PixelWindow

CountArray = NDArray[np.uint16]


@dataclass(frozen=True)
class Cadence:
    """How the pairs of a visit are grouped.

    pairs      pairs that are used
    per_bin    pairs of a full time bin
    block      pairs that share a local median in the search for cosmic rays
    sigma      rejection level of that search, infinite for none
    """

    pairs: int
    per_bin: int
    block: int
    sigma: float

    @property
    def bins(self) -> int:
        """Number of time bins; the last one may hold fewer pairs."""
        return -(-self.pairs // self.per_bin)


@dataclass(frozen=True)
class BinnedWindow:
    """Mean of the usable pairs of each pixel and bin.

    star, background                (pixel, channel, time) electron / pair, zero without samples
    star_count, background_count    (pixel, channel, time) samples; zero at bad pixels
    rejected                        samples of good pixels of the star window that were rejected
    """

    star: FloatArray
    star_count: CountArray
    background: FloatArray
    background_count: CountArray
    rejected: int


def good_pixels(window: PixelWindow, constants: DetectorConstants) -> IndexArray:
    """(pixel,) ascending detector indices of the usable pixels that the window asks for."""
    wanted = np.union1d(window.star, window.background)
    return np.asarray(wanted[~constants.bad.ravel()[wanted]], dtype=np.int64)


def pixel_table(pixels: IndexArray, constants: DetectorConstants) -> FloatArray:
    """(pixel, 5) what `fused.reduce_pixel` needs to know of each pixel."""
    elapsed = constants.seconds[1] - constants.seconds[0]
    table = np.empty((pixels.size, 5))
    table[:, 0] = 1.0 / constants.gain
    table[:, 1] = constants.offset
    table[:, 2] = constants.dark.ravel()[pixels] * elapsed
    table[:, 3] = 1.0 / constants.flat.ravel()[pixels]
    table[:, 4] = constants.floor.ravel()[pixels]
    return table


def bin_window(
    columns: Iterable[tuple[int, CountArray]],
    pixels: IndexArray,
    window: PixelWindow,
    constants: DetectorConstants,
    cadence: Cadence,
) -> BinnedWindow:
    """Reduce the pixels' time series one by one as they come from the file.

    Parameters
    ----------
    columns : index into `pixels` and counts (frame,) ADU, each pixel once
    pixels : (pixel,) detector indices, as from `good_pixels`
    """
    table = pixel_table(pixels, constants)
    linear_corr = np.ascontiguousarray(constants.linear_corr.reshape(6, -1)[:, pixels].T)
    places = {int(index): place for place, index in np.ndenumerate(window.star)}
    dim_places = {int(index): place for place, index in np.ndenumerate(window.background)}
    star = np.zeros((*window.star.shape, cadence.bins))
    star_count = np.zeros(star.shape, dtype=np.uint16)
    background = np.zeros((*window.background.shape, cadence.bins))
    background_count = np.zeros(background.shape, dtype=np.uint16)
    series = np.empty(cadence.pairs)
    rule = (cadence.sigma, cadence.block, cadence.per_bin)
    rejected = 0
    for position, counts in columns:
        index = int(pixels[position])
        if index in places:
            output = star[places[index]], star_count[places[index]]
        else:
            output = background[dim_places[index]], background_count[dim_places[index]]
        lost = reduce_pixel(counts, table[position], linear_corr[position], rule, series, output)
        if index in places:
            rejected += lost
            # A pixel in both windows is a matter of configuration; it is reduced once.
            if index in dim_places:
                background[dim_places[index]], background_count[dim_places[index]] = output
    return BinnedWindow(star, star_count, background, background_count, rejected)
