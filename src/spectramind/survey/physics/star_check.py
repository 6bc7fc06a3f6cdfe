"""The star table against Kepler's third law, the transit and itself: who has what missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from spectramind.survey.physics.finding import Finding, named
from spectramind.survey.physics.kepler import scaled_axis
from spectramind.survey.row_table import RowTable
from spectramind.survey.star_completion import (
    axis_ratio,
    completed,
    is_radian,
    possible,
    unit_of_axis,
)
from spectramind.survey.stars import STAR_COLUMNS, Star

CHECK = "star table"
_REMEDIES = {
    "sma in AU": "multiply sma by 215.03 / Rs",
    "P in hours": "divide P by 24",
    "P in seconds": "divide P by 86400",
    "P in years": "multiply P by 365.25",
    "i in radians": "multiply i by 57.2958",
}
_EXPECTED = {
    "sma in AU": "sma in stellar radii",
    "P in hours": "P in days",
    "P in seconds": "P in days",
    "P in years": "P in days",
    "i in radians": "i in degrees",
}
_WIDE = "correct the table; until then wide priors stand in, and the planet is flagged"


def _doubts(star: Star) -> list[str]:
    """What is wrong with a row, in the words of `_EXPECTED` or as blanks."""
    known = dict(zip(STAR_COLUMNS, star.row, strict=True))
    found = [f"no {c}" for c in ("Rs", "Ms", "Ts", "P") if not possible(c, known[c])]
    axis, tilt = star.semi_major_axis, star.inclination
    if not (np.isfinite(axis) and axis > 0.0):
        found.append("no sma")
    elif not found and not 1 / 1.5 <= axis_ratio(star) <= 1.5:
        found.append(unit_of_axis(star) or "P, sma, Ms and Rs against Kepler's third law")
    whole = completed(star)
    if not possible("i", tilt):
        found.append("no i")
    elif "i" in whole.assumed:
        radian = is_radian(whole.semi_major_axis, tilt)
        found.append("i in radians" if radian else "no transit at this i")
    return found


def star_findings(
    file: str, table: RowTable, stars: dict[int, Star], planets: Sequence[int]
) -> list[Finding]:
    """Findings on the rows of `planets`, one a kind; faults of rows that could not be read.

    Parameters
    ----------
    file : name of the table
    table : rows and their faults; `stars` the same as stars
    """
    findings = [
        Finding(CHECK, file, fault.expected, f"{fault.found} in row {fault.row}", _WIDE, (who,))
        for fault in table.faults
        if (who := fault.planet if fault.planet is not None else -1) in planets
    ]
    lost = [fault for fault in table.faults if fault.planet is None]
    if lost:
        found = f"{lost[0].found} in row {lost[0].row} ({len(lost)} such rows)"
        remedy = "correct the ids"
        findings.append(Finding(CHECK, file, lost[0].expected, found, remedy, harmless=True))
    by_kind: dict[str, list[int]] = defaultdict(list)
    for planet in planets:
        if planet not in stars:
            by_kind["no row"].append(planet)
            continue
        for kind in _doubts(stars[planet]):
            by_kind[kind].append(planet)
    return findings + [
        _finding(file, kind, who, stars, len(planets)) for kind, who in by_kind.items()
    ]


def _finding(file: str, kind: str, who: list[int], stars: dict[int, Star], total: int) -> Finding:
    whom = f"{kind} for {len(who)} of {total} planets ({named(who)})"
    if kind.startswith("no "):
        expected = "the row of every star, and what fits need in it"
        return Finding(CHECK, file, expected, whom, _WIDE, tuple(who))
    if kind in _EXPECTED:
        expected = f"{_EXPECTED[kind]}, as Kepler's third law and the transit have it"
        return Finding(CHECK, file, expected, whom, _REMEDIES[kind], tuple(who))
    star = stars[who[0]]
    wanted = scaled_axis(star.period, star.mass, star.radius)
    expected = f"sma near {wanted:.4g} for planet {who[0]} by P, Ms and Rs"
    found = f"{star.semi_major_axis:.4g}: {whom}"
    return Finding(CHECK, file, expected, found, _WIDE, tuple(who))
