"""The molecules whose bands this package knows, and their cross-sections.

Integrated strengths at 296 K and rotational constants are those published with HITRAN 2020
(Gordon et al. 2022, JQSRT 277, 107949) and Herzberg, Molecular Spectra and Molecular Structure II.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.atmosphere.contour import branch_contour, q_contour, stimulated_emission
from spectramind.errors import ConfigurationError

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    """One vibrational band.

    centre      1/cm
    strength    cm / molecule at 296 K
    q_fraction  share of the strength in the Q branch
    """

    centre: float
    strength: float
    q_fraction: float = 0.0


@dataclass(frozen=True)
class Molecule:
    """A molecule as an absorber.

    rotation   effective B, 1/cm
    bands      its bands between 0.5 and 5 um
    """

    name: str
    rotation: float
    bands: tuple[Band, ...]

    def profile(self, wavelength: FloatArray, temperature: float) -> FloatArray:
        """Cross-section at each wavelength.

        Parameters
        ----------
        wavelength : (...) um
        temperature : K

        Returns
        -------
        (...) cm2 / molecule
        """
        wavenumber = 1e4 / np.asarray(wavelength, dtype=np.float64)
        total = np.zeros_like(wavenumber)
        for band in self.bands:
            offset = wavenumber - band.centre
            shape = (1 - band.q_fraction) * branch_contour(offset, self.rotation, temperature)
            shape += band.q_fraction * q_contour(offset, 10.0)
            total += band.strength * shape
        return np.asarray(total * stimulated_emission(wavenumber, temperature) + 1e-26)


def _bands(*values: tuple[float, ...]) -> tuple[Band, ...]:
    return tuple(Band(*v) for v in values)


MOLECULES: dict[str, Molecule] = {
    m.name: m
    for m in (
        Molecule(
            "H2O",
            14.5,
            _bands(
                (3756, 7.8e-18),
                (3657, 5.4e-19),
                (3152, 7.6e-20),
                (5331, 8e-19),
                (5235, 3.7e-20),
                (13889, 1.46e-21),
                (12195, 1.35e-21),
                (15385, 9.7e-23),
                (16949, 1.4e-22),
            ),
        ),
        Molecule(
            "CO2",
            0.3902,
            _bands(
                (3715, 1.6e-18), (3613, 1.06e-18), (4978, 3.4e-20), (4854, 7.2e-21), (5100, 1.2e-20)
            ),
        ),
        Molecule(
            "CH4",
            5.241,
            _bands(
                (3019, 1.08e-17, 0.3),
                (4220, 2.9e-19, 0.2),
                (4320, 3.9e-19, 0.2),
                (4530, 1.3e-19),
                (2600, 1.2e-19),
                (2830, 1.2e-19),
                (3870, 4e-20),
            ),
        ),
        Molecule("CO", 1.9225, _bands((4260, 7.57e-20))),
        Molecule(
            "NH3",
            9.0,
            _bands(
                (3337, 4.0e-19),
                (3444, 9e-19),
                (3220, 3e-19),
                (4294, 3e-19),
                (4416, 6.5e-19),
                (5053, 7e-19),
            ),
        ),
        Molecule("HCN", 1.478, _bands((3311.5, 9.1e-18))),
        Molecule("C2H2", 1.177, _bands((3289, 1.11e-17), (4091, 1.3e-19))),
        Molecule("H2S", 9.0, _bands((3789, 1.3e-19), (3270, 6e-20), (2650, 3.8e-20))),
        Molecule("SO2", 0.344, _bands((2500, 3.3e-19))),
    )
}


def molecule(name: str) -> Molecule:
    """Molecule called `name`.

    Raises
    ------
    ConfigurationError : this package has no such molecule
    """
    if name not in MOLECULES:
        raise ConfigurationError(
            f"unknown molecule {name!r}: expected one of {', '.join(MOLECULES)}"
        )
    return MOLECULES[name]
