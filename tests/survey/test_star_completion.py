"""What stands in for a star table's blanks and contradictions."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from spectramind.survey.physics.kepler import orbital_period, scaled_axis
from spectramind.survey.star_completion import UNKNOWN, completed
from spectramind.survey.stars import Star

STAR = Star(1.0, 1.0, 5800.0, 0.8, 0.0, 3.63, 9.95, 87.6)


def test_keplers_law_of_the_earth() -> None:
    # Oracle: one astronomical unit over the sun's radius, 149,597,870.7 / 695,700 km.
    assert scaled_axis(365.25, 1.0, 1.0) == pytest.approx(149597870.7 / 695700.0, rel=1e-4)
    assert orbital_period(scaled_axis(3.3, 0.8, 1.2), 0.8, 1.2) == pytest.approx(3.3)
    # Twice the mass, and the same orbit is passed in less time by the square root of two.
    assert orbital_period(9.0, 2.0, 1.0) == pytest.approx(orbital_period(9.0, 1.0, 1.0) / 2**0.5)


def test_a_whole_row_stays_as_it_is() -> None:
    for star in (STAR, replace(STAR, inclination=90.0), replace(STAR, inclination=92.4)):
        assert completed(star) == star


@pytest.mark.parametrize("noise", [0.78, 1.34])
def test_real_tables_scatter_about_keplers_law(noise: float) -> None:
    star = replace(STAR, semi_major_axis=noise * STAR.semi_major_axis)
    assert completed(star) == star


def test_what_nothing_rests_on_may_be_blank() -> None:
    star = replace(STAR, eccentricity=math.nan, planet_mass=-1.0)
    assert completed(star).assumed == ()


BLANKS = [
    ({"period": math.nan}, ("P",)),
    ({"semi_major_axis": math.nan}, ("sma",)),
    ({"inclination": math.nan}, ("i",)),
    ({"temperature": math.nan}, ("Ts",)),
    ({"radius": math.nan}, ("Rs",)),
    ({"mass": math.nan}, ("Ms",)),
    ({"semi_major_axis": 0.0463}, ("sma",)),  # astronomical units
    ({"period": 87.1}, ("P",)),  # hours
    ({"period": 3.63 * 86400.0}, ("P",)),  # seconds
    ({"inclination": 1.529}, ("i",)),  # radians
    ({"inclination": 60.0}, ("i",)),  # no transit
    ({"period": -3.63}, ("P",)),
    ({"semi_major_axis": math.inf}, ("sma",)),
]


@pytest.mark.parametrize(("change", "assumed"), BLANKS)
def test_what_is_missing_or_wrong_is_made_good(
    change: dict[str, float], assumed: tuple[str, ...]
) -> None:
    star = completed(replace(STAR, **change))  # type: ignore[arg-type]
    assert star.assumed == assumed
    assert star.flags == tuple(f"assumed_{name}" for name in assumed)
    assert star.semi_major_axis == pytest.approx(9.95, rel=0.03)
    assert star.period == pytest.approx(3.63, rel=0.03)
    assert star.inclination == pytest.approx(87.6, abs=0.2)


def test_a_contradiction_without_a_culprit_is_left_to_the_light_curve() -> None:
    star = completed(replace(STAR, semi_major_axis=25.0))
    assert star.assumed == ("P", "sma")
    assert (star.period, star.semi_major_axis) == (3.63, 25.0)


def test_a_star_of_which_nothing_is_known() -> None:
    star = completed(UNKNOWN)
    assert star.assumed == ("Rs", "Ms", "Ts", "P", "sma", "i")
    assert np.isfinite([*star.row[:3], *star.row[5:]]).all()
    assert star.semi_major_axis == pytest.approx(scaled_axis(star.period, 1.0, 1.0))
