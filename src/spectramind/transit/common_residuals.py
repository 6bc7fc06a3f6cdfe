"""What all channels of a light curve have in common beside the fit, as one series in time.

The patterns of jitter that a fit takes out of AIRS may hold the channels' common part, and with it
what no star and no drift explains. Here only the shift along the dispersion is taken out, so that
such structure can be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import InstrumentName
from spectramind.transit.jitter_templates import Jitter
from spectramind.transit.joint_problem import JointProblem, JointState
from spectramind.transit.normal_equations import CurveEquations
from spectramind.transit.white_fit import WhiteFit

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class CommonResidual:
    """Residual of one light curve, averaged over its channels.

    time   (time,) hour
    rest   (time,) relative; 0 where sigma is inf
    sigma  (time,) standard deviation of white noise; inf where nothing is usable
    dip    (time,) what the fitted planet takes away, relative to the star
    """

    instrument: InstrumentName
    visit: int
    time: FloatArray
    rest: FloatArray
    sigma: FloatArray
    dip: FloatArray


def _white_sigma(rest: FloatArray, usable: NDArray[np.bool_], stated: float) -> float:
    """Scatter between neighbours, not less than what is stated; infinite where it is zero."""
    step = np.diff(rest[usable])
    if step.size < 8:
        return stated if stated > 0.0 else np.inf
    return max(stated, 1.4826 * float(np.median(np.abs(step))) / float(np.sqrt(2.0)))


def _common_combination(weight: FloatArray, jitter: Jitter) -> FloatArray:
    """(channel,) combination that gives the common part, the shift being as large as it is known to
    be: generalised least squares with V = diag(1 / weight) + wander^2 shift shift'.
    """
    pull = weight * jitter.shift
    square = jitter.wander.slow**2 + jitter.wander.fast**2
    inner = float(pull @ jitter.shift)
    out = weight - pull * (pull.sum() * square / (1.0 + square * inner))
    return np.asarray(out / max(float(out.sum()), np.finfo(float).tiny))


def joint_residuals(
    problem: JointProblem, state: JointState, curves: Sequence[CurveEquations]
) -> tuple[CommonResidual, ...]:
    """Of every light curve of a joint inference."""
    out = []
    for equation, curve, noise, jitter in zip(
        curves, problem.curves, state.noise, state.jitter, strict=True
    ):
        weight = np.where(np.isfinite(noise), noise, np.inf) ** -2.0
        combination = _common_combination(weight, jitter)
        share = curve.usable @ (weight / max(weight.sum(), np.finfo(float).tiny))
        good = share > 0.5
        rest = np.where(good, equation.residual @ combination, 0.0)
        stated = float(np.sqrt(np.sum(combination**2 * np.where(weight > 0, noise, 0.0) ** 2)))
        sigma = _white_sigma(rest, good, stated)
        dip = 1.0 - equation.transit @ (weight / max(weight.sum(), np.finfo(float).tiny))
        out.append(
            CommonResidual(
                instrument=curve.instrument,
                visit=curve.visit,
                time=curve.bin_time,
                rest=rest,
                sigma=np.where(good, sigma, np.inf),
                dip=dip,
            )
        )
    return tuple(out)


def white_residuals(fit: WhiteFit) -> tuple[CommonResidual, ...]:
    """Of the white curves of a fit, those samples included that it has taken for outliers."""
    out = []
    for series, model, drift in zip(fit.series, fit.models, fit.drifts, strict=True):
        good = series.usable
        rest = np.where(good, series.log_flux - model - drift, 0.0)
        sigma = np.where(good, _white_sigma(rest, good, 0.0), np.inf)
        dip = 1.0 - np.exp(model)
        out.append(CommonResidual(series.instrument, series.visit, series.time, rest, sigma, dip))
    return tuple(out)
