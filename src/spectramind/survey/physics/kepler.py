"""Kepler's third law: the size of an orbit from its period and the star's mass and radius.

    (a / R*)^3 = G M* P^2 / (4 pi^2 R*^3)

In solar units and days, with a year of 365.25 days and an astronomical unit of 215.03 solar radii.
"""

from __future__ import annotations

SOLAR_RADII_PER_AU = 215.032
_YEAR = 365.25


def scaled_axis(period: float, mass: float, radius: float) -> float:
    """Semi-major axis in stellar radii from period (day), mass and radius of the star (solar)."""
    return float(SOLAR_RADII_PER_AU * (mass * (period / _YEAR) ** 2) ** (1 / 3) / radius)


def orbital_period(axis: float, mass: float, radius: float) -> float:
    """Period in days from the semi-major axis in stellar radii, mass and radius of the star."""
    return float(_YEAR * (axis * radius / SOLAR_RADII_PER_AU) ** 1.5 / mass**0.5)
