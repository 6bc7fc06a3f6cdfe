"""The two instruments and the 283 channels of the Ariel Data Challenge.

Source: the competition's data description and the real files; wavelength of AIRS-CH0 falls with
the detector column, so columns 39:321 are the 282 channels in reverse order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

InstrumentName = Literal["FGS1", "AIRS-CH0"]

N_AIRS = 282
N_CHANNELS = 1 + N_AIRS
"""Channel 0 is FGS1 (wl_1); channels 1..282 are AIRS-CH0 by ascending wavelength (wl_2..)."""

AIRS_COLUMNS = slice(39, 321)
"""Detector columns that carry the AIRS channels, by *descending* wavelength."""


@dataclass(frozen=True)
class Instrument:
    """Shape of one instrument's detector and the names of its entries in the survey's tables."""

    name: InstrumentName
    rows: int
    columns: int
    time_key: str
    first_read_seconds: float
    last_read_seconds: float

    @property
    def pixels(self) -> int:
        """Number of pixels of one frame, which is the number of columns of the signal file."""
        return self.rows * self.columns


# Seconds since reset of the short and the long read of a pair. `axis_info` gives 4.5 s as the
# AIRS integration time, which is their difference; 4.6 s since reset is what fits the frames.
FGS1 = Instrument("FGS1", 32, 32, "FGS1-axis0-h", 0.1, 0.2)
AIRS = Instrument("AIRS-CH0", 32, 356, "AIRS-CH0-axis0-h", 0.1, 4.6)
INSTRUMENTS: dict[InstrumentName, Instrument] = {"FGS1": FGS1, "AIRS-CH0": AIRS}
