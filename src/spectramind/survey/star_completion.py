"""A star table's blanks and contradictions: what can stand in, and that it does.

The fit needs period, orbit size, inclination and temperature. Where the table has none of them, or
one that Kepler's third law or the transit itself rules out, what the others imply stands in its
place and is named in `Star.assumed`, so that priors become wide and the answer is flagged.
"""

from __future__ import annotations

import math
from dataclasses import replace

from spectramind.survey.physics.kepler import SOLAR_RADII_PER_AU, orbital_period, scaled_axis
from spectramind.survey.stars import Star

TYPICAL_TEMPERATURE = 5700.0
TYPICAL_PERIOD = 4.5
TYPICAL_IMPACT = 0.4
"""Of the challenge's stars and planets."""

_KEPLER = 1.5
"""Factor by which real tables, whose values are noisy, do not miss Kepler's third law."""
_KEPLER_WITHOUT_STAR = 3.0
_LARGEST_IMPACT = 1.3
"""Tables reach 1.12 with planets that do transit."""
_POSSIBLE = {
    "Rs": (0.05, 100.0),
    "Ms": (0.05, 50.0),
    "Ts": (2000.0, 50000.0),
    "P": (0.05, 20000.0),
    "sma": (1.0, 20000.0),
    "i": (0.0, 180.0),
}


def possible(column: str, value: float) -> bool:
    """Whether a star or an orbit can have this value."""
    low, high = _POSSIBLE[column]
    return low <= value <= high  # NaN is not


def axis_ratio(star: Star) -> float:
    """Semi-major axis over what Kepler's third law gives for period, mass and radius."""
    return star.semi_major_axis / scaled_axis(star.period, star.mass, star.radius)


def impact(axis: float, inclination: float) -> float:
    """Impact parameter in stellar radii; inclination in degrees."""
    return abs(axis * math.cos(math.radians(inclination)))


def unit_of_axis(star: Star) -> str | None:
    """Another unit that `sma` or `P` would fit Kepler's third law in, or None."""
    ratio = star.semi_major_axis / scaled_axis(star.period, star.mass, star.radius)
    if _near(ratio * SOLAR_RADII_PER_AU / star.radius):
        return "sma in AU"
    for unit, per_day in (("hours", 24.0), ("seconds", 86400.0), ("years", 1 / 365.25)):
        if _near(ratio * per_day ** (2 / 3)):
            return f"P in {unit}"
    return None


def _near(ratio: float) -> bool:
    return 1 / _KEPLER <= ratio <= _KEPLER


def is_radian(axis: float, inclination: float) -> bool:
    """Whether an inclination is one in radians: in degrees there would be no transit."""
    in_degrees = math.degrees(inclination)
    return 0.0 < inclination <= math.pi and impact(axis, in_degrees) < _LARGEST_IMPACT


def _without_star(star: Star) -> tuple[Star, list[str]]:
    """Sun-like mass, radius and temperature where the table has none."""
    lost = []
    if not possible("Rs", star.radius):
        star, lost = replace(star, radius=1.0), ["Rs"]
    if not possible("Ms", star.mass):
        star, lost = replace(star, mass=1.0), [*lost, "Ms"]
    if not possible("Ts", star.temperature):
        star, lost = replace(star, temperature=TYPICAL_TEMPERATURE), [*lost, "Ts"]
    return star, lost


def _orbit(star: Star, lost: list[str]) -> tuple[Star, list[str]]:
    """Period and size of the orbit, each from the other where one is missing or contradicts."""
    period = star.period if possible("P", star.period) else math.nan
    axis = star.semi_major_axis
    axis = axis if axis > 0.0 and math.isfinite(axis) else math.nan
    star = replace(star, period=period, semi_major_axis=axis)
    if math.isnan(period) and math.isnan(axis):
        star = replace(star, period=TYPICAL_PERIOD)
        found = scaled_axis(TYPICAL_PERIOD, star.mass, star.radius)
        return replace(star, semi_major_axis=found), ["P", "sma"]
    if math.isnan(axis):
        return replace(star, semi_major_axis=scaled_axis(period, star.mass, star.radius)), ["sma"]
    if math.isnan(period):
        if not possible("sma", axis):
            axis = axis * SOLAR_RADII_PER_AU / star.radius
        found = orbital_period(axis, star.mass, star.radius)
        return replace(star, period=found, semi_major_axis=axis), ["P"]
    tolerance = _KEPLER_WITHOUT_STAR if {"Rs", "Ms"} & set(lost) else _KEPLER
    if 1 / tolerance <= axis_ratio(star) <= tolerance:
        return star, []
    match unit_of_axis(star):
        case "sma in AU":
            return replace(star, semi_major_axis=axis * SOLAR_RADII_PER_AU / star.radius), ["sma"]
        case None:
            # Which of four values is wrong cannot be known; the light curve has to say.
            if not possible("sma", axis):
                axis = scaled_axis(period, star.mass, star.radius)
            return replace(star, semi_major_axis=axis), ["P", "sma"]
        case _:
            return replace(star, period=orbital_period(axis, star.mass, star.radius)), ["P"]


def completed(star: Star) -> Star:
    """The star with something possible in every column that a fit needs.

    `assumed` names the columns whose value is not the table's. Eccentricity and planet mass are
    left as they are: nothing rests on them.
    """
    star, lost = _without_star(star)
    star, orbit = _orbit(star, lost)
    axis, inclination = star.semi_major_axis, star.inclination
    tilt: list[str] = []
    if not (possible("i", inclination) and impact(axis, inclination) <= _LARGEST_IMPACT):
        tilt = ["i"]
        typical = math.degrees(math.acos(min(1.0, TYPICAL_IMPACT / axis)))
        known = is_radian(axis, inclination)
        star = replace(star, inclination=math.degrees(inclination) if known else typical)
    return replace(star, assumed=(*lost, *orbit, *tilt))


UNKNOWN = Star.from_row((math.nan,) * 8)
"""A star whose row is missing."""


def without_table() -> Star:
    """The star of a survey that has no star table: everything assumed, nothing to flag."""
    return replace(completed(UNKNOWN), tabled=False)
