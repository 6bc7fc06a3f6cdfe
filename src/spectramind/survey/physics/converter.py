"""The converter's gain and offset against the frames that they turn into electrons.

Pixels at the rim see next to no light within the tenth of a second of a short read: they stand at
zero electrons. Bright pixels hold light in proportion to the time since reset. And light is counted
in electrons: differences of like reads scatter as Poisson's law has it, or more, never by less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.survey.adc import Adc
from spectramind.survey.instruments import Instrument

FloatArray = NDArray[np.float64]

_RIM = 12.0
"""Electrons; one count is 2.3. Real rims stand at 0.2 to 2.5."""
_RATIO = 1.08
"""Factor to the ratio of exposures; real reads keep it to one per cent."""
_LEAST_SCATTER = 0.6
_LEAST_LIGHT = 30.0
"""Electrons in a short read, below which a ratio says nothing."""


@dataclass(frozen=True)
class ReadLevels:
    """What some reads of one visit show.

    rim      ADU, median of the rim in short reads
    short    (pixel,) ADU, medians of bright pixels
    long     (pixel,) ADU
    scatter  (pixel,) ADU^2, half the variance of the difference of neighbouring long reads
    """

    rim: float
    short: FloatArray
    long: FloatArray
    scatter: FloatArray


def exposure_ratio(instrument: Instrument) -> float:
    """Time since reset of the long read over that of the short one."""
    return instrument.last_read_seconds / instrument.first_read_seconds


def read_levels(rim: FloatArray, star: FloatArray) -> ReadLevels:
    """Levels from (frame, pixel) ADU of the rim and of the star; frames alternate, short first.

    Of the star the brightest quarter of the pixels counts.
    """
    light = np.abs(np.median(star[1::2], axis=0) - np.median(star[::2], axis=0))
    bright = star[:, light >= np.quantile(light, 0.75)]
    difference = np.diff(bright[1::2], axis=0)
    return ReadLevels(
        rim=float(np.median(rim[::2])),
        short=np.median(bright[::2], axis=0),
        long=np.median(bright[1::2], axis=0),
        scatter=0.5 * np.var(difference, axis=0),
    )


def check_order(file: Path | str, instrument: Instrument, visits: Sequence[ReadLevels]) -> None:
    """See that the short read of each pair comes first, in most of some visits.

    Raises
    ------
    DataError : it holds more light than the long one
    """
    turned = [float(np.sum(levels.short)) > float(np.sum(levels.long)) for levels in visits]
    if sum(turned) > 0.5 * len(turned):
        expected = f"frames of {instrument.name} that alternate, short read first"
        found = "more light in the short reads, as where frames are shifted by one"
        raise DataError(file, expected, found, "restore the frames")


def check_converter(
    file: Path | str, instrument: Instrument, adc: Adc, visits: Sequence[ReadLevels]
) -> None:
    """Hold gain and offset against the reads of some visits, by their median.

    Raises
    ------
    DataError : the rim is not at zero, the reads are not in the ratio of their exposures, or
        electrons scatter by less than Poisson's law
    """
    name = instrument.name
    rim = float(np.median([levels.rim / adc.gain + adc.offset for levels in visits]))
    if abs(rim) > _RIM:
        counts = float(np.median([levels.rim for levels in visits]))
        fits = f"an offset of {-counts / adc.gain:.4g}"
        if adc.offset < 0.0:
            fits = f"a gain of {counts / -adc.offset:.4g}, or {fits}"
        expected = f"rim pixels of {name} near 0 electron in short reads"
        found = f"{rim:.4g} with gain {adc.gain:g} and offset {adc.offset:g}"
        raise DataError(file, expected, found, f"restore the file ({fits} would fit)")
    wanted = exposure_ratio(instrument)
    ratio = float(np.median([_ratio(levels, adc) for levels in visits]))
    if np.isfinite(ratio) and not 1 / _RATIO < ratio / wanted < _RATIO:
        expected = f"long reads of {name} at {wanted:g} times the short ones, as their exposures"
        remedy = "check gain and offset"
        raise DataError(file, expected, f"{ratio:.4g} times", remedy)
    scatter = float(np.median([_scatter(levels, adc) for levels in visits]))
    if scatter < _LEAST_SCATTER:
        expected = f"{name} to scatter as counted electrons do, or more"
        remedy = f"check gain and offset (a gain of {adc.gain * scatter:.4g} would fit)"
        raise DataError(file, expected, f"{scatter:.2g} of that variance", remedy)


def _ratio(levels: ReadLevels, adc: Adc) -> float:
    short = float(np.sum(levels.short / adc.gain + adc.offset))
    long = float(np.sum(levels.long / adc.gain + adc.offset))
    if max(short, long) < _LEAST_LIGHT * levels.short.size:
        return float("nan")
    return long / short if short > 0.0 else float("inf")


def _scatter(levels: ReadLevels, adc: Adc) -> float:
    """Variance of long reads over the number of their electrons."""
    electrons = levels.long / adc.gain + adc.offset
    return float(np.median(levels.scatter / adc.gain**2 / np.maximum(electrons, 1.0)))
