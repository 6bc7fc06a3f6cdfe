"""Time: when a read pair looked at the star, and how pairs are averaged into bins."""

from __future__ import annotations

import numpy as np

from spectramind.detector.light_curves import BoolArray, FloatArray
from spectramind.survey.instruments import InstrumentName

# A pair of the competition's simulator sees the star at the middle of the exposure between its
# reads: 2.45 s (AIRS) and 0.25 s (FGS1) into a cycle whose first stamp stands at 0.1 s.
_AFTER_FIRST_STAMP: dict[InstrumentName, float] = {"AIRS-CH0": 2.35, "FGS1": 0.15}


def pair_times(hours: FloatArray, instrument: InstrumentName) -> FloatArray:
    """Middle of the exposure of every pair.

    Parameters
    ----------
    hours : (frame,) hour, stamps of the frames (short, long, short, long)

    Returns
    -------
    (pair,) hour
    """
    return hours[0::2] + _AFTER_FIRST_STAMP[instrument] / 3600.0


def pairs_within(times: FloatArray, seconds: float) -> int:
    """How many consecutive pairs fit into a span: at least one, however sparse they are."""
    if times.size < 2:
        return 1
    spacing = 3600.0 * float(np.median(np.diff(times)))
    return max(1, round(seconds / spacing))


def bin_starts(pairs: int, per_bin: int) -> list[int]:
    """First pair of every bin; the last bin takes what is left, which may be less."""
    return list(range(0, pairs, per_bin))


def bin_times(times: FloatArray, per_bin: int) -> FloatArray:
    """(time,) hour, mean time of the pairs of each bin."""
    starts = bin_starts(times.size, per_bin)
    return np.asarray(np.add.reduceat(times, starts) / np.diff([*starts, times.size]))


def bin_pairs(values: FloatArray, kept: BoolArray, per_bin: int) -> tuple[FloatArray, FloatArray]:
    """Mean of the usable samples of every bin, and their number.

    Parameters
    ----------
    values : (pair, ...) electron / pair
    kept : (pair, ...) True where usable
    per_bin : pairs of a full bin

    Returns
    -------
    mean : (time, ...) electron / pair, zero where no sample is usable
    count : (time, ...) usable samples
    """
    starts = bin_starts(values.shape[0], per_bin)
    count = np.add.reduceat(kept.astype(np.float64), starts, axis=0)
    total = np.add.reduceat(np.where(kept, values, 0.0), starts, axis=0)
    return total / np.maximum(count, 1.0), count
