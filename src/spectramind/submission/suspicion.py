"""Tables that would be taken and are hardly meant: another unit, a sigma that nobody can have.

Nothing here makes a table invalid. The official score takes them all, and takes them at their word.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.submission.metric import METRICS
from spectramind.submission.plausibility import is_constant
from spectramind.submission.problem import Findings, Problem
from spectramind.submission.score import PUBLISHED_NAIVE
from spectramind.survey.physics.depth_units import depth_unit, unit_remedy
from spectramind.survey.tables import SIGMA_COLUMNS, WAVELENGTH_COLUMNS

FloatArray = NDArray[np.float64]

_FAR = 6.0
"""Population standard deviations; the deepest of 1,100 known planets lies at 5."""
_MU = "wl_1..wl_283"
_SIGMA = "sigma_1..sigma_283"


def check_unit(mu: FloatArray, findings: Findings) -> None:
    """Report depths whose median is one of Rp/Rs, percent or ppm.

    Parameters
    ----------
    mu : (planet, 283) transit depth; NaN where a cell could not be read
    """
    if unit := depth_unit(mu):
        found = f"has a median of {np.nanmedian(mu):.4g}, as of {unit}"
        findings.add(Problem("depth-unit", "warning", found, unit_remedy(unit), column=_MU))


def check_far_depths(planets: tuple[str, ...], mu: FloatArray, findings: Findings) -> None:
    """Report the first cell of each row that lies far outside the population of planets."""
    limit = PUBLISHED_NAIVE["2025"].mean + _FAR * PUBLISHED_NAIVE["2025"].sigma
    far = (mu > limit) & (mu < 1.0)  # no depth at all is an error, not a doubt
    for row in np.flatnonzero(far.any(axis=1)):
        channel = int(np.argmax(far[row]))
        away = (mu[row, channel] - PUBLISHED_NAIVE["2025"].mean) / PUBLISHED_NAIVE["2025"].sigma
        found = f"lies {away:.0f} standard deviations above the challenge's planets"
        remedy = "check its unit, and the fit"
        place = (int(row) + 1, WAVELENGTH_COLUMNS[channel], f"{mu[row, channel]:.6g}", planets[row])
        findings.add(Problem("far-depth", "warning", found, remedy, *place))


def check_sigma(
    planets: tuple[str, ...], mu: FloatArray, sigma: FloatArray, findings: Findings
) -> None:
    """Report a sigma that is one number for all planets, and one below the ideal answer's.

    Rows of one mu are fallbacks, whose sigma is one number by right.

    Parameters
    ----------
    planets : (planet,) ids as text
    mu, sigma : (planet, 283); NaN where a cell could not be read
    """
    rows = np.flatnonzero(np.isfinite(sigma).all(axis=1) & ~is_constant(mu))
    if len(rows) > 1 and np.ptp(sigma[rows]) == 0.0:
        found = f"is {sigma[rows[0], 0]:.3g} in every cell"
        remedy = "state what is known of each planet: sigma decides the score as much as mu"
        findings.add(Problem("one-sigma", "warning", found, remedy, column=_SIGMA))
    for row in rows:
        low = sigma[row] < METRICS["2025"].ideal_sigma
        if low.mean() > 0.5:
            channel = int(np.argmax(low))
            found = f"is below the ideal answer's sigma in {int(low.sum())} channels"
            remedy = "raise sigma: below it a cell can only lose"
            value = f"{sigma[row, channel]:.6g}"
            place = (int(row) + 1, SIGMA_COLUMNS[channel], value, planets[row])
            findings.add(Problem("tiny-sigma", "warning", found, remedy, *place))
