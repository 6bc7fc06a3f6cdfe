"""Time bins of every pixel that an instrument's extraction needs, read and reduced in one go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.detector_constants import DetectorConstants
from spectramind.detector.fused import reduce_pixels
from spectramind.detector.light_curves import FloatArray
from spectramind.detector.windows import IndexArray, PixelWindow

CountArray = NDArray[np.uint16]

GROUP = 16
"""Pixels that are reduced in one call."""


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
    star_reads                      (pixel, channel, 4) as `fused.read_ends`; 0 at bad pixels
    """

    star: FloatArray
    star_count: CountArray
    background: FloatArray
    background_count: CountArray
    rejected: int
    star_reads: FloatArray


def good_pixels(window: PixelWindow, constants: DetectorConstants) -> IndexArray:
    """(pixel,) ascending detector indices of the usable pixels that the window asks for."""
    wanted = np.union1d(window.star, window.background)
    return np.asarray(wanted[~constants.bad.ravel()[wanted]], dtype=np.int64)


def pixel_table(pixels: IndexArray, constants: DetectorConstants) -> FloatArray:
    """(pixel, 5) what `fused.reduce_pixels` needs to know of each pixel."""
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
    """Reduce the pixels' time series as they come from the file.

    Parameters
    ----------
    columns : index into `pixels` and counts (frame,) ADU, each pixel once
    pixels : (pixel,) detector indices, as from `good_pixels`
    """
    table = pixel_table(pixels, constants)
    linear_corr = np.ascontiguousarray(constants.linear_corr.reshape(6, -1)[:, pixels].T)
    rule = (cadence.sigma, cadence.pairs, cadence.block, cadence.per_bin)
    wanted = np.concatenate([window.star.ravel(), window.background.ravel()])
    mean = np.zeros((wanted.size, cadence.bins))
    count = np.zeros(mean.shape, dtype=np.uint16)
    rejected = np.zeros(wanted.size, dtype=np.int64)
    ends = np.zeros((wanted.size, 4))
    output = (mean, count, rejected, ends)
    # A pixel in both windows is a matter of configuration: it is reduced into its last row.
    row_of = np.full(constants.bad.size, -1)
    row_of[wanted] = np.arange(wanted.size)
    for positions, group in groups_of(columns, GROUP):
        rows = row_of[pixels[positions]]
        reduce_pixels(group, table[positions], linear_corr[positions], rule, rows, output)
    source = np.where(constants.bad.ravel()[wanted], np.arange(wanted.size), row_of[wanted])
    for row in np.flatnonzero(source != np.arange(wanted.size)):
        mean[row], count[row], rejected[row], ends[row] = (array[source[row]] for array in output)
    split = window.star.size
    return BinnedWindow(
        mean[:split].reshape(*window.star.shape, -1),
        count[:split].reshape(*window.star.shape, -1),
        mean[split:].reshape(*window.background.shape, -1),
        count[split:].reshape(*window.background.shape, -1),
        int(rejected[:split].sum()),
        ends[:split].reshape(*window.star.shape, 4),
    )


def groups_of(
    columns: Iterable[tuple[int, CountArray]], size: int
) -> Iterator[tuple[IndexArray, tuple[CountArray, ...]]]:
    """Group the time series, because a call of a kernel costs as much as a short series.

    Yields
    ------
    positions (pixel,) and as many series; the last group repeats a series to be of full size too,
    for the kernel is compiled for one size
    """
    remaining = iter(columns)
    while group := list(islice(remaining, size)):
        positions, series = zip(*group, strict=True)
        yield np.array(positions), (*series, *series[:1] * (size - len(series)))
