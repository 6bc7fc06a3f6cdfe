"""Tables that are well-formed and still cannot be meant: swapped blocks, spectra without shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.submission.problem import Findings, Problem, Severity
from spectramind.survey.physics.depth_units import LARGEST_MEDIAN

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_MU = "wl_1..wl_283"
_ALL = "wl_1..sigma_283"
_LARGEST_ERROR, _LEAST_DEPTH = 2e-3, 2e-3
"""What errors of depths stay below, and depths of most planets above."""


def is_constant(values: FloatArray) -> BoolArray:
    """(planet,) True where a row of `values` (planet, channel) is one finite number throughout."""
    constant: BoolArray = np.isfinite(values).all(axis=1) & (values == values[:, :1]).all(axis=1)
    return constant


def check_swapped_blocks(
    planets: tuple[str, ...], mu: FloatArray, sigma: FloatArray, findings: Findings
) -> None:
    """Report a table whose mu is smaller than its sigma: no depth is known that badly.

    Rows of one mu and one sigma are fallbacks, which say nothing about the order of the blocks.
    Swapped blocks hold errors where depths belong and depths where errors belong: a table of small
    planets that are honestly unknown has a sigma above its mu too, but not one of each kind. A
    single row of this kind is a warning.

    Parameters
    ----------
    planets : (planet,) ids as text
    mu, sigma : (planet, 283) transit depth; NaN where a cell could not be read
    """
    readable = np.isfinite(mu).all(axis=1) & np.isfinite(sigma).all(axis=1)
    rows = np.flatnonzero(readable & ~(is_constant(mu) & is_constant(sigma)))
    if not len(rows):
        return
    depth, error = np.median(mu[rows], axis=1), np.median(sigma[rows], axis=1)
    swapped = (depth < _LARGEST_ERROR) & (error > _LEAST_DEPTH) & (depth < 0.2 * error)
    if swapped.mean() > 0.5:
        found = (
            f"has a typical mu of {np.median(depth):.3g} and a typical sigma of "
            f"{np.median(error):.3g}: the two blocks are swapped"
        )
        remedy = "write the depths under wl_1..wl_283 and their errors under sigma_1..sigma_283"
        findings.add(Problem("swapped-blocks", "error", found, remedy, column=_ALL))
        return
    remedy = "check that mu and sigma of this planet are not swapped"
    for row, typical_mu, typical_sigma in zip(rows, depth, error, strict=True):
        if typical_mu < typical_sigma:
            found = f"has a typical sigma of {typical_sigma:.3g} above its mu of {typical_mu:.3g}"
            place = (int(row) + 1, _ALL, "", planets[row])
            findings.add(Problem("sigma-above-mu", "warning", found, remedy, *place))


@dataclass(frozen=True)
class Fallbacks:
    """What a fallback row is recognised by.

    declared  (planet,) True for rows that are known to be one
    sigma     typical sigma from which on any row may be one
    """

    declared: BoolArray
    sigma: float

    def may_be(self, sigma: FloatArray) -> BoolArray:
        """(planet,) True for rows that are declared, or whose sigma (planet, channel) is wide."""
        wide = np.median(np.nan_to_num(sigma, nan=0.0), axis=1) >= self.sigma
        return np.asarray(self.declared | wide, dtype=np.bool_)


def check_constant_rows(
    planets: tuple[str, ...],
    mu: FloatArray,
    sigma: FloatArray,
    fallbacks: Fallbacks,
    findings: Findings,
) -> None:
    """Report spectra that are one number throughout, and spectra that several planets share.

    With a wide sigma such a row is what a fallback looks like: a warning, and none at all where
    it is declared. With a narrow one the estimator is broken. All planets alike is an error.

    Parameters
    ----------
    planets : (planet,) ids as text
    mu, sigma : (planet, 283) transit depth; NaN where a cell could not be read
    """
    honest = fallbacks.may_be(sigma)
    for row in np.flatnonzero(is_constant(mu) & ~fallbacks.declared):
        place = (int(row) + 1, _MU, repr(float(mu[row, 0])), planets[row])
        if honest[row]:
            found = "is the depth in all 283 channels, a fallback by its wide sigma"
            remedy = "see the log of predict for the reason"
            findings.add(Problem("flat-fallback", "warning", found, remedy, *place))
        else:
            found = "is the depth in all 283 channels, with a sigma that claims to know it"
            remedy = "check the estimator, or widen sigma to the scatter of the training depths"
            findings.add(Problem("constant-row", "error", found, remedy, *place))
    first_with: dict[bytes, int] = {}
    readable = np.isfinite(mu).all(axis=1)
    for row in np.flatnonzero(readable):
        first = first_with.setdefault(mu[row].tobytes(), int(row))
        if first != row and not honest[row]:
            found = f"has the very spectrum of row {first + 1} (planet {planets[first]})"
            remedy = "check that each planet was predicted from its own data"
            place = (int(row) + 1, _MU, "", planets[row])
            # Two ids may hold the same frames; an estimator that answers alike is broken.
            findings.add(Problem("same-spectrum", "warning", found, remedy, *place))
    alike = len(planets) > 1 and readable.all() and len(first_with) == 1
    if alike and not fallbacks.declared.all():
        fallback = bool(honest.all() and mu[0, 0] <= LARGEST_MEDIAN)
        severity: Severity = "warning" if fallback else "error"
        found = f"is all there is: one spectrum for all {len(planets)} planets"
        remedy = "hand in predictions, not the sample or the fallback of every planet"
        value = repr(float(mu[0, 0]))
        findings.add(Problem("all-rows-same", severity, found, remedy, column=_MU, value=value))
