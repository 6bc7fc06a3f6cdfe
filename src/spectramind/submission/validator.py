"""Would this file be accepted, and scored as it was meant? Every doubt with row and column.

The official score reads columns by position and does not align rows, so a file can be wrong and
still be taken: swapped blocks and shuffled rows score 0 in silence. These count as errors here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.submission.plausibility import (
    Fallbacks,
    check_constant_rows,
    check_swapped_blocks,
)
from spectramind.submission.problem import Findings, Problem, Severity, ValidationReport
from spectramind.submission.submission_text import SubmissionText, read_submission_text
from spectramind.submission.suspicion import check_far_depths, check_sigma, check_unit
from spectramind.submission.table import COLUMNS
from spectramind.survey.instruments import N_CHANNELS
from spectramind.survey.tables import SIGMA_COLUMNS, WAVELENGTH_COLUMNS, read_sample_submission

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)


@dataclass(frozen=True)
class Limits:
    """What counts as a possible value, in transit depth (Rp/Rs)^2.

    mu_cap          a planet as large as its star
    sigma_floor     the ideal answer's sigma in FGS1: below it a cell can only lose
    sigma_cap       ten times the scatter of all training planets
    fallback_sigma  a flat spectrum with a smaller sigma is a fault, not an honest fallback
    shown           problems kept of each kind; all are counted
    """

    mu_cap: float = 1.0
    sigma_floor: float = 1e-6
    sigma_cap: float = 0.1
    fallback_sigma: float = 1e-3
    shown: int = 10


def validate_submission(
    path: Path,
    sample_path: Path,
    limits: Limits | None = None,
    fallbacks: Set[int] = frozenset(),
) -> ValidationReport:
    """Hold a submission file against the sample submission and the limits of its values.

    Parameters
    ----------
    path : the submission, CSV
    sample_path : the survey's `sample_submission.csv`, which fixes the planets and their order
    fallbacks : planets known to carry a flat fallback spectrum, which is then no warning

    Raises
    ------
    DataError : a file is missing, or the sample itself is not as expected
    """
    limits = limits or Limits()
    expected = read_sample_submission(sample_path)
    findings = Findings(limits.shown)
    text = read_submission_text(path, findings)
    if text is not None and text.planets:
        check_planets(text.planets, expected, findings)
        check_values(text, limits, findings)
        declared = np.array([_is_one_of(planet, fallbacks) for planet in text.planets])
        mu, sigma = np.split(text.values, [N_CHANNELS], axis=1)
        check_swapped_blocks(text.planets, mu, sigma, findings)
        known = Fallbacks(declared, limits.fallback_sigma)
        check_constant_rows(text.planets, mu, sigma, known, findings)
        check_unit(mu, findings)
        check_far_depths(text.planets, mu, findings)
        check_sigma(text.planets, mu, sigma, findings)
    planets = len(text.planets) if text is not None else 0
    return ValidationReport(path.name, planets, tuple(findings.problems), dict(findings.counts))


def _is_one_of(planet: str, fallbacks: Set[int]) -> bool:
    return bool(_INTEGER.fullmatch(planet)) and int(planet) in fallbacks


def check_planets(planets: tuple[str, ...], expected: tuple[int, ...], findings: Findings) -> None:
    """Report ids that are malformed, twice, unknown, missing, or in another order."""

    def report(code: str, found: str, remedy: str, row: int | None, value: str) -> None:
        findings.add(Problem(code, "error", found, remedy, row, COLUMNS[0], value))

    wanted, seen, ids = set(expected), Counter[int](), []
    for row, text in enumerate(planets, start=1):
        if not _INTEGER.fullmatch(text):
            remedy = "write it as an integer, as in the sample"
            report("planet-id", "is not a whole planet id", remedy, row, text)
            continue
        planet = int(text)
        ids.append(planet)
        seen[planet] += 1
        if seen[planet] > 1:
            found = f"is in the table {seen[planet]} times by now"
            report("duplicate-planet", found, "keep one row a planet", row, text)
        elif planet not in wanted:
            remedy = "delete the row, or predict the split that the sample lists"
            report("unknown-planet", "is not in the sample", remedy, row, text)
    for planet in expected:
        if planet not in seen:
            remedy = "add its row, with the fallback if nothing better is known"
            report(
                "missing-planet", "is in the sample and not in the table", remedy, None, f"{planet}"
            )
    wrong = [i for i, (a, b) in enumerate(zip(ids, expected, strict=False)) if a != b]
    if wrong and Counter(ids) == Counter(expected) and len(ids) == len(planets):
        first = wrong[0]
        found = f"stands where the sample has {expected[first]}: same planets, another order"
        remedy = f"sort the rows as in the sample ({len(wrong)} are out of place)"
        report("row-order", found, remedy, first + 1, str(ids[first]))


def check_values(text: SubmissionText, limits: Limits, findings: Findings) -> None:
    """Report values out of range; cells that could not be read (NaN) are reported already."""
    mu, sigma = np.split(text.values, [N_CHANNELS], axis=1)
    floor, cap = limits.sigma_floor, limits.sigma_cap

    def report(names: tuple[str, ...], block: FloatArray, bad: BoolArray, *what: str) -> None:
        code, found, remedy = what
        severity: Severity = "warning" if code == "negative-zero" else "error"
        for row, channel in np.argwhere(bad):
            value = repr(float(block[row, channel]))
            place = (int(row) + 1, names[channel], value, text.planets[row])
            findings.add(Problem(code, severity, found, remedy, *place))

    for names, block in ((WAVELENGTH_COLUMNS, mu), (SIGMA_COLUMNS, sigma)):
        found = "is not finite: one such cell makes the whole score NaN or 0"
        remedy = "give a finite value, or the fallback of the planet"
        report(names, block, np.isinf(block), "non-finite", found, remedy)
        found, remedy = "is negative, which the official score refuses", "clip it to its floor"
        report(names, block, (block < 0) & np.isfinite(block), "negative", found, remedy)
    remedy = "write 0.0, or better the positive depth that was meant"
    zero = (mu == 0) & np.signbit(mu)
    report(WAVELENGTH_COLUMNS, mu, zero, "negative-zero", "is a negative zero", remedy)
    found = f"is not a transit depth: expected below {limits.mu_cap:g}"
    remedy = "give (Rp/Rs)^2 as a fraction, not percent or ppm"
    large = (mu >= limits.mu_cap) & np.isfinite(mu)
    report(WAVELENGTH_COLUMNS, mu, large, "mu-above-cap", found, remedy)
    found = f"is below the floor of {floor:g}"
    remedy = "raise sigma: one planet with a tiny sigma can wipe out the whole score"
    report(SIGMA_COLUMNS, sigma, (sigma >= 0) & (sigma < floor), "sigma-below-floor", found, remedy)
    found = f"is above the cap of {cap:g}"
    remedy = "use the fallback, whose sigma is the scatter of the training depths"
    large = (sigma > cap) & np.isfinite(sigma)
    report(SIGMA_COLUMNS, sigma, large, "sigma-above-cap", found, remedy)
