"""From what an atmosphere is made of to the depths that the instruments would measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spectramind.atmosphere.continuum import alkali, collision_induced, rayleigh
from spectramind.atmosphere.molecules import MOLECULES, molecule
from spectramind.atmosphere.response import bin_spectrum, opacity_grid
from spectramind.atmosphere.transmission import Opacity, Planets, transmission_depth
from spectramind.errors import ConfigurationError

FloatArray = NDArray[np.float64]

HYDROGEN_FRACTION = 0.85
"""Amount of H2 in the background gas (solar He/H2 = 0.17)."""
ATOMS = ("Na", "K")
ABSORBERS = (*MOLECULES, *ATOMS)
"""Order of the columns of `Composition.amount`."""
TEMPERATURES = (300.0, 500.0, 750.0, 1000.0, 1250.0, 1500.0, 2000.0, 2500.0)
"""K, nodes between which ln k is interpolated linearly in ln T and held beyond."""
_SMALLEST = 1e-40


class Absorber(Protocol):
    """What can stand for a molecule: an embedded one or a user's own table."""

    def profile(self, wavelength: FloatArray, temperature: float) -> FloatArray:
        """Cross-section (...) cm2 / molecule at wavelengths (...) um."""


@dataclass(frozen=True)
class Opacities:
    """Cross-sections of every absorber on the fine wavelength grid.

    log_cross_section   (absorber, temperature, fine) ln of cm2 / molecule
    """

    log_cross_section: FloatArray

    def at(self, temperature: float) -> FloatArray:
        """(absorber, fine) cm2 / molecule."""
        nodes = np.log(TEMPERATURES)
        place = float(np.interp(np.log(temperature), nodes, np.arange(nodes.size)))
        low = min(int(place), nodes.size - 2)
        share = place - low
        table = self.log_cross_section
        return np.asarray(np.exp((1 - share) * table[:, low] + share * table[:, low + 1]))


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
                raise ConfigurationError(
                    f"atmosphere {name}: expected finite values of at least 0, "
                    f"found {np.min(values)}"
                )
        if np.any(self.amount.sum(axis=1) > 1):
            raise ConfigurationError(
                f"atmosphere amount: expected a sum of at most 1, "
                f"found {self.amount.sum(axis=1).max():.3g}"
            )


@lru_cache(maxsize=1)
def embedded_opacities() -> Opacities:
    """Opacities of this package's own band models."""
    grid = opacity_grid()
    rows = [_log_profiles(molecule(name)) for name in MOLECULES]
    rows += [np.log([alkali(a, grid, t) + _SMALLEST for t in TEMPERATURES]) for a in ATOMS]
    return Opacities(np.array(rows))


def opacities_with(tables: Mapping[str, Absorber]) -> Opacities:
    """Embedded opacities with some molecules replaced by a user's tables.

    Raises
    ------
    ConfigurationError : a table for a molecule that is not in MOLECULES
    """
    log_cross_section = embedded_opacities().log_cross_section.copy()
    for name, table in tables.items():
        molecule(name)
        log_cross_section[ABSORBERS.index(name)] = _log_profiles(table)
    return Opacities(log_cross_section)


def _log_profiles(absorber: Absorber) -> FloatArray:
    """(temperature, fine) ln of cm2 / molecule."""
    profiles = [absorber.profile(opacity_grid(), t) for t in TEMPERATURES]
    return np.asarray(np.log(np.array(profiles) + _SMALLEST))


def channel_depths(
    planets: Planets, composition: Composition, opacities: Opacities | None = None
) -> FloatArray:
    """Depths at the instruments' resolution.

    Parameters
    ----------
    planets : structure, (planet,)
    composition : what they are made of, (planet,)
    opacities : replaces the embedded ones

    Returns
    -------
    (planet, channel) dimensionless

    Raises
    ------
    ConfigurationError : see Planets and Composition
    """
    grid = opacity_grid()
    opacities = opacities or embedded_opacities()
    scattering = HYDROGEN_FRACTION * rayleigh(grid)
    smooth = np.empty((planets.radius.size, grid.size))
    lines, collision = np.empty_like(smooth), np.empty_like(smooth)
    for p, temperature in enumerate(planets.temperature):
        section = composition.amount[p, :, None] * opacities.at(float(temperature))
        lines[p] = section[: len(MOLECULES)].sum(axis=0)
        smooth[p] = section[len(MOLECULES) :].sum(axis=0)
        smooth[p] += composition.haze[p] * scattering + composition.grey[p]
        collision[p] = HYDROGEN_FRACTION**2 * collision_induced(grid, float(temperature))
    return bin_spectrum(transmission_depth(planets, Opacity(smooth, lines, collision)))
