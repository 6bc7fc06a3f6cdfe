"""The last look at a posterior: what its own light curves say against it, and what that costs.

Common errors are raised to what structure in time, noise that does not average down, and visits
that differ show them to be. A light curve without such things costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import VisitLightCurves
from spectramind.transit.common_residuals import CommonResidual
from spectramind.transit.doubts import Flag, merged
from spectramind.transit.low_rank import low_rank
from spectramind.transit.posterior import DepthPosterior
from spectramind.transit.time_averaged_noise import red_noise
from spectramind.transit.time_structure import structure_of
from spectramind.transit.visit_agreement import depth_information, visit_difference

FloatArray = NDArray[np.float64]

DOUBTS = "doubts"
"""Attribute of light curves under which the detector stage and the readers raise flags."""


_MATTERS = 0.5
"""Share of a standard deviation from which on an error that is seen raises a flag."""


@dataclass(frozen=True)
class Findings:
    """What the light curves of one instrument say: error of its depth, relative, and the flags."""

    error: float
    flags: tuple[str, ...]


def raised_flags(visits: Sequence[VisitLightCurves]) -> tuple[str, ...]:
    """Flags that came with the light curves."""
    return merged(*(str(visit.attributes.get(DOUBTS, "")).split() for visit in visits))


def findings_of(curves: Sequence[CommonResidual]) -> Findings:
    """What the residuals of one instrument's light curves say.

    Each curve's own error counts by the share of the information that it carries.
    """
    flags: list[str] = []
    error = 0.0
    information = np.array([depth_information(curve) for curve in curves])
    total = max(float(information.sum()), np.finfo(float).tiny)
    for curve, share in zip(curves, information / total, strict=True):
        structure, noise = structure_of(curve), red_noise(curve)
        if structure.change > 0.0:
            flags.append(str(Flag(structure.name, curve.instrument, curve.visit)))
        if noise > 0.0:
            flags.append(str(Flag("red_noise", curve.instrument, curve.visit)))
        error += float(share * np.hypot(structure.change, noise))
    difference = visit_difference(curves)
    if difference > 0.0:
        flags.append("visits_disagree")
    return Findings(float(np.hypot(error, difference)), tuple(flags))


def cautious(
    posterior: DepthPosterior, curves: Sequence[CommonResidual], visits: Sequence[VisitLightCurves]
) -> DepthPosterior:
    """The posterior with what its light curves say against it.

    FGS1 and the AIRS mean become at least as uncertain as the errors that are seen. What is far
    below the error that is stated anyway raises no flag.

    Parameters
    ----------
    curves : residuals of the fit
    visits : light curves as they came
    """
    covariance = np.diag(posterior.variance_diagonal) + posterior.factors @ posterior.factors.T
    flags, widened = posterior.flags, False
    for name, channels in (("FGS1", slice(0, 1)), ("AIRS-CH0", slice(1, None))):
        found = findings_of([curve for curve in curves if curve.instrument == name])
        floor = (found.error * float(np.median(posterior.depth[channels]))) ** 2
        present = float(covariance[channels, channels].mean())
        if floor > _MATTERS**2 * present:
            flags = merged(flags, found.flags)
        if floor > present:
            covariance[channels, channels] += floor - present
            widened = True
    flags = merged(flags, raised_flags(visits))
    if not widened:
        return posterior if flags == posterior.flags else replace(posterior, flags=flags)
    diagonal, factors = low_rank(covariance)
    return replace(posterior, variance_diagonal=diagonal, factors=factors, flags=flags)
