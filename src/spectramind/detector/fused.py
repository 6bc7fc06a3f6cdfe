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
def block_moments(series: FloatArray, start: int, end: int) -> tuple[float, float]:
    """Mean and standard deviation of a block; NaN in it makes both NaN.

    Four accumulators each, because one would wait for its own result at every sample.
    """
    shift = series[start]
    sum0, sum1, sum2, sum3 = 0.0, 0.0, 0.0, 0.0
    square0, square1, square2, square3 = 0.0, 0.0, 0.0, 0.0
    fours = start + (end - start) // 4 * 4
    for pair in range(start, fours, 4):
        a, b = series[pair] - shift, series[pair + 1] - shift
        c, d = series[pair + 2] - shift, series[pair + 3] - shift
        sum0, sum1, sum2, sum3 = sum0 + a, sum1 + b, sum2 + c, sum3 + d
        square0, square1 = square0 + a * a, square1 + b * b
        square2, square3 = square2 + c * c, square3 + d * d
    for pair in range(fours, end):
        a = series[pair] - shift
        sum0 += a
        square0 += a * a
    mean = ((sum0 + sum1) + (sum2 + sum3)) / (end - start)
    variance = ((square0 + square1) + (square2 + square3)) / (end - start) - mean * mean
    return shift + mean, math.sqrt(max(variance, 0.0)) + 0.0 * mean


@kernel
def all_within(series: FloatArray, start: int, end: int, centre: float, reach: float) -> bool:
    """True if no sample of a block is farther than `reach` from `centre`, and none is NaN."""
    near = 0
    for pair in range(start, end):
        near += abs(series[pair] - centre) <= reach
    return near == end - start


@kernel
def block_scatter(series: FloatArray, length: int) -> float:
    """Median over blocks of the standard deviation of the finite samples in a block."""
    blocks = max(1, series.size // length)
    spread = np.empty(blocks)
    for block in range(blocks):
        start = block * length
        end = series.size if block == blocks - 1 else start + length
        spread[block] = block_moments(series, start, end)[1]
        if math.isnan(spread[block]):
            part = series[start:end]
            finite = part[np.isfinite(part)]
            if finite.size > 0:
                spread[block] = np.std(finite)
    known = spread[np.isfinite(spread)]
    return np.median(known) if known.size > 0 else np.nan


@kernel
def reject_in_block(part: FloatArray, limits: tuple[float, float, float], scatter: float) -> None:
    """Set samples far from the median of their block to NaN.

    Parameters
    ----------
    part : (pair,) electron / pair, changed
    limits : slope and floor of the expected variance, rejection level
    scatter : the pixel's own scatter
    """
    slope, floor, sigma = limits
    median = np.median(part[np.isfinite(part)])
    scale = max(math.sqrt(slope * max(median, 0.0) + floor), scatter)
    for pair in range(part.size):
        if abs(part[pair] - median) > sigma * scale:
            part[pair] = np.nan


@kernel
def reject_outliers(series: FloatArray, limits: tuple[float, float, float], length: int) -> None:
    """Set cosmic rays in `series` to NaN, by the rule of `cosmic_rays.reject_cosmic_rays`.

    A block in which no sample can be far from the median is not sorted, and only a pixel with a
    block where one may be needs its own scatter.

    Parameters
    ----------
    series : (pair,) electron / pair, NaN where there is no value; changed
    limits : slope and floor of the expected variance `slope * max(median, 0) + floor`, and the
        rejection level in standard deviations
    length : pairs of a block
    """
    slope, floor, sigma = limits
    scatter = -1.0
    blocks = max(1, series.size // length)
    for block in range(blocks):
        start = block * length
        end = series.size if block == blocks - 1 else start + length
        centre, spread = block_moments(series, start, end)
        scale = math.sqrt(slope * max(centre - spread, 0.0) + floor)
        # A median lies within one standard deviation of the mean; a little under the limit, so
        # that rounding cannot let an outlier pass.
        reach = 0.999999 * sigma * max(scale, scatter) - spread
        if all_within(series, start, end, centre, reach):
            continue
        if scatter < 0.0:
            scatter = block_scatter(series, length)
            if scatter > scale:
                reach = 0.999999 * sigma * scatter - spread
                if all_within(series, start, end, centre, reach):
                    continue
        part = series[start:end]
        if np.isfinite(part).any():
            reject_in_block(part, limits, scatter)


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
    series: FloatArray,
    output: tuple[FloatArray, CountArray],
) -> int:
    """Time bins of one pixel from its raw counts.

    Parameters
    ----------
    counts : (frame,) ADU
    pixel : 1 / gain, offset, dark gathered between the reads, 1 / flat, variance floor
    linear_corr : (6,) coefficient of x^k
    rule : rejection level in sigma, pairs of a cosmic-ray block, pairs of a bin
    series : (pair,) scratch
    output : mean (time,) electron / pair and count (time,)

    Returns
    -------
    rejected samples
    """
    sigma, length, per_bin = rule
    pair_series(counts, pixel, linear_corr, series)
    reject_outliers(series, (pixel[3], pixel[4], sigma), length)
    return bin_series(series, per_bin, output[0], output[1])
