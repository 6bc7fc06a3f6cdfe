"""The production kernel: one pass over one pixel's column of the signal file.

A parquet column is the time series of one pixel, so everything up to the time bins happens while
that series is in cache: decode, linearity, dark, CDS, flat, cosmic rays, binning. The float64
cube of the reference chain never exists. The steps are those of `reference`, in its order.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import FloatArray
from spectramind.jit import kernel

CountArray = NDArray[np.uint16]


@kernel
def pair_series(
    counts: CountArray, pixel: FloatArray, linear_corr: FloatArray, series: FloatArray
) -> None:
    """Electrons of every pair of one pixel: decode, linearity, dark, CDS, flat.

    Parameters
    ----------
    counts : (frame,) ADU
    pixel : 1 / gain, offset, dark current gathered between the reads, 1 / flat
    linear_corr : (6,) coefficient of x^k
    series : (pair,) electron / pair, written; NaN where the converter hit an end of its range
    """
    electrons_per_count, offset, dark, response = pixel[0], pixel[1], pixel[2], pixel[3]
    c1, c2, c3 = linear_corr[1], linear_corr[2], linear_corr[3]
    c4, c5 = linear_corr[4], linear_corr[5]
    for pair in range(series.size):
        short = counts[2 * pair] * electrons_per_count + offset
        long = counts[2 * pair + 1] * electrons_per_count + offset
        # The constant term cancels between the reads.
        short = ((((c5 * short + c4) * short + c3) * short + c2) * short + c1) * short
        long = ((((c5 * long + c4) * long + c3) * long + c2) * long + c1) * long
        series[pair] = ((long - short) - dark) * response
    lowest, highest = counts[0], counts[0]
    for frame in range(2 * series.size):
        lowest, highest = min(lowest, counts[frame]), max(highest, counts[frame])
    if lowest == 0 or highest == 65535:
        for frame in range(2 * series.size):
            if counts[frame] == 0 or counts[frame] == 65535:
                series[frame // 2] = np.nan


@kernel
def block_moments(series: FloatArray, moments: FloatArray) -> None:
    """Mean, standard deviation and largest distance from the mean of the finite samples.

    Parameters
    ----------
    series : (pair,) electron / pair, NaN where there is no value
    moments : (3,) written; NaN where no sample is finite
    """
    shift = series[0]
    total, squares, low, high = 0.0, 0.0, shift, shift
    for value in series:
        offset = value - shift
        total += offset
        squares += offset * offset
        low, high = min(low, value), max(high, value)
    centre = total / series.size
    moments[0] = centre + shift
    moments[1] = math.sqrt(max(squares / series.size - centre * centre, 0.0))
    moments[2] = max(high - moments[0], moments[0] - low)
    if math.isnan(total):
        finite = series[np.isfinite(series)]
        moments[:] = np.nan
        if finite.size > 0:
            moments[0], moments[1] = np.mean(finite), np.std(finite)
            moments[2] = np.max(np.abs(finite - moments[0]))


@kernel
def reject_outliers(
    series: FloatArray, slope: float, floor: float, sigma: float, length: int, moments: FloatArray
) -> None:
    """Set cosmic rays in `series` to NaN, by the rule of `cosmic_rays.reject_cosmic_rays`.

    A median lies within one standard deviation of the mean, so a block whose extremes are near
    its mean needs no median. Only the few others are sorted.

    Parameters
    ----------
    series : (pair,) electron / pair, NaN where there is no value; changed
    slope, floor : expected variance is `slope * max(median, 0) + floor`
    length : pairs of a block
    moments : (block, 3) scratch
    """
    blocks = max(1, series.size // length)
    for block in range(blocks):
        end = series.size if block == blocks - 1 else (block + 1) * length
        block_moments(series[block * length : end], moments[block])
    spread = moments[:blocks, 1]
    known = spread[np.isfinite(spread)]
    if known.size == 0:
        return
    scatter = np.median(known)
    for block in range(blocks):
        centre, deviation, extreme = moments[block]
        lowest = max(centre - deviation, 0.0)
        surely = max(math.sqrt(slope * lowest + floor), scatter)
        if extreme + deviation < 0.999999 * sigma * surely or math.isnan(centre):
            continue
        end = series.size if block == blocks - 1 else (block + 1) * length
        part = series[block * length : end]
        median = np.median(part[np.isfinite(part)])
        scale = max(math.sqrt(slope * max(median, 0.0) + floor), scatter)
        for pair in range(part.size):
            if abs(part[pair] - median) > sigma * scale:
                part[pair] = np.nan


@kernel
def bin_series(series: FloatArray, per_bin: int, mean: FloatArray, count: CountArray) -> int:
    """Mean and number of the finite samples of every bin; returns how many samples are not.

    Parameters
    ----------
    series : (pair,) electron / pair, NaN where rejected
    mean, count : (time,) written; mean is zero where the count is
    """
    whole = series.size // per_bin
    for position in range(whole):
        total = 0.0
        for pair in range(position * per_bin, (position + 1) * per_bin):
            total += series[pair]
        mean[position] = total / per_bin
        count[position] = per_bin
    if whole < mean.size:
        mean[whole] = np.mean(series[whole * per_bin :])
        count[whole] = series.size - whole * per_bin
    rejected = 0
    for position in range(mean.size):
        if math.isnan(mean[position]):
            part = series[position * per_bin : (position + 1) * per_bin]
            finite = part[np.isfinite(part)]
            rejected += part.size - finite.size
            count[position] = finite.size
            mean[position] = np.sum(finite) / max(finite.size, 1)
    return rejected


@kernel
def reduce_pixel(
    counts: CountArray,
    pixel: FloatArray,
    linear_corr: FloatArray,
    rule: tuple[float, int, int],
    scratch: tuple[FloatArray, FloatArray],
    output: tuple[FloatArray, CountArray],
) -> int:
    """Time bins of one pixel from its raw counts.

    Parameters
    ----------
    counts : (frame,) ADU
    pixel : 1 / gain, offset, dark gathered between the reads, 1 / flat, variance floor
    linear_corr : (6,) coefficient of x^k
    rule : rejection level in sigma, pairs of a cosmic-ray block, pairs of a bin
    scratch : (pair,) and (block, 3)
    output : mean (time,) electron / pair and count (time,)

    Returns
    -------
    rejected samples
    """
    sigma, length, per_bin = rule
    series, moments = scratch
    pair_series(counts, pixel, linear_corr, series)
    reject_outliers(series, pixel[3], pixel[4], sigma, length, moments)
    return bin_series(series, per_bin, output[0], output[1])
