"""Hot bands: the same transition starting from thermally excited vibrational states.

Each quantum in mode i moves the band by a constant anharmonic shift (2 x_ii or x_ij of
Herzberg II, eq. II, 281), and quanta in an active mode raise its strength: by (n + 1) for a
fundamental, by (n + 1)(n + 2) / 2 for an overtone (harmonic matrix elements).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from spectramind.atmosphere.constants import SECOND_RADIATION

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Mode:
    """One vibration as a source of hot bands.

    frequency    1/cm
    degeneracy   number of equal vibrations
    shift        1/cm by which one quantum moves the band
    quanta       quanta that the transition itself adds to this mode
    """

    frequency: float
    degeneracy: int
    shift: float
    quanta: int = 0


def shift_distribution(modes: tuple[Mode, ...], temperature: float, step: float) -> FloatArray:
    """Strength of the hot bands by their shift, relative to a band without vibrational heat.

    Parameters
    ----------
    modes : independent vibrations
    temperature : K
    step : 1/cm of the shift grid

    Returns
    -------
    (2 half + 1,) strength at shifts -half * step .. half * step
    """
    half = int(1200.0 / step)
    total = np.zeros(2 * half + 1)
    total[half] = 1.0
    for mode in modes:
        x = float(np.exp(-SECOND_RADIATION * mode.frequency / temperature))
        levels = int(min(12, 1 + np.ceil(np.log(1e-4) / np.log(x))))
        moved = np.zeros_like(total)
        for n in range(levels):
            population = comb(n + mode.degeneracy - 1, n) * x**n * (1 - x) ** mode.degeneracy
            # Of `degeneracy` equal vibrations, a share n / degeneracy of the quanta is in the
            # active one.
            active = comb(n + mode.degeneracy - 1 + mode.quanta, mode.quanta) / comb(
                mode.degeneracy - 1 + mode.quanta, mode.quanta
            )
            jump = round(n * mode.shift / step)
            moved += population * active * _shifted(total, jump)
        total = moved
    return total


def _shifted(values: FloatArray, jump: int) -> FloatArray:
    moved = np.zeros_like(values)
    if abs(jump) >= values.size:
        return moved
    source = values[max(0, -jump) : values.size - max(0, jump)]
    moved[max(0, jump) : max(0, jump) + source.size] = source
    return moved
