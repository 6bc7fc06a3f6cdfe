"""Host stars of the simulated planets: masses, radii and temperatures along the real ones.

Fitted to the 1,100 stars of the competition's table: normal masses, radii above a lower
envelope by a gamma-distributed amount (stars leave the main sequence upward), temperatures by mass.
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
    mass = float(np.clip(rng.normal(1.089, 0.209), 0.6, 1.82))
    if cool:
        mass = float(rng.uniform(0.35, 0.58))
    log_mass = float(np.log(mass))
    log_radius = 1.2 * log_mass - 0.11 + float(rng.gamma(2.0, 0.115))
    log_temperature = 8.6457 + 0.3806 * log_mass + 0.0361 * (log_radius - log_mass)
    log_temperature += -0.159 * log_mass**2 + float(np.clip(rng.normal(0.0, 0.05), -0.12, 0.12))
    radius = float(min(np.exp(log_radius), 2.9))
    return StarTruth(
        radius=radius,
        mass=mass,
        temperature=float(min(np.exp(log_temperature), 7000.0)),
        logg=4.438 + float(np.log10(mass / radius**2)),
        metallicity=float(np.clip(rng.normal(0.0, 0.2), -0.6, 0.5)),
    )
