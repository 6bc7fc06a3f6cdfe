"""The production kernel: one pass over one pixel's column of the signal file.

A parquet column is the time series of one pixel, so everything up to the time bins happens while
that series is in cache: decode, linearity, dark, CDS, flat, cosmic rays, binning. The float64
cube of the reference chain never exists. The steps are those of `reference`, in its order.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import BoolArray, FloatArray
from spectramind.jit import kernel

CountArray = NDArray[np.uint16]
IndexArray = NDArray[np.int64]

_FEW_PAIRS = 200


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
def read_ends(counts: CountArray, pairs: int, ends: FloatArray) -> None:
    """How often a pixel meets the end of its range, and its mean reads.

    Parameters
    ----------
    counts : (frame,) ADU
    pairs : that are used
    ends : (4,) written: pairs with a read at an end of the converter's range; long reads that show
        the largest count; mean short and long read, ADU, of some pairs at either end of the visit
    """
    lowest, highest = counts[0], counts[0]
    for frame in range(2 * pairs):
        lowest, highest = min(lowest, counts[frame]), max(highest, counts[frame])
    clipped, ties = 0, 0
    if lowest == 0 or highest == 65535:
        for pair in range(pairs):
            short, long = counts[2 * pair], counts[2 * pair + 1]
            clipped += short == 0 or short == 65535 or long == 0 or long == 65535
    for pair in range(pairs):
        ties += counts[2 * pair + 1] == highest
    some = min(pairs, _FEW_PAIRS)
    first, last = np.int64(0), np.int64(0)
    for pair in range(some):
        late = pairs - 1 - pair
        first += np.int64(counts[2 * pair]) + np.int64(counts[2 * late])
        last += np.int64(counts[2 * pair + 1]) + np.int64(counts[2 * late + 1])
    ends[0], ends[1] = clipped, ties
    ends[2], ends[3] = first / (2.0 * some), last / (2.0 * some)


@kernel
def block_moments(blocks: FloatArray, mean: FloatArray, spread: FloatArray) -> None:
    """Mean and standard deviation of every block; NaN in it makes both NaN.

    The sums and what follows from them are loops of their own: the second becomes vector
    instructions. Four accumulators, because one would wait for its own result at every sample.
    Rows of a table, not offsets into a series: an index that cannot be negative
    costs no check.

    Parameters
    ----------
    blocks : (block, pair) electron / pair
    mean, spread : (block,) electron / pair, written
    """
    size = blocks.shape[1]
    fours = size // 4 * 4
    for block in range(blocks.shape[0]):
        sum0, sum1, sum2, sum3 = 0.0, 0.0, 0.0, 0.0
        square0, square1, square2, square3 = 0.0, 0.0, 0.0, 0.0
        for pair in range(0, fours, 4):
            a, b = blocks[block, pair], blocks[block, pair + 1]
            c, d = blocks[block, pair + 2], blocks[block, pair + 3]
            sum0, sum1, sum2, sum3 = sum0 + a, sum1 + b, sum2 + c, sum3 + d
            square0, square1 = square0 + a * a, square1 + b * b
            square2, square3 = square2 + c * c, square3 + d * d
        for pair in range(fours, size):
            a = blocks[block, pair]
            sum0, square0 = sum0 + a, square0 + a * a
        mean[block] = (sum0 + sum1) + (sum2 + sum3)
        spread[block] = (square0 + square1) + (square2 + square3)
    for block in range(blocks.shape[0]):
        centre = mean[block] / size
        variance = spread[block] / size - centre * centre
        mean[block] = centre
        spread[block] = math.sqrt(max(variance, 0.0)) + 0.0 * centre


@kernel
def suspicious_blocks(
    blocks: FloatArray,
    moments: tuple[FloatArray, FloatArray],
    limits: tuple[float, float, float],
    scatter: float,
    suspicious: BoolArray,
) -> bool:
    """Find the blocks in which a sample may be farther than the limit from the median.

    A median lies within one standard deviation of the mean, so that a block whose samples all
    keep that much more distance from the limit need not be sorted.

    Parameters
    ----------
    blocks : (block, pair) electron / pair
    moments : mean and standard deviation (block,) electron / pair
    limits : slope and floor of the expected variance, rejection level
    scatter : the pixel's own scatter, zero while unknown
    suspicious : (block,) written; True also where a sample is NaN

    Returns
    -------
    True if any block is suspicious
    """
    slope, floor, sigma = limits
    mean, spread = moments
    size = blocks.shape[1]
    reach = np.empty(blocks.shape[0])
    for block in range(blocks.shape[0]):
        # A sum of squares has lost up to this much; so rounding cannot let an outlier pass.
        lost = 1e-15 * size * (mean[block] * mean[block] + spread[block] * spread[block])
        margin = math.sqrt(spread[block] * spread[block] + lost)
        scale = math.sqrt(slope * max(mean[block] - margin, 0.0) + floor)
        reach[block] = 0.999999 * sigma * max(scale, scatter) - margin
    found = False
    for block in range(blocks.shape[0]):
        centre, limit = mean[block], reach[block]
        near = 0
        for pair in range(size):
            near += abs(blocks[block, pair] - centre) <= limit
        suspicious[block] = near != size
        found |= near != size
    return found


@kernel
def block_scatter(blocks: FloatArray, tail: FloatArray, spread: FloatArray) -> float:
    """Median over blocks of the standard deviation of the finite samples in a block.

    Parameters
    ----------
    blocks, tail : (block, pair) and (pair,) electron / pair, the last block by itself
    spread : (block,) standard deviation, NaN where a sample is; changed
    """
    for block in range(spread.size):
        if math.isnan(spread[block]):
            part = tail if block == blocks.shape[0] else blocks[block]
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

    Only a block where a sample may be far from the median is sorted, and only a pixel with such
    a block needs its own scatter.

    Parameters
    ----------
    series : (pair,) electron / pair, NaN where there is no value; changed
    limits : slope and floor of the expected variance `slope * max(median, 0) + floor`, and the
        rejection level in standard deviations
    length : pairs of a block
    """
    whole = max(1, series.size // length) - 1
    blocks = series[: whole * length].reshape(whole, length)
    tail = series[whole * length :]
    last = tail.reshape(1, tail.size)
    mean, spread = np.empty(whole + 1), np.empty(whole + 1)
    suspicious = np.empty(whole + 1, np.bool_)
    block_moments(blocks, mean[:whole], spread[:whole])
    block_moments(last, mean[whole:], spread[whole:])
    first, rest = (mean[:whole], spread[:whole]), (mean[whole:], spread[whole:])
    found = suspicious_blocks(blocks, first, limits, 0.0, suspicious[:whole])
    found |= suspicious_blocks(last, rest, limits, 0.0, suspicious[whole:])
    if not found:
        return
    scatter = block_scatter(blocks, tail, spread.copy())
    suspicious_blocks(blocks, first, limits, scatter, suspicious[:whole])
    suspicious_blocks(last, rest, limits, scatter, suspicious[whole:])
    for block in np.flatnonzero(suspicious):
        part = tail if block == whole else blocks[block]
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
    bins = series[: whole * per_bin].reshape(whole, per_bin)
    for position in range(whole):
        total = 0.0
        for pair in range(per_bin):
            total += bins[position, pair]
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
def reduce_pixels(
    columns: tuple[CountArray, ...],
    pixels: FloatArray,
    linear_corr: FloatArray,
    rule: tuple[float, int, int, int],
    rows: IndexArray,
    output: tuple[FloatArray, CountArray, IndexArray, FloatArray],
) -> None:
    """Time bins of a group of pixels from their raw counts.

    Parameters
    ----------
    columns : counts (frame,) ADU of each pixel; those beyond the length of `rows` are not used
    pixels : (pixel, 5) 1 / gain, offset, dark gathered between the reads, 1 / flat, variance floor
    linear_corr : (pixel, 6) coefficient of x^k
    rule : rejection level in sigma; pairs to use, of a cosmic-ray block, and of a bin
    rows : (pixel,) where in the output each pixel goes
    output : mean (row, time) electron / pair, count (row, time), rejected samples (row,), ends of
        the range (row, 4) as `read_ends` finds them
    """
    sigma, pairs, length, per_bin = rule
    mean, count, rejected, ends = output
    series = np.empty(pairs)
    for pixel in range(rows.size):
        row = rows[pixel]
        pair_series(columns[pixel], pixels[pixel], linear_corr[pixel], series)
        limits = (pixels[pixel, 3], pixels[pixel, 4], sigma)
        reject_outliers(series, limits, length)
        read_ends(columns[pixel], pairs, ends[row])
        rejected[row] = bin_series(series, per_bin, mean[row], count[row])
