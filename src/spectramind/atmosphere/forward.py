"""From what an atmosphere is made of to the depths that the instruments would measure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from spectramind.atmosphere.continuum import alkali, collision_induced, rayleigh
from spectramind.atmosphere.molecules import MOLECULES, molecule
from spectramind.atmosphere.response import bin_spectrum, opacity_grid
from spectramind.atmosphere.transmission import Planets, transmission_depth
from spectramind.errors import ConfigurationError

FloatArray = NDArray[np.float64]

HYDROGEN_FRACTION = 0.85
"""Amount of H2 in the background gas (solar He/H2 = 0.17)."""
ATOMS = ("Na", "K")
ABSORBERS = (*MOLECULES, *ATOMS)
"""Order of the columns of `Composition.amount`."""
TEMPERATURES = (300.0, 500.0, 750.0, 1000.0, 1250.0, 1500.0, 2000.0, 2500.0)
"""K, nodes between which ln k is interpolated linearly in ln T."""


@dataclass(frozen=True)
class Composition:
    """What the air of a batch of planets holds.

    amount   (planet, absorber) volume mixing ratio, columns as ABSORBERS
    haze     (planet,) Rayleigh scattering relative to clear hydrogen
    grey     (planet,) cm2 / molecule, absorption without colour
    """

    amount: FloatArray
    haze: FloatArray
    grey: FloatArray

    def __post_init__(self) -> None:
        """Refuse impossible amounts.

        Raises
        ------
        ConfigurationError : negative or not finite, or amounts that sum to more than 1
        """
        for name, values in vars(self).items():
            if not np.all(np.isfinite(values)) or np.any(values < 0):
                raise ConfigurationError(f"{name}: expected finite values of at least 0")
        if np.any(self.amount.sum(axis=1) > 1):
            raise ConfigurationError("amount: expected a sum of at most 1")


@lru_cache(maxsize=1)
def _log_opacities() -> FloatArray:
    """(absorber, temperature, fine) ln of cm2 / molecule."""
    grid = opacity_grid()
    rows = [[molecule(m).profile(grid, t) for t in TEMPERATURES] for m in MOLECULES]
    rows += [[alkali(a, grid, t) for t in TEMPERATURES] for a in ATOMS]
    return np.log(np.maximum(np.array(rows), 1e-40))


def channel_depths(planets: Planets, composition: Composition) -> FloatArray:
    """Depths at the instruments' resolution.

    Returns
    -------
    (planet, channel) dimensionless

    Raises
    ------
    ConfigurationError : see Planets and Composition
    """
    grid, nodes = opacity_grid(), np.log(TEMPERATURES)
    table = _log_opacities()
    scattering = HYDROGEN_FRACTION * rayleigh(grid)
    absorption = np.empty((planets.radius.size, grid.size))
    collision = np.empty_like(absorption)
    for p, temperature in enumerate(planets.temperature):
        position = np.interp(np.log(temperature), nodes, np.arange(nodes.size))
        low = min(int(position), nodes.size - 2)
        share = position - low
        k = np.exp((1 - share) * table[:, low] + share * table[:, low + 1])
        mixed = (composition.amount[p, :, None] * k).sum(axis=0)
        absorption[p] = mixed + composition.haze[p] * scattering + composition.grey[p]
        collision[p] = HYDROGEN_FRACTION**2 * collision_induced(grid, float(temperature))
    return bin_spectrum(transmission_depth(planets, absorption, collision))
