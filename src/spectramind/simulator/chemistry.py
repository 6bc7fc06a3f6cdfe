"""What the air of a simulated planet holds: amounts, haze and clouds.

Ranges are not a chemical equilibrium: they are chosen so that principal components and
peak-to-peak heights of the spectra agree with the competition's (`python -m bench spectra`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spectramind.atmosphere.forward import ABSORBERS

FloatArray = NDArray[np.float64]
Chemistry = Literal["nominal", "foreign"]


@dataclass(frozen=True)
class Abundance:
    """How often a molecule is there, and between which log10 amounts."""

    probability: float
    low: float
    high: float


ABUNDANCES: dict[str, Abundance] = {
    "H2O": Abundance(0.75, -6.0, -3.5),
    "CO2": Abundance(0.7, -7.0, -4.0),
    "CH4": Abundance(0.98, -5.6, -3.2),
    "CO": Abundance(0.5, -5.5, -3.3),
    "NH3": Abundance(0.35, -7.0, -5.3),
    "HCN": Abundance(0.03, -6.5, -5.5),
    "C2H2": Abundance(0.02, -6.5, -5.5),
    "H2S": Abundance(0.1, -5.0, -3.8),
    "SO2": Abundance(0.05, -6.0, -4.5),
    "Na": Abundance(0.6, -8.0, -5.5),
    "K": Abundance(0.6, -8.5, -6.0),
}
TRACE = 1e-12
"""Amount of an absorber that is not there."""
HAZY = 0.25
"""Share of planets whose haze makes FGS1 much deeper than AIRS."""


@dataclass(frozen=True)
class Air:
    """Air of one planet.

    amount           (absorber,) volume mixing ratios, order of ABSORBERS
    haze             Rayleigh scattering relative to clear hydrogen
    cloud_pressure   Pa at the top of an opaque grey cloud
    """

    amount: FloatArray
    haze: float
    cloud_pressure: float


def draw_air(rng: np.random.Generator, metallicity: float, foreign: bool = False) -> Air:
    """Draw the air of one planet around a star of the given [Fe/H].

    Parameters
    ----------
    metallicity : dex; moves all molecules together
    foreign : chemistry outside the training range: the rare molecules become common, methane rare
    """
    amount = np.full(len(ABSORBERS), TRACE)
    for column, name in enumerate(ABSORBERS):
        abundance = ABUNDANCES[name]
        chance, exponent = rng.random(), rng.uniform(abundance.low, abundance.high)
        probability = 1.0 - abundance.probability if foreign else abundance.probability
        if chance < probability:
            amount[column] = 10 ** (exponent + metallicity + (0.5 if foreign else 0.0))
    hazy = rng.random() < HAZY
    return Air(
        amount=amount,
        haze=float(10 ** (rng.uniform(2.5, 4.5) if hazy else rng.normal(0.6, 0.9))),
        cloud_pressure=float(10 ** rng.uniform(2.6, 3.9)),
    )
