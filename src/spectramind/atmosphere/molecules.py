"""The molecules whose bands this package knows.

Integrated strengths at 296 K follow HITRAN 2020 (Gordon et al. 2022, JQSRT 277, 107949);
rotational constants, frequencies and anharmonicities Herzberg, Molecular Spectra and Molecular
Structure I (diatomics), II and III, with the water levels of Tennyson et al. 2013 (JQSRT 117, 29).
"""

from __future__ import annotations

import numpy as np

from spectramind.atmosphere.constants import SECOND_RADIATION
from spectramind.atmosphere.contour import REFERENCE_TEMPERATURE
from spectramind.atmosphere.cross_section import (
    Asymmetric,
    Band,
    Linear,
    Molecule,
    Spherical,
    Unresolved,
)
from spectramind.atmosphere.ladder import Mode
from spectramind.atmosphere.rotor import Axis
from spectramind.errors import ConfigurationError

_WATER = (27.8806, 14.5218, 9.2777)
_WATER_DISTORTION = (1.248e-3, -5.77e-3, 3.252e-2)
_WATER_BEND = 1594.7
_HOT_WATER = float(np.exp(-SECOND_RADIATION * _WATER_BEND / REFERENCE_TEMPERATURE))
"""Population of the first bending level at 296 K."""


def _water(
    centre: float, strength: float, quanta: tuple[int, int, int], energy: float = 0.0
) -> Band:
    """Water: symmetric combinations move along b, those with an odd quantum of v3 along a."""
    v1, v2, v3 = quanta
    upper = (
        27.8806 - 0.75 * v1 + 3.25 * v2 - 1.233 * v3,
        14.5218 - 0.223 * v1 + 0.166 * v2 - 0.09 * v3,
        9.2777 - 0.176 * v1 - 0.149 * v2 - 0.139 * v3,
    )
    bend = -16.0 * v1 - 34.0 * v2 - 20.0 * v3 - 8.0
    symmetric = -85.0 * v1 - 16.0 * v2 - 166.0 * v3
    antisymmetric = -166.0 * v1 - 20.0 * v2 - 95.0 * v3
    modes = (
        Mode(_WATER_BEND, 1, bend, v2),
        Mode(3657.1, 1, symmetric, v1),
        Mode(3755.9, 1, antisymmetric, v3),
    )
    axis: Axis = "a" if v3 % 2 else "b"
    return Band(centre, strength, Asymmetric(_WATER, upper, axis, _WATER_DISTORTION), modes, energy)


def _visible_water(centre: float, strength: float) -> Band:
    return Band(centre, strength, Unresolved(11.9), (Mode(_WATER_BEND, 1, -60.0),))


# The last two stand for the many weak bands that start from the bending level; their strengths
# are shares of those of v3 and v2 + v3 (tuned against hot absolute opacities, see
# docs/decisions.md).
_H2O = Molecule(
    "H2O",
    (
        _water(3755.9, 7.8e-18, (0, 0, 1)),
        _water(3657.1, 5.4e-19, (1, 0, 0)),
        _water(3151.6, 7.6e-20, (0, 2, 0)),
        _water(5331.3, 8.0e-19, (0, 1, 1)),
        _water(5235.0, 3.7e-20, (1, 1, 0)),
        _visible_water(13831.0, 1.46e-21),
        _visible_water(12151.0, 1.35e-21),
        _visible_water(15348.0, 9.7e-23),
        _visible_water(16899.0, 1.4e-22),
        _water(4800.0, 0.102 * 8.0e-19 * _HOT_WATER, (0, 1, 1), _WATER_BEND),
        _water(3100.0, 0.066 * 7.8e-18 * _HOT_WATER, (0, 0, 1), _WATER_BEND),
    ),
    blur=2.0,
)


def _carbon_dioxide(
    centre: float, strength: float, upper: float, bend: float, symmetric: float = -20.0
) -> Band:
    return Band(
        centre,
        strength,
        Linear(0.39022, upper),
        (Mode(667.4, 2, bend), Mode(1388.2, 1, symmetric), Mode(2349.1, 1, -30.0, 1)),
    )


_CO2 = Molecule(
    "CO2",
    (
        _carbon_dioxide(3714.8, 1.60e-18, 0.38706, -6.2, -33.0),
        _carbon_dioxide(3612.8, 1.06e-18, 0.38750, -27.0, -33.0),
        _carbon_dioxide(4977.8, 3.4e-20, 0.38720, -16.0),
        _carbon_dioxide(4853.6, 7.2e-21, 0.38800, -46.0),
        _carbon_dioxide(5099.7, 1.2e-20, 0.38690, 15.0),
    ),
    floor=1e-25,
)

_METHANE_BEND = 1310.8
_HOT_METHANE = float(np.exp(-SECOND_RADIATION * _METHANE_BEND / REFERENCE_TEMPERATURE))
"""Population of one of the three first bending levels at 296 K."""


def _methane(
    centre: float, strength: float, coriolis: float, bend: float, quanta: int, energy: float = 0.0
) -> Band:
    return Band(
        centre,
        strength,
        Spherical(5.241, 5.205, coriolis),
        (Mode(_METHANE_BEND, 3, bend, quanta), Mode(1533.3, 2, bend)),
        energy,
    )


# 2 v2 at 3065 borrows its strength from v3. The last three start from the bending levels:
# v2 + v3 - v4, v3 + v4 - v2 and weaker ones to the blue, far from v3 because the levels repel
# each other.
_CH4 = Molecule(
    "CH4",
    (
        _methane(3018.5, 1.02e-17, 0.125, -7.9, 0),
        _methane(3065.0, 6.7e-19, 0.05, -7.9, 0),
        _methane(4222.0, 2.9e-19, -0.15, -23.0, 1),
        _methane(4319.0, 3.9e-19, -0.2, -23.0, 1),
        _methane(4540.0, 1.3e-19, -0.085, -23.0, 0),
        _methane(2600.0, 1.0e-19, 0.05, -23.0, 2),
        _methane(2830.0, 1.4e-19, 0.45, -23.0, 1),
        _methane(3870.0, 4.0e-20, 0.45, -23.0, 3),
        _methane(3232.0, 0.032 * 1.08e-17 * _HOT_METHANE, 0.05, -15.0, 0, _METHANE_BEND),
        _methane(2786.0, 0.13 * 1.08e-17 * _HOT_METHANE, 0.05, -15.0, 0, _METHANE_BEND),
        _methane(3400.0, 0.003 * 1.08e-17 * _HOT_METHANE, 0.05, -15.0, 0, _METHANE_BEND),
    ),
    floor=1e-24,
)

_CO = Molecule(
    "CO",
    (Band(4260.1, 7.57e-20, Linear(1.9225, 1.8845), (Mode(2143.3, 1, -52.8, 2),)),),
    floor=1e-35,
)

_AMMONIA = (9.944, 9.944, 6.196)


def _ammonia(centre: float, strength: float, parallel: bool) -> Band:
    return Band(
        centre,
        strength,
        Asymmetric(_AMMONIA, (9.80, 9.80, 6.14), "c" if parallel else "a"),
        (Mode(950.4, 1, -10.0), Mode(1626.8, 2, -15.0)),
    )


_NH3 = Molecule(
    "NH3",
    (
        _ammonia(3336.7, 5.5e-19, True),
        _ammonia(3443.9, 8.0e-19, False),
        _ammonia(3220.0, 2.5e-19, True),
        _ammonia(4294.0, 2.0e-19, True),
        _ammonia(4434.0, 7.5e-19, False),
        _ammonia(5053.0, 7.0e-19, False),
        _ammonia(2563.0, 8.0e-20, False),
        _ammonia(2895.0, 5.0e-21, True),
    ),
    floor=1e-24,
)

_HCN = Molecule(
    "HCN",
    (
        Band(
            3311.5,
            9.1e-18,
            Linear(1.4782, 1.4678),
            (Mode(712.0, 2, -19.0), Mode(2096.8, 1, -15.0), Mode(3311.5, 1, -105.0, 1)),
        ),
    ),
)
_C2H2 = Molecule(
    "C2H2",
    (
        Band(
            3289.0, 1.11e-17, Linear(1.1766, 1.1709), (Mode(612.0, 2, -11.0), Mode(730.0, 2, -9.0))
        ),
        Band(4091.0, 1.3e-19, Linear(1.1766, 1.1730, True), (Mode(612.0, 2, -11.0),)),
    ),
)
_H2S = Molecule(
    "H2S",
    (
        Band(3789.0, 1.3e-19, Unresolved(8.0), (Mode(1182.6, 1, -21.0, 1),)),
        Band(3300.0, 6.0e-20, Unresolved(8.0), (Mode(1182.6, 1, -21.0),)),
        Band(2620.0, 3.8e-20, Unresolved(8.0), (Mode(1182.6, 1, -21.0),)),
    ),
)
_SO2 = Molecule(
    "SO2",
    (Band(2499.9, 3.3e-19, Unresolved(0.6), (Mode(517.7, 1, -6.0), Mode(1151.4, 1, -15.0, 1))),),
)

MOLECULES: dict[str, Molecule] = {
    m.name: m for m in (_H2O, _CO2, _CH4, _CO, _NH3, _HCN, _C2H2, _H2S, _SO2)
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
