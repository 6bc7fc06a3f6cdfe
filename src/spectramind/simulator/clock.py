"""When the detectors are read, and the instants at which they sample the light curve.

One cycle is ground, first read, integration, last read, reset. The stamps of a pair stand 0.1 s and
0.2 s into it (`survey.axes.frame_hours`); the light curve is sampled in the middle of the
integration that follows the second one: 2.45 s (AIRS-CH0) or 0.25 s (FGS1) into the cycle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.axes import FULL_PAIRS
from spectramind.survey.instruments import INSTRUMENTS, InstrumentName

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_CYCLE_SECONDS: dict[InstrumentName, float] = {"FGS1": 0.4, "AIRS-CH0": 4.8}
_SECOND_STAMP = 0.2
_AIRS_UM = (4.078463140898871, -0.0044336340659296555, -6.913472144801733e-06)
"""Wavelength of AIRS column x, micrometre: a + b x + c x^2."""


@dataclass(frozen=True)
class Clock:
    """The read pairs of one visit that are kept.

    name     instrument
    pairs    (pair,) index of each pair in the full visit
    total    pairs in the full visit
    """

    name: InstrumentName
    pairs: IntArray
    total: int

    @property
    def cycle_seconds(self) -> float:
        """Time from one reset to the next."""
        return _CYCLE_SECONDS[self.name]

    @property
    def spacing_hours(self) -> float:
        """Time from one kept pair to the next."""
        step = int(self.pairs[1] - self.pairs[0]) if self.pairs.size > 1 else 1
        return step * self.cycle_seconds / 3600

    @property
    def first_seconds(self) -> float:
        """Light collected before the short read."""
        return INSTRUMENTS[self.name].first_read_seconds

    @property
    def rest_seconds(self) -> float:
        """Light collected between the short and the long read."""
        instrument = INSTRUMENTS[self.name]
        return round(instrument.last_read_seconds - instrument.first_read_seconds, 9)

    @property
    def light_hours(self) -> FloatArray:
        """(pair,) hour since the start of the visit at which each pair samples the light curve."""
        seconds = self.pairs * self.cycle_seconds + _SECOND_STAMP + self.rest_seconds / 2
        return np.asarray(seconds / 3600)


def visit_clock(name: InstrumentName, decimate: int) -> Clock:
    """Clock of a visit of 7.5 h of which every `decimate`-th read pair is kept."""
    total = FULL_PAIRS[name]
    return Clock(name, np.arange(0, total, decimate, dtype=np.int64), total)


def airs_column_wavelength() -> FloatArray:
    """(356,) micrometre, falling with the column."""
    x = np.arange(INSTRUMENTS["AIRS-CH0"].columns)
    a, b, c = _AIRS_UM
    return np.asarray(a + b * x + c * x**2)
