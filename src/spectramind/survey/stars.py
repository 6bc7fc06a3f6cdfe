"""What is known of a planet's star and orbit before the fit: noisy start values, not truth."""

from __future__ import annotations

from dataclasses import dataclass

STAR_COLUMNS = ("Rs", "Ms", "Ts", "Mp", "e", "P", "sma", "i")
"""Header of `*_star_info.csv` after planet_id, in the order of the fields of `Star`."""


@dataclass(frozen=True)
class Star:
    """One row of `train_star_info.csv` or `test_star_info.csv`; NaN where a cell says nothing.

    radius            solar radius
    mass              solar mass
    temperature       K, effective
    planet_mass       unit not documented by the competition; nothing rests on it
    eccentricity      dimensionless; nothing rests on it
    period            day
    semi_major_axis   stellar radius
    inclination       degree
    assumed           columns whose value is not the table's (see `star_completion`)
    tabled            whether its survey has a star table at all
    """

    radius: float
    mass: float
    temperature: float
    planet_mass: float
    eccentricity: float
    period: float
    semi_major_axis: float
    inclination: float
    assumed: tuple[str, ...] = ()
    tabled: bool = True

    @classmethod
    def from_row(cls, row: tuple[float, ...]) -> Star:
        """A star from its eight values in the order of `STAR_COLUMNS`."""
        radius, mass, temperature, planet_mass, eccentricity, period, axis, inclination = row
        return cls(radius, mass, temperature, planet_mass, eccentricity, period, axis, inclination)

    @property
    def row(self) -> tuple[float, ...]:
        """The values in the order of `STAR_COLUMNS`."""
        return (
            self.radius,
            self.mass,
            self.temperature,
            self.planet_mass,
            self.eccentricity,
            self.period,
            self.semi_major_axis,
            self.inclination,
        )

    @property
    def flags(self) -> tuple[str, ...]:
        """What a fit that rests on this star has to say of it; nothing where none is known."""
        return tuple(f"assumed_{column}" for column in self.assumed if self.tabled)
