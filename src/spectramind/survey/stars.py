"""What is known of a planet's star and orbit before the fit: noisy start values, not truth."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np

STAR_COLUMNS = ("Rs", "Ms", "Ts", "Mp", "e", "P", "sma", "i")
"""Header of `*_star_info.csv` after planet_id, in the order of the fields of `Star`."""


@dataclass(frozen=True)
class Star:
    """One row of `train_star_info.csv` or `test_star_info.csv`.

    radius            solar radius
    mass              solar mass
    temperature       K, effective
    planet_mass       unit not documented by the competition
    eccentricity      dimensionless
    period            day
    semi_major_axis   stellar radius
    inclination       degree
    """

    radius: float
    mass: float
    temperature: float
    planet_mass: float
    eccentricity: float
    period: float
    semi_major_axis: float
    inclination: float

    def fault(self) -> str | None:
        """Name and value of the first column that no star can have, or None."""
        values = dict(zip(STAR_COLUMNS, astuple(self), strict=True))
        for column, value in values.items():
            positive = column not in ("Mp", "e", "i")
            if not np.isfinite(value) or value < 0.0 or (positive and value == 0.0):
                return f"{column} = {value}"
        return None
