"""What the numbers of the 2024 converters mean, decided from the frames themselves.

The page of that edition says "multiply by the gain, add the offset"; its best participants divided,
or turned the sign of the offset. Pixels at the rim of the detector see next to no light, and a
short read lasts a tenth of a second: the right reading puts them near zero electrons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.survey.adc import Adc
from spectramind.survey.instruments import AIRS, Instrument
from spectramind.survey.parquet import parquet_faults

FloatArray = NDArray[np.float64]

_READS = 200
_NEAR_ZERO = 25.0
"""Electrons that rim pixels of a short read may show: foreground and stray light, no pedestal."""


@dataclass(frozen=True)
class AdcReading:
    """How counts become electrons.

    divides     counts / gain, else counts * gain
    turned      the offset is subtracted, else added
    """

    divides: bool
    turned: bool

    @property
    def name(self) -> str:
        """The arithmetic, as text."""
        return f"counts {'/' if self.divides else '*'} gain {'-' if self.turned else '+'} offset"

    def converter(self, stated: Adc) -> Adc:
        """The converter in the one convention that the detector stage knows."""
        gain = stated.gain if self.divides else 1.0 / stated.gain
        return Adc(-stated.offset if self.turned else stated.offset, gain)


READINGS = tuple(
    AdcReading(divides, turned) for divides in (True, False) for turned in (False, True)
)


@dataclass(frozen=True)
class RimSample:
    """Rim pixels of short reads of one instrument in one visit.

    counts   median, ADU
    stated   converter as the table has it
    """

    file: Path
    counts: float
    stated: Adc


def rim_sample(path: Path, instrument: Instrument, stated: Adc) -> RimSample:
    """Median counts of rim pixels in the first short reads of a signal file.

    Raises
    ------
    DataError : the file is missing or damaged, or lacks a pixel
    """
    names = [f"column_{pixel}" for pixel in rim_pixels(instrument)]
    with parquet_faults(path):
        frames = pl.scan_parquet(path.absolute(), glob=False).select(names).head(2 * _READS)
        counts = frames.collect().to_numpy()[::2]
    if counts.size == 0:
        raise DataError(path, "frames", "none", "copy the file again")
    return RimSample(path, float(np.median(counts)), stated)


def rim_pixels(instrument: Instrument) -> list[int]:
    """Detector indices far from the star: outer rows of AIRS, corners of FGS1."""
    rows = np.array([0, 1, instrument.rows - 2, instrument.rows - 1])
    columns = np.arange(0, instrument.columns, 8) if instrument is AIRS else rows
    return [int(row * instrument.columns + column) for row in rows for column in columns]


def decide_reading(samples: Sequence[RimSample]) -> AdcReading:
    """The reading that puts rim pixels nearest to zero electrons, in all samples together.

    Raises
    ------
    DataError : no reading comes near zero, so that the table belongs to other frames
    """
    away = [
        np.median([abs(_electrons(sample, reading)) for sample in samples]) for reading in READINGS
    ]
    best = int(np.argmin(away))
    if away[best] > _NEAR_ZERO:
        expected = f"rim pixels of short reads within {_NEAR_ZERO:g} electrons of zero"
        found = f"{away[best]:.0f} at best, with {READINGS[best].name}"
        remedy = "take frames and converters of the same survey"
        raise DataError(samples[0].file, expected, found, remedy)
    return READINGS[best]


def _electrons(sample: RimSample, reading: AdcReading) -> float:
    converter = reading.converter(sample.stated)
    return sample.counts / converter.gain + converter.offset
