"""Host stars of the simulated planets: masses, radii and temperatures along the real ones.

Fitted to the 1,100 stars of the competition's table: log-normal masses, radii above a lower
envelope by an exponential amount (stars leave the main sequence upward), temperatures by mass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class StarTruth:
    """The star as it is.

    radius        solar radii
    mass          solar masses
    temperature   K, effective
    logg          log10 of cm / s2
    metallicity   dex, [Fe/H]
    """

    radius: float
    mass: float
    temperature: float
    logg: float
    metallicity: float


def draw_star(rng: np.random.Generator, cool: bool = False) -> StarTruth:
    """Draw one star; `cool` draws from stars cooler than any of the training planets'."""
    log_mass = float(np.clip(rng.normal(0.066, 0.199), -0.52, 0.6))
    if cool:
        log_mass = float(rng.uniform(-0.9, -0.55))
    log_radius = 1.15 * log_mass - 0.045 + float(rng.exponential(0.16))
    log_temperature = 8.6457 + 0.3806 * log_mass + 0.0361 * (log_radius - log_mass)
    log_temperature += -0.159 * log_mass**2 + float(np.clip(rng.normal(0.0, 0.05), -0.12, 0.12))
    mass, radius = float(np.exp(log_mass)), float(min(np.exp(log_radius), 2.9))
    return StarTruth(
        radius=radius,
        mass=mass,
        temperature=float(min(np.exp(log_temperature), 7000.0)),
        logg=4.438 + float(np.log10(mass / radius**2)),
        metallicity=float(np.clip(rng.normal(0.0, 0.2), -0.6, 0.5)),
    )
