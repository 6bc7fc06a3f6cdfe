"""Orbits of the simulated planets, and the start values that a survey's star table gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spectramind.simulator.star import StarTruth
from spectramind.survey.stars import Star

_SOLAR_DENSITY_FACTOR = 4.2080
"""a / Rs of a planet in a one-day orbit around the Sun (Kepler's third law)."""


@dataclass(frozen=True)
class OrbitTruth:
    """The orbit as it is.

    period         day
    a_over_rs      semi-major axis in stellar radii
    inclination    degree
    eccentricity   always 0, as in the competition
    """

    period: float
    a_over_rs: float
    inclination: float
    eccentricity: float = 0.0

    @property
    def impact(self) -> float:
        """Impact parameter, stellar radii."""
        return float(self.a_over_rs * np.cos(np.radians(self.inclination)))

    def duration(self, radius_ratio: float) -> float:
        """Hours between first and fourth contact; 0 where the planet misses the star."""
        chord2 = (1 + radius_ratio) ** 2 - self.impact**2
        if chord2 <= 0:
            return 0.0
        sine = np.sqrt(chord2) / self.a_over_rs / np.sin(np.radians(self.inclination))
        return float(24.0 * self.period / np.pi * np.arcsin(min(sine, 1.0)))


def kepler_distance(period: float, star: StarTruth) -> float:
    """Semi-major axis in stellar radii of a planet in a circular orbit of `period` days."""
    return float(_SOLAR_DENSITY_FACTOR * np.cbrt(star.mass * period**2) / star.radius)


def draw_orbit(rng: np.random.Generator, star: StarTruth, radius_ratio: float) -> OrbitTruth:
    """Draw an orbit that crosses the star, now and then only grazing it."""
    period = float(rng.uniform(2.78, 7.62))
    distance = max(kepler_distance(period, star), 3.0)
    low, high = (0.4, 1.05) if rng.random() < 0.06 else (0.0, 0.55)
    impact = min(float(rng.uniform(low, high)), 1.0 + 0.5 * radius_ratio)
    return OrbitTruth(period, distance, float(np.degrees(np.arccos(impact / distance))))


def start_values(
    rng: np.random.Generator, star: StarTruth, orbit: OrbitTruth, planet_mass: float
) -> Star:
    """The row that a star table would hold: values off the truth as in the competition.

    Its semi-major axis is off Kepler's law by 6 % rms, and so is the real table's; its
    inclination is noisy and never above 90, which puts 7.6 % of planets at 90 exactly.
    """
    return Star(
        radius=star.radius * float(np.exp(rng.normal(0.0, 0.01))),
        mass=star.mass * float(np.exp(rng.normal(0.0, 0.02))),
        temperature=star.temperature * float(np.exp(rng.normal(0.0, 0.01))),
        planet_mass=planet_mass * float(np.exp(rng.normal(0.0, 0.05))),
        eccentricity=0.0,
        period=orbit.period,
        semi_major_axis=orbit.a_over_rs * float(np.exp(rng.normal(0.0, 0.06))),
        inclination=min(orbit.inclination + float(rng.normal(0.0, 0.53)), 90.0),
    )
