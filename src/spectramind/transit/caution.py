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
from spectramind.survey.instruments import InstrumentName
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


_PARTS: tuple[tuple[InstrumentName, slice], ...] = (
    ("FGS1", slice(0, 1)),
    ("AIRS-CH0", slice(1, None)),
)


def seen_errors(curves: Sequence[CommonResidual]) -> tuple[Findings, ...]:
    """What the residuals of a fit say against FGS1 and against AIRS."""
    return tuple(findings_of([c for c in curves if c.instrument == name]) for name, _ in _PARTS)


def cautious(
    posterior: DepthPosterior, seen: Sequence[Findings], visits: Sequence[VisitLightCurves]
) -> DepthPosterior:
    """The posterior with what its light curves say against it.

    FGS1 and the AIRS mean become at least as uncertain as the errors that are seen. What is far
    below the error that is stated anyway raises no flag.

    Parameters
    ----------
    seen : of `seen_errors`
    visits : light curves as they came
    """
    covariance = _covariance(posterior)
    flags = posterior.flags
    for found, (_, channels) in zip(seen, _PARTS, strict=True):
        floor = _floor(posterior, found.error, channels)
        if floor > _MATTERS**2 * float(covariance[channels, channels].mean()):
            flags = merged(flags, found.flags)
    flags = merged(flags, raised_flags(visits))
    if flags != posterior.flags:
        posterior = replace(posterior, flags=flags)
    return at_least(posterior, [found.error for found in seen])


def at_least(posterior: DepthPosterior, errors: Sequence[float]) -> DepthPosterior:
    """The posterior with common errors of FGS1 and AIRS raised to `errors`, relative to depth."""
    covariance = _covariance(posterior)
    raised = False
    for error, (_, channels) in zip(errors, _PARTS, strict=True):
        lacking = _floor(posterior, error, channels) - float(covariance[channels, channels].mean())
        if lacking > 0.0:
            covariance[channels, channels] += lacking
            raised = True
    if not raised:
        return posterior
    diagonal, factors = low_rank(covariance)
    return replace(posterior, variance_diagonal=diagonal, factors=factors)


def _covariance(posterior: DepthPosterior) -> FloatArray:
    own = np.diag(posterior.variance_diagonal)
    return np.asarray(own + posterior.factors @ posterior.factors.T)


def _floor(posterior: DepthPosterior, error: float, channels: slice) -> float:
    return (error * float(np.median(posterior.depth[channels]))) ** 2
