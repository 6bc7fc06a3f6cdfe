"""Converters of the simulated planets: one for all in 2025, one for each in 2024.

Ranges of 2024: the tables of that edition, whose two stars were read with two settings.
"""

from __future__ import annotations

import numpy as np

from spectramind.survey.adc import Adc
from spectramind.survey.edition import Edition
from spectramind.survey.instruments import INSTRUMENTS, InstrumentName

SURVEY_ADC = Adc(offset=-1000.0, gain=0.4369)
"""Converter of both instruments in 2025."""

_GAIN: dict[InstrumentName, tuple[tuple[float, float], tuple[float, float]]] = {
    "FGS1": ((1.014, 1.059), (0.833, 0.869)),
    "AIRS-CH0": ((1.496, 1.526), (0.923, 0.940)),
}
_OFFSET: dict[InstrumentName, tuple[float, float]] = {
    "FGS1": (-490.0, -315.0),
    "AIRS-CH0": (-1170.0, -700.0),
}
BRIGHTNESS = (0.55, 0.9)
"""Electron scale of the two stars: with these gains a brighter one would leave 16 bits."""


def draw_converters(
    seed: int, index: int, edition: Edition
) -> tuple[int, dict[InstrumentName, Adc]]:
    """Star, 0 or 1, and converters of planet `index` of survey `seed`."""
    if edition == "2025":
        return 0, dict.fromkeys(INSTRUMENTS, SURVEY_ADC)
    rng = np.random.default_rng([seed, index, 0xADC])
    star = int(rng.integers(2))
    converters = {
        name: Adc(float(rng.uniform(*_OFFSET[name])), float(rng.uniform(*_GAIN[name][star])))
        for name in INSTRUMENTS
    }
    return star, converters
